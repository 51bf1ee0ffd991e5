// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files that are whole or absent: written beside their name, synced, renamed, folder synced.
///
/// Errors carry the path and the system's reason; ENOSPC and EDQUOT are resource_exhausted, ENOENT
/// not_found, EACCES and EPERM permission_denied, the rest io_error. Threads: any.

#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow {

/// "context: reason of errno" with the code that fits errno.
wf::Status errno_status(const std::string& context, int error);
wf::Status errno_status(const std::string& context);

/// Writes all bytes to a descriptor, going on after interruptions and short writes.
wf::Status write_all(int fd, std::string_view bytes, const std::string& path);

/// Renames and syncs the folder of `to`. `from` must be synced already.
wf::Status rename_durably(const std::string& from, const std::string& to);

/// The file holds `bytes`, or what it held before, also after a crash at any point.
wf::Status write_file_durably(const std::string& path, std::string_view bytes);

/// The whole content.
wf::Result<std::string> read_file(const std::string& path);

/// mkdir -p, synced.
wf::Status make_folders(const std::string& path);

/// Takes an exclusive lock on a file (made if absent) that lasts as long as the descriptor, and
/// with it the process. conflict when another process holds it.
wf::Result<int> lock_file(const std::string& path);

}  // namespace weirflow
