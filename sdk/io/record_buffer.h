// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A window over an input that always shows whole records: unread bytes stay until consumed, the
/// window grows while a record does not fit. Internal to weirflow-io; one thread.

#include <cstdint>
#include <memory>
#include <string_view>

#include "weirflow/io/input.hpp"

namespace wf::io {

/// Readable zero bytes behind the window's end, for word-wise scanning and simdjson.
inline constexpr size_t kPadding = 64;

/// Line ends in [begin, end): LF, CR LF, lone CR (with `lone_cr`). `end` must be readable.
int64_t count_lines(const char* begin, const char* end, bool lone_cr);

class RecordBuffer {
 public:
  /// `capacity` > 0: bytes of the window to begin with. `lone_cr`: a CR alone ends a line too.
  RecordBuffer(size_t capacity, bool lone_cr);

  /// Starts on a new input; drops what was unread.
  void start(std::unique_ptr<ByteInput> input);
  void stop() { input_.reset(); }
  [[nodiscard]] bool started() const { return input_ != nullptr; }
  [[nodiscard]] const ByteInput& input() const { return *input_; }

  [[nodiscard]] const char* begin() const { return bytes_.get() + begin_; }
  [[nodiscard]] const char* end() const { return bytes_.get() + end_; }
  [[nodiscard]] size_t unread() const { return end_ - begin_; }
  /// The input has no bytes behind end().
  [[nodiscard]] bool last() const { return ended_; }
  /// Offset of begin() in the (decompressed) input.
  [[nodiscard]] uint64_t offset() const { return offset_; }

  /// 1-based line of begin(), and of a place in the window (quick for ascending places).
  [[nodiscard]] int64_t line() const { return line_; }
  void set_line(int64_t line) {
    line_ = line;
    mark_ = nullptr;
    cr_before_ = false;
  }
  [[nodiscard]] int64_t line_at(const char* place) {
    if (!mark_ || place < mark_) {
      mark_ = begin();
      // The line end whose CR was consumed and counted before its LF had arrived.
      mark_line_ = line_ - (cr_before_ && begin_ < end_ && *begin() == '\n');
    }
    mark_line_ += count_lines(mark_, place, lone_cr_);
    mark_ = place;
    return mark_line_;
  }
  /// Everything before `to` is done with.
  void consume(const char* to) {
    const auto n = static_cast<size_t>(to - begin());
    if (n == 0) return;
    line_ = line_at(to);
    mark_ = nullptr;
    cr_before_ = lone_cr_ && to == end() && to[-1] == '\r';
    begin_ += n;
    offset_ += n;
  }
  /// Gets more bytes: fills the window, growing it when unread bytes fill it; stops early when a
  /// pipe would wait. Pointers into the window are invalid afterwards. Precondition: !last().
  Status refill();
  /// Passes over `n` bytes from begin(), without counting lines.
  Status skip(uint64_t n);

 private:
  void make_room();
  std::unique_ptr<ByteInput> input_;
  std::unique_ptr<char[]> bytes_;
  size_t capacity_, begin_ = 0, end_ = 0;
  uint64_t offset_ = 0;
  bool ended_ = false, lone_cr_, cr_before_ = false;
  int64_t line_ = 1;
  const char* mark_ = nullptr;  // where line_at() counted to, and the line there
  int64_t mark_line_ = 1;
};

}  // namespace wf::io
