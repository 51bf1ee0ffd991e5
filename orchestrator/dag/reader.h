// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a DAG file and the group files that it uses, and checks all that can be known without
/// plugins: form, names, references, templates, params, cycles. Reference: docs/dag-format.md.

#include <string>
#include <vector>

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

/// A file that is at hand in place of the one on disk.
struct GroupFile {
  std::string path;  ///< absolute
  std::string text;
};

/// Reads the group of `files[0]` into `loaded.groups[key]`, and the groups that it names - from
/// `files` only - under keys that begin with `key`. Places are shown as in "`shown`: FILE".
void read_group_files(const std::vector<GroupFile>& files, const std::string& key,
                      const std::string& shown, Loaded& loaded, Sources& sources,
                      Diagnostics& diagnostics);

}  // namespace weirflow::dag
