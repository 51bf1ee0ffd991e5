// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a DAG file and the group files that it uses, and checks all that can be known without
/// plugins: form, names, references, templates, params, cycles. Reference: docs/dag-format.md.

#include <string>

#include "dag/diagnostics.h"
#include "dag/spec.h"

namespace weirflow::dag {

/// Reads the file at `path`, calling it `shown` in messages (group files are shown relative to
/// that). What is wrong, in all files, is in `diagnostics`, sorted; the answer is whole when
/// diagnostics has no errors, else as much as could be read.
Loaded read_dag(const std::string& path, const std::string& shown, Sources& sources,
                Diagnostics& diagnostics);

/// As read_dag, for a text that is at hand. `folder` (absolute) is where group files are sought.
Loaded read_dag_text(std::string text, const std::string& shown, const std::string& folder,
                     Sources& sources, Diagnostics& diagnostics);

}  // namespace weirflow::dag
