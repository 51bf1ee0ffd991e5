// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The texts that a DAG was read from, and places in them.
///
/// A SourceRange is three numbers, so that every value of a large file can carry one; Sources turns
/// it into file, line and column. Threads: Sources is filled by one reader, then read by any.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::dag {

using FileId = uint32_t;
constexpr FileId kNoFile = UINT32_MAX;

/// Bytes [begin, end) of a file. The default is "nowhere": a value that no file says.
struct SourceRange {
  FileId file = kNoFile;
  uint32_t begin = 0;
  uint32_t end = 0;
  [[nodiscard]] bool known() const { return file != kNoFile; }
  bool operator==(const SourceRange&) const = default;
};

/// Where a range is, for a person: 1-based, columns in code points, the end exclusive.
struct Location {
  std::string_view file;  ///< as shown: the path the user gave, or "--set"
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t end_line = 0;
  uint32_t end_column = 0;
};

class Sources {
 public:
  /// `shown`: name in messages. `folder`: what relative paths in this text are relative to.
  /// `text` must be well-formed UTF-8 (replace what is not before) of less than 4 GiB.
  FileId add(std::string shown, std::string folder, std::string text);

  [[nodiscard]] size_t size() const { return files_.size(); }
  [[nodiscard]] const std::string& shown(FileId file) const { return files_[file].shown; }
  [[nodiscard]] const std::string& folder(FileId file) const { return files_[file].folder; }
  [[nodiscard]] const std::string& text(FileId file) const { return files_[file].text; }

  /// Where a group file is first asked for; nowhere for the DAG file itself.
  void set_included_from(FileId file, SourceRange range) { files_[file].included_from = range; }
  [[nodiscard]] SourceRange included_from(FileId file) const { return files_[file].included_from; }

  /// Precondition for these: range.known().
  [[nodiscard]] Location locate(SourceRange range) const;
  [[nodiscard]] std::string_view text(SourceRange range) const;
  /// The whole line (1-based) without its end of line.
  [[nodiscard]] std::string_view line(FileId file, uint32_t line) const;

  /// Byte offset of a 1-based line and column (in code points), clamped to the file.
  [[nodiscard]] uint32_t offset_of(FileId file, uint32_t line, uint32_t column) const;

  /// The place of bytes [offset, offset + length) of a decoded string value, inside the TOML string
  /// token at `token` (quotes included): understands escapes and multi-line strings. Places beyond
  /// the string are clamped; when `token` is no string token, `token` itself.
  [[nodiscard]] SourceRange inside(SourceRange token, size_t offset, size_t length) const;

 private:
  struct File {
    std::string shown, folder, text;
    std::vector<uint32_t> line_starts;
    std::vector<bool> line_is_ascii;
    SourceRange included_from;
  };
  std::deque<File> files_;
};

}  // namespace weirflow::dag
