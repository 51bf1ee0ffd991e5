// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How far a followed file was read, and how the same file is known again.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::file {

/// A file whatever its name.
struct FileId {
  uint64_t device = 0;
  uint64_t inode = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): it sees a 0 in what the compiler makes of this
  friend auto operator<=>(const FileId&, const FileId&) = default;
  /// "2049:131".
  [[nodiscard]] std::string to_string() const {
    return std::to_string(device) + ":" + std::to_string(inode);
  }
};

/// A stretch of a file's bytes, kept as length and hash.
struct Print {
  uint64_t size = 0;
  uint64_t hash = 0;
  static Print of(std::string_view bytes);
  friend bool operator==(const Print&, const Print&) = default;
};

/// A position proves itself: a file is the one that was read up to `offset` when its first bytes
/// and those in front of `offset` are the same; an inode alone is given away again by the system.
struct TailPosition {
  std::string path;  ///< where it was last seen
  FileId id;
  uint64_t offset = 0;   ///< bytes that were handed out or refused
  bool passing = false;  ///< `offset` is inside a line that was refused as too long
  Print head;            ///< the first 256 bytes, or fewer when offset is less
  Print tail;            ///< the last 256 bytes in front of offset, or fewer
};

/// What a snapshot of file.tail holds.
struct TailSnapshot {
  bool started = false;  ///< the files that were there at first have been looked at
  std::string watermarks;
  std::vector<TailPosition> files;

  /// JSON lines, for a person to read: one about the whole, then one a file.
  [[nodiscard]] std::string to_string() const;
  /// invalid_data for a text that to_string() did not write.
  static wf::Result<TailSnapshot> parse(std::string_view text);
};

}  // namespace weirflow::file
