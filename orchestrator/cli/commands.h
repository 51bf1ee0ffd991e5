// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The commands, one function and one file each. Each answers the exit code; results go to stdout,
/// messages to stderr.

#include <cstdint>
#include <string>
#include <vector>

#include "cli/session.h"

namespace weirflow::cli {

struct RunArguments {
  Common common;
  std::string file;
  std::vector<std::string> set;     ///< params.x=value
  std::vector<std::string> select;  ///< tasks; with all that they need
  int64_t sample = 0;
  std::string until;            ///< "rows=1000", "90s", "2026-11-23T06:00:00Z"
  std::string from_checkpoint;  ///< an epoch, a savepoint's name, or "none"
  bool accept_duplicates = false;
  bool allow_dropped_state = false;
  int threads = 0;
  std::string memory;   ///< "2GiB"
  std::string report;   ///< HTML file
  std::string metrics;  ///< PORT or HOST:PORT; "" = not served
  bool metrics_remote = false;
  bool dry_run = false;
  bool quiet = false;
  bool isolate = false;
  int flight_record = -1;          ///< descriptor; set in the worker of an isolated run
  std::vector<std::string> words;  ///< of the command line, from `run` on
};
int run_command(const RunArguments& arguments);

struct FileArguments {
  Common common;
  std::string file;
  std::vector<std::string> set;
};
struct ValidateArguments : FileArguments {
  bool schema = false;  ///< print the JSON Schema of the format
};
int validate_command(const ValidateArguments& arguments);
int plan_command(const FileArguments& arguments);

struct GraphArguments : FileArguments {
  std::string format = "text";  ///< text, dot, mermaid, svg
};
int graph_command(const GraphArguments& arguments);

struct ShowArguments : FileArguments {
  std::string task;  ///< "task" or "task.port"
  int64_t rows = 20;
};
int show_command(const ShowArguments& arguments);

struct TestArguments {
  Common common;
  std::vector<std::string> places;  ///< test files, and folders that are searched for them
  std::string filter;               ///< part of a case's name
  std::vector<std::string> inject;  ///< "TASK:crash@N"
  std::string junit;                ///< XML file
  bool update = false;
};
int test_command(const TestArguments& arguments);

struct PluginsArguments {
  Common common;
  std::string action;  ///< list, info, check
  std::string name;    ///< component, library or file
};
int plugins_command(const PluginsArguments& arguments);

struct TopArguments {
  Common common;
  std::string target;  ///< an address, or a run's id; "" = the run that there is
  bool once = false;
};
int top_command(const TopArguments& arguments);

struct ModelArguments {
  Common common;
  std::string action;  ///< list, show, explain, promote, rollback
  std::string model;   ///< name or reference
  std::string alias = "champion";
  std::string reason;
  int64_t top = 20;
};
int model_command(const ModelArguments& arguments);

struct DeadLettersArguments {
  Common common;
  std::string action;  ///< list, show, replay
  std::string dag;     ///< file or name; of replay a file
  std::vector<std::string> set;
  std::string task, code, since;
  int64_t limit = 20;
  bool all = false;
  bool dry_run = false;
  bool quiet = false;
};
int dead_letters_command(const DeadLettersArguments& arguments);
/// Its action `replay`.
int replay_command(const DeadLettersArguments& arguments);

struct CheckpointArguments {
  Common common;
  std::string action;  ///< list, inspect, verify, save, delete
  std::string dag;     ///< file or name
  std::string name;    ///< number, or name of a savepoint
  bool force = false;
};
int checkpoint_command(const CheckpointArguments& arguments);

struct DoctorArguments {
  Common common;
  std::string file;  ///< a DAG, or ""
  std::vector<std::string> set;
};
int doctor_command(const DoctorArguments& arguments);

struct InitArguments {
  Common common;
  std::string kind;  ///< classifier, csv-to-jsonl, hello
  std::string folder;
};
int init_command(const InitArguments& arguments);

}  // namespace weirflow::cli
