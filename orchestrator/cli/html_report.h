// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run as one HTML page that needs nothing else: no script, no font, no request to any place
/// (a content security policy in it forbids them). Dark and light by the reader's settings.

#include <string>

#include "dag/plan.h"
#include "engine/run.h"
#include "weirflow/status.hpp"

namespace weirflow::cli {

/// The page: what happened, the graph with rows and times, tasks in time, the task table, results
/// of tasks (values, tables, and the curves of those with `roc`, `precision_recall` or
/// `calibration`), the first 100 refused rows of the dead-letter files. All text of the run is
/// escaped. Threads: any; it reads the dead-letter files.
std::string html_report(const dag::Plan& plan, const engine::RunReport& report);

/// Whether a report can be written there, as far as that is known before the run: invalid_config
/// for a folder, else the codes of errno_status().
wf::Status check_report_place(const std::string& path);

/// html_report() as a file, which is there whole or not at all. Errors: those of
/// write_file_durably().
wf::Status write_html_report(const dag::Plan& plan, const engine::RunReport& report,
                             const std::string& path);

}  // namespace weirflow::cli
