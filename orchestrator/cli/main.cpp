// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/signals.h"
#include "core/text.h"
#include "plugin/inspect.h"

namespace weirflow::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  weirflow run train.toml --set params.comments=mine.csv   run a DAG
  weirflow show train.toml comments --rows 5               look at a task's rows
  weirflow test train.test.toml                            check a DAG against golden cases
  weirflow validate train.toml                             check without running
  weirflow top                                             watch a run with --metrics
  weirflow plan train.toml                                 what would run, how and why
  weirflow plugins info text.tokenize                      options of a component

`weirflow COMMAND --help` tells more.)";

void add_common(CLI::App* app, Common& common) {
  app->add_option(
      "--home", common.home,
      "Folder of runs and models (default: WEIRFLOW_HOME, or .weirflow beside the DAG)");
  app->add_option("--plugins", common.plugin_paths, "Further plugin folders or files")
      ->allow_extra_args(false);
  app->add_flag("--json", common.json, "Result as JSON on stdout");
  app->add_flag("--no-color", common.no_color, "No colours");
}

void add_file(CLI::App* app, std::string& file, std::vector<std::string>& set) {
  app->add_option("FILE", file, "DAG file")->required();
  app->add_option("--set", set, "params.NAME=VALUE, again for more")->allow_extra_args(false);
}

CLI::Validator at_least_one() {
  return {[](std::string& text) {
            int64_t n = 0;
            return CLI::detail::lexical_cast(text, n) && n >= 1
                       ? std::string()
                       : "`" + text + "` is no number of 1 or more";
          },
          ""};
}

/// All commands with their arguments; `code` is what the chosen one answered.
class CommandLine {
 public:
  CommandLine() : app_("Runs pipelines of plugins, written in TOML.", "weirflow") {
    app_.footer(kExamples);
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "This text");
    add_run();
    add_looks();
    add_others();
  }

  int run(int argc, char** argv) {
    run_.words.assign(argv + std::min(argc, 1), argv + argc);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp& e) {
      return app_.exit(e);
    } catch (const CLI::ParseError& e) {
      complain(e.what());
      suggest(argc, argv);
      return kUsage;
    }
    if (chosen_) return chosen_();
    std::fputs(app_.help().c_str(), stdout);
    return argc > 1 ? kUsage : kOk;
  }

 private:
  CLI::App* command(const char* name, const char* text, std::function<int()> run) {
    CLI::App* sub = app_.add_subcommand(name, text);
    sub->set_help_flag("-h,--help", "This text");
    sub->footer("");  // the examples are those of the whole
    sub->callback([this, run = std::move(run)] { chosen_ = run; });
    names_.emplace_back(name);
    return sub;
  }

  void add_run() {
    CLI::App* run = command("run", "Run a DAG", [this] { return run_command(run_); });
    add_file(run, run_.file, run_.set);
    add_common(run, run_.common);
    run->add_option("--select", run_.select, "Only these tasks and what they need")
        ->delimiter(',')
        ->allow_extra_args(false);
    run->add_option("--sample", run_.sample, "At most so many rows of each source")
        ->check(at_least_one());
    run->add_option("--until", run_.until,
                    "Stop reading after rows=N of each source, a duration (90s) or at a time (ISO "
                    "8601); what was read is finished");
    run->add_option("--from-checkpoint", run_.from_checkpoint,
                    "Of a stream: go on from this checkpoint or savepoint (`none`: begin anew)");
    run->add_flag("--accept-duplicates", run_.accept_duplicates,
                  "With --from-checkpoint: rows that sinks have shown may come again");
    run->add_flag("--allow-dropped-state", run_.allow_dropped_state,
                  "Go on although the DAG lacks tasks whose state the checkpoint holds");
    run->add_option("--threads", run_.threads, "Threads of the pool (default: the cores)")
        ->check(CLI::Range(1, 1024));
    run->add_option("--memory", run_.memory, "Budget, as in 2GiB (default: half of the machine)");
    run->add_option("--report", run_.report, "Write a page about the run to this HTML file");
    run->add_option("--metrics", run_.metrics,
                    "Serve /metrics, /healthz and /readyz at this PORT (0: a free one) or "
                    "HOST:PORT while it runs");
    run->add_flag("--metrics-remote", run_.metrics_remote,
                  "With --metrics: HOST may be one that other machines reach");
    run->add_flag("--isolate", run_.isolate,
                  "In a worker process: a component that crashes is named");
    run->add_option("--flight-record", run_.flight_record, "")->group("");  // run_isolated gives it
    run->add_flag("--dry-run", run_.dry_run, "Show the plan, run nothing");
    run->add_flag("-q,--quiet", run_.quiet, "Only errors and warnings");
  }

  void add_looks() {
    CLI::App* validate =
        command("validate", "Check a DAG and its plugins without running it", [this] {
          if (!validate_.schema && validate_.file.empty()) {
            complain("validate needs a FILE (or --schema)");
            return static_cast<int>(kUsage);
          }
          return validate_command(validate_);
        });
    validate->add_option("FILE", validate_.file, "DAG file");
    validate->add_option("--set", validate_.set, "params.NAME=VALUE")->allow_extra_args(false);
    validate->add_flag("--schema", validate_.schema, "Print the JSON Schema of DAG files");
    add_common(validate, validate_.common);

    CLI::App* plan = command("plan", "What would run: regions, chains, columns, guarantees",
                             [this] { return plan_command(plan_); });
    add_file(plan, plan_.file, plan_.set);
    add_common(plan, plan_.common);

    CLI::App* graph = command("graph", "Draw the DAG", [this] { return graph_command(graph_); });
    add_file(graph, graph_.file, graph_.set);
    add_common(graph, graph_.common);
    graph->add_option("--format", graph_.format, "text, dot, mermaid or svg")
        ->check(CLI::IsMember({"text", "dot", "mermaid", "svg"}));

    CLI::App* show = command("show", "Run what a task needs and print its rows",
                             [this] { return show_command(show_); });
    show->add_option("FILE", show_.file, "DAG file")->required();
    show->add_option("TASK", show_.task, "Task, or TASK.PORT")->required();
    show->add_option("--rows", show_.rows, "How many rows")->check(at_least_one());
    show->add_option("--set", show_.set, "params.NAME=VALUE")->allow_extra_args(false);
    add_common(show, show_.common);
    add_test();
  }

  void add_test() {
    CLI::App* test = command("test", "Run golden cases: rows in, expected rows out",
                             [this] { return test_command(test_); });
    test->add_option("FILE", test_.places, "Test files (NAME.test.toml), or folders of them")
        ->required();
    test->add_option("--filter", test_.filter, "Only cases whose name has this in it");
    test->add_option("--inject", test_.inject,
                     "TASK:crash@N, TASK:fail@N or TASK:slow@N: each case once more, with a fault "
                     "at the task's N-th row; again for more")
        ->allow_extra_args(false);
    test->add_flag("--update", test_.update, "Write the rows that came into the test files");
    test->add_option("--junit", test_.junit, "Write the results to this XML file");
    add_common(test, test_.common);
  }

  void add_others() {
    CLI::App* plugins = command("plugins", "Components: list, info NAME, check FILE.so",
                                [this] { return plugins_command(plugins_); });
    plugins->add_option("ACTION", plugins_.action, "list, info or check")
        ->required()
        ->check(CLI::IsMember({"list", "info", "check"}));
    plugins->add_option("NAME", plugins_.name, "Component, library or file");
    add_common(plugins, plugins_.common);

    CLI::App* top =
        command("top", "Watch a run that serves its metrics", [this] { return top_command(top_); });
    top->add_option("ADDRESS|RUN", top_.target,
                    "PORT, HOST:PORT, or a run of the home folder (default: the one there is)");
    top->add_flag("--once", top_.once, "Print once, as plain text");
    add_common(top, top_.common);

    CLI::App* model = command("model", "Models: list, show, explain, promote, rollback",
                              [this] { return model_command(model_); });
    model->add_option("ACTION", model_.action, "list, show, explain, promote or rollback")
        ->required()
        ->check(CLI::IsMember({"list", "show", "explain", "promote", "rollback"}));
    model->add_option("MODEL", model_.model, "NAME, NAME@ALIAS or NAME@VERSION");
    model->add_option("--alias", model_.alias, "Alias to move (default: champion)");
    model->add_option("--reason", model_.reason, "Why; kept in the alias log");
    model->add_option("--top", model_.top, "N-grams to explain")->check(at_least_one());
    add_common(model, model_.common);

    add_dead_letters();
    add_checkpoint();

    CLI::App* doctor = command("doctor", "Check plugins, folders, clock, limits, and a DAG",
                               [this] { return doctor_command(doctor_); });
    doctor->add_option("FILE", doctor_.file, "DAG file");
    doctor->add_option("--set", doctor_.set, "params.NAME=VALUE")->allow_extra_args(false);
    add_common(doctor, doctor_.common);

    CLI::App* init = command("init", "Start a DAG from a template: classifier, csv-to-jsonl, hello",
                             [this] { return init_command(init_); });
    init->add_option("KIND", init_.kind, "classifier, csv-to-jsonl or hello")->required();
    init->add_option("FOLDER", init_.folder, "Where (default: a folder of that name)");
    add_common(init, init_.common);

    CLI::App* completion = command("completion", "Shell completion: bash, zsh or fish",
                                   [this] { return completion_command(shell_); });
    completion->add_option("SHELL", shell_, "bash, zsh or fish")->required();

    command("version", "The version", [] {
      std::printf("weirflow %s, plugin ABI %u.%u\n", WEIRFLOW_VERSION, WF_ABI_MAJOR, WF_ABI_MINOR);
      return static_cast<int>(kOk);
    });
  }

  void add_dead_letters() {
    DeadLettersArguments& letters = letters_;
    CLI::App* sub = command("dead-letters", "Refused rows: list, show, replay",
                            [this] { return dead_letters_command(letters_); });
    sub->add_option("ACTION", letters.action, "list, show or replay")
        ->required()
        ->check(CLI::IsMember({"list", "show", "replay"}));
    sub->add_option("DAG", letters.dag, "DAG file or, but for replay, name");
    sub->add_option("--task", letters.task, "Only of this task");
    sub->add_option("--code", letters.code, "Only with this reason");
    sub->add_option("--since", letters.since, "Only since a time, or for a duration (2h)");
    sub->add_option("--limit", letters.limit, "How many to show (default: 20)")
        ->check(at_least_one());
    sub->add_flag("--all", letters.all, "Also those that were put back");
    sub->add_option("--set", letters.set, "params.NAME=VALUE, of replay")->allow_extra_args(false);
    sub->add_flag("--dry-run", letters.dry_run, "Say what replay would do");
    sub->add_flag("-q,--quiet", letters.quiet, "Only errors and warnings");
    add_common(sub, letters.common);
  }

  void add_checkpoint() {
    CLI::App* sub =
        command("checkpoint", "Checkpoints of a stream: list, inspect, verify, save, delete",
                [this] { return checkpoint_command(checkpoint_); });
    sub->add_option("ACTION", checkpoint_.action, "list, inspect, verify, save or delete")
        ->required()
        ->check(CLI::IsMember({"list", "inspect", "verify", "save", "delete"}));
    sub->add_option("DAG", checkpoint_.dag, "DAG file or name")->required();
    sub->add_option("NAME", checkpoint_.name, "Number, or name of a savepoint");
    sub->add_flag("--force", checkpoint_.force, "Delete what recovery needs");
    add_common(sub, checkpoint_.common);
  }

  /// The nearest command to a word that is none.
  void suggest(int argc, char** argv) const {
    if (argc < 2 || argv[1][0] == '-') return;
    const std::string word = argv[1];
    for (const std::string& name : names_)
      if (name == word) {
        std::fprintf(stderr, "weirflow %s --help tells its options\n", word.c_str());
        return;
      }
    if (const auto near = nearest_name(word, names_))
      std::fprintf(stderr, "did you mean `weirflow %s`?\n", near->c_str());
    else
      std::fprintf(stderr, "weirflow --help lists the commands\n");
  }

  CLI::App app_;
  std::vector<std::string> names_;
  std::function<int()> chosen_;
  RunArguments run_;
  ValidateArguments validate_;
  FileArguments plan_;
  GraphArguments graph_;
  ShowArguments show_;
  TestArguments test_;
  PluginsArguments plugins_;
  TopArguments top_;
  ModelArguments model_;
  DeadLettersArguments letters_;
  CheckpointArguments checkpoint_;
  DoctorArguments doctor_;
  InitArguments init_;
  std::string shell_;
};

/// A result that could not be written whole is no result. Whoever closed the pipe (`| head`) knows.
int check_output(int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
  pollfd reader{STDOUT_FILENO, POLLOUT, 0};
  if (errno == EPIPE || (::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0)) return code;
  // An earlier write that failed has not left its reason.
  complain(errno ? std::string("standard output: ") + std::strerror(errno)
                 : "standard output could not be written");
  return code == kOk ? static_cast<int>(kIoError) : code;
}

}  // namespace
}  // namespace weirflow::cli

int main(int argc, char** argv) {
  // A child that looks at a plugin: nothing else may run before it.
  if (const auto code = weirflow::plugin::run_hidden_command(argc, argv)) return *code;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file past `ulimit -f` is an error of its writer, no crash
  const int code = weirflow::cli::CommandLine().run(argc, argv);
  return weirflow::cli::check_output(code);
}
