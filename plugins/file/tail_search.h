// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which files are meant, and where a file went that has another name now.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tail_position.h"

namespace weirflow::file {

/// Files and folders that patterns lead to at one moment.
struct TailListing {
  std::map<FileId, std::string> files;  ///< regular files; of several names the first
  std::set<std::string> folders;        ///< where a change may bring or take a file
};

/// `patterns`: names, globs, or folders (all files directly in them). `exclude`: globs (fnmatch)
/// for the last part of the name. Hidden files (".x") of folders and globs are left out, as glob(7)
/// does.
TailListing list_files(const std::vector<std::string>& patterns,
                       const std::vector<std::string>& exclude);

/// Whether `path` would be among those files if it were there.
bool is_meant(const std::string& path, const std::vector<std::string>& patterns,
              const std::vector<std::string>& exclude);

/// A file that has the bytes which were read up to `position`: the same inode in the same folder,
/// else one whose name begins as the old one does up to its last dot ("app.log.1" and
/// "app-2026.log" for "app.log"), as logrotate's copies do. Its position there, or nothing.
/// `not_in` are passed over. A position at offset 0 only fits its own inode.
std::optional<TailPosition> find_rotated(const TailPosition& position,
                                         const std::set<FileId>& not_in);

/// Whether `name` may be a rotated copy of `of`: in the same folder, with such a name.
bool is_rotated_name(const std::string& name, const std::string& of);

}  // namespace weirflow::file
