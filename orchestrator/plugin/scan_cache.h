// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What inspection found, kept between runs: for each file its description, or why it is refused.
/// A file that crashed or hung is not tried again until it changes.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "plugin/component_info.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// What tells one content of a file from another without reading it.
struct FileStamp {
  uint64_t size = 0;
  int64_t mtime_ns = 0, ctime_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// not_found when the file is not there or is no regular file.
wf::Result<FileStamp> stamp_of(const std::filesystem::path& file);

struct CachedFile {
  FileStamp stamp;
  LibraryInfo info;
  std::string refusal;           ///< why it is refused; empty: it is not
  wf::Code code = wf::Code::ok;  ///< of the refusal
};

/// By canonical path.
using ScanCache = std::map<std::string, CachedFile>;

/// The cache in `file`; empty when there is none, when another version of Weirflow wrote it, or
/// when it is damaged.
ScanCache read_cache(const std::filesystem::path& file);
/// Replaces `file` in one step; makes its folder.
wf::Status write_cache(const std::filesystem::path& file, const ScanCache& cache);

}  // namespace weirflow::plugin
