// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the commands share: where things are, the plugins, and a DAG file made into a plan.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/expand.h"
#include "dag/plan.h"
#include "dag/planner.h"
#include "plugin/registry.h"

namespace weirflow::cli {

/// Exit codes (design 06; 64 and up are those of sysexits.h).
enum Exit : int {
  kOk = 0,
  kRunFailed = 1,
  kUsage = 2,
  kDeadLetters = 3,
  kDataError = 65,
  kNoInput = 66,
  kUnavailable = 69,
  kSoftware = 70,
  kCannotCreate = 73,
  kIoError = 74,
  kNoPermission = 77,
  kConfig = 78,
  kInterrupted = 130,
};
/// The code for an error that kept a command from its work.
int exit_code(wf::Code code);

/// Options that many commands have.
struct Common {
  std::string home;  ///< --home, WEIRFLOW_HOME, or .weirflow beside the DAG
  std::vector<std::string> plugin_paths;
  bool json = false;
  bool no_color = false;
};

/// A terminal that may be shown colours: a TTY, NO_COLOR unset, TERM not "dumb".
bool wants_color(const Common& common, int fd);
/// Columns of the terminal on stdout; 80 when it is none.
int terminal_width();

/// Absolute home folder. `dag_file` may be empty.
std::string home_folder(const Common& common, const std::string& dag_file);

/// Plugins of the given paths (or the default ones) and the components of the host. Says on stderr
/// which files could not be used when `loud`.
plugin::Registry open_registry(const Common& common, const std::string& home);

/// A DAG file on its way to a plan. Keep it as long as the plan's diagnostics are needed.
struct DagFile {
  std::string path;
  dag::Sources sources;
  dag::Diagnostics diagnostics;
  dag::Loaded loaded;
  dag::Expanded expanded;
  std::optional<dag::Plan> plan;
};

struct DagOptions {
  std::string home;              ///< where the models are that groups are applied with
  std::vector<std::string> set;  ///< "params.x=value"
  std::string set_folder;        ///< paths in `set` are relative to it; "" = the working folder
  dag::PlannerOptions planner;
  /// Changes what was read before it is expanded: `weirflow test` puts its own tasks in.
  std::function<void(DagFile&)> edit;
};

/// Reads, expands and plans. Never fails by itself: look at `plan` and `diagnostics`.
std::unique_ptr<DagFile> load_dag(const std::string& path, const plugin::Registry& registry,
                                  const DagOptions& options);

/// Why there is no plan, as an exit code: kNoInput when all that is wrong is that files are not
/// there, kNoPermission when it is that or that they may not be read, else kConfig.
int refusal_code(const DagFile& file);

/// Prints errors and warnings to stderr; with --json, a file that is refused also gives the
/// document of `validate --json` on stdout.
void print_diagnostics(const DagFile& file, const Common& common);

/// "weirflow: message" on stderr.
void complain(const std::string& message);

}  // namespace weirflow::cli
