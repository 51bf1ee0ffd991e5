// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes of a program's output, cut into lines for a log, and the end of them for a result.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace weirflow::run {

/// The text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// Calls `line` for every line, without its end (LF or CR LF), as valid UTF-8. A line longer than
/// kMaxLine is handed on in pieces. Memory: one line. Threads: one.
class LineSplitter {
 public:
  static constexpr size_t kMaxLine = 8 << 10;
  using Line = std::function<void(std::string_view)>;

  explicit LineSplitter(Line line) : line_(std::move(line)) {}
  void add(std::string_view bytes);
  /// The rest, when the output did not end with a line end.
  void finish();

 private:
  void hand_on(std::string_view bytes);
  Line line_;
  std::string rest_;
};

/// Keeps the last `limit` bytes.
class Tail {
 public:
  explicit Tail(size_t limit) : limit_(limit) {}
  void add(std::string_view bytes);
  /// Valid UTF-8; a character that the limit cuts is left out.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_cut() const { return dropped_; }

 private:
  const size_t limit_;
  std::string bytes_;
  bool dropped_ = false;
};

}  // namespace weirflow::run
