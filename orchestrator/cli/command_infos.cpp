// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/completions.h"

namespace weirflow::cli {

namespace {

std::vector<OptionInfo> with_common(std::vector<OptionInfo> options) {
  for (OptionInfo common :
       {OptionInfo{"--home", "Folder of runs and models", true, Complete::folder},
        OptionInfo{"--plugins", "Further plugin folder or file", true, Complete::any_file},
        OptionInfo{"--json", "Result as JSON on stdout"}, OptionInfo{"--no-color", "No colours"}})
    options.push_back(std::move(common));
  return options;
}

const OptionInfo kSet{"--set", "params.NAME=VALUE", true};

}  // namespace

const std::vector<CommandInfo>& command_infos() {
  static const std::vector<CommandInfo> all = {
      {"run",
       "Run a DAG",
       {{Complete::dag_file}},
       with_common({kSet,
                    {"--select", "Only these tasks and what they need", true},
                    {"--sample", "At most so many rows of each source", true},
                    {"--until", "Stop reading after rows=N, a duration or at a time", true},
                    {"--from-checkpoint", "Of a stream: go on from this one, or `none`", true},
                    {"--accept-duplicates", "Rows that sinks have shown may come again"},
                    {"--allow-dropped-state", "Lose the state of tasks that are gone"},
                    {"--threads", "Threads of the pool", true},
                    {"--memory", "Budget, as in 2GiB", true},
                    {"--report", "Write a page about the run", true, Complete::any_file},
                    {"--metrics", "Serve metrics at this PORT or HOST:PORT", true},
                    {"--metrics-remote", "HOST may be one that other machines reach"},
                    {"--isolate", "In a worker process: a component that crashes is named"},
                    {"--dry-run", "Show the plan, run nothing"},
                    {"--quiet", "Only errors and warnings"}})},
      {"validate",
       "Check a DAG without running it",
       {{Complete::dag_file}},
       with_common({kSet, {"--schema", "Print the JSON Schema of DAG files"}})},
      {"plan", "What would run, how and why", {{Complete::dag_file}}, with_common({kSet})},
      {"graph",
       "Draw the DAG",
       {{Complete::dag_file}},
       with_common({kSet,
                    {"--format",
                     "Kind of picture",
                     true,
                     Complete::words,
                     {"text", "dot", "mermaid", "svg"}}})},
      {"show",
       "Run what a task needs and print its rows",
       {{Complete::dag_file}, {}},
       with_common({kSet, {"--rows", "How many rows", true}})},
      {"test",
       "Run golden cases of a DAG",
       {{Complete::dag_file}},
       with_common({{"--filter", "Only cases whose name has this in it", true},
                    {"--inject", "TASK:crash@N, TASK:fail@N or TASK:slow@N", true},
                    {"--update", "Write the rows that came into the test files"},
                    {"--junit", "Write the results to this XML file", true, Complete::any_file}})},
      {"plugins",
       "List, explain and check components",
       {{Complete::words, {"list", "info", "check"}}, {Complete::any_file}},
       with_common({})},
      {"top",
       "Watch a run that serves its metrics",
       {{}},
       with_common({{"--once", "Print once, as plain text"}})},
      {"model",
       "Versions and aliases of models",
       {{Complete::words, {"list", "show", "explain", "promote", "rollback"}}, {}},
       with_common({{"--alias", "Alias to move", true},
                    {"--reason", "Why; kept in the alias log", true},
                    {"--top", "N-grams to explain", true}})},
      {"dead-letters",
       "Refused rows: list, show, replay",
       {{Complete::words, {"list", "show", "replay"}}, {Complete::dag_file}},
       with_common({{"--task", "Only of this task", true},
                    {"--code", "Only with this reason", true},
                    {"--since", "Only since a time, or for a duration", true},
                    {"--limit", "How many to show", true},
                    {"--all", "Also those that were put back"},
                    kSet,
                    {"--dry-run", "Say what replay would do"},
                    {"--quiet", "Only errors and warnings"}})},
      {"checkpoint",
       "Checkpoints of a stream: list, inspect, verify, save, delete",
       {{Complete::words, {"list", "inspect", "verify", "save", "delete"}},
        {Complete::dag_file},
        {}},
       with_common({{"--force", "Delete what recovery needs"}})},
      {"doctor",
       "Check plugins, folders, clock, limits, and a DAG",
       {{Complete::dag_file}},
       with_common({kSet})},
      {"init",
       "Start a DAG from a template",
       {{Complete::words, {"classifier", "csv-to-jsonl", "hello"}}, {Complete::folder}},
       with_common({})},
      {"completion", "Shell completion", {{Complete::words, {"bash", "zsh", "fish"}}}, {}},
      {"version", "The version", {}, {}}};
  return all;
}

}  // namespace weirflow::cli
