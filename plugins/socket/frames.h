// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cuts the bytes of one sender into rows' texts.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weirflow::socket {

enum class Framing : uint8_t {
  line,    ///< up to a line feed
  length,  ///< 4 bytes with the length, most significant first, then so many bytes
};

class FrameCutter {
 public:
  /// `most`: bytes of a row; of longer ones the first 4 KiB are shown as `too_long`.
  FrameCutter(Framing framing, size_t most) : framing_(framing), most_(most) {}

  struct Frame {
    std::string text;
    bool too_long = false;
  };
  using Take = std::function<void(Frame frame)>;
  void add(std::string_view bytes, const Take& take);
  /// The sender has ended: a line without its end is a row all the same. False: a part of a frame
  /// is left, which is none.
  bool finish(const Take& take);

  /// Bytes of a row that has not ended are there.
  [[nodiscard]] bool is_inside() const { return in_frame_ || !head_.empty(); }

 private:
  void add_lines(std::string_view bytes, const Take& take);
  void add_frames(std::string_view bytes, const Take& take);
  void end_frame(const Take& take);
  void keep(std::string_view bytes);

  Framing framing_;
  size_t most_;
  std::string part_;   ///< of the row under way, at most most_ + 1 bytes of it
  bool over_ = false;  ///< it is over the limit
  std::string head_;   ///< of the length
  uint64_t left_ = 0;  ///< bytes of the frame that are still to come
  bool in_frame_ = false;
};

}  // namespace weirflow::socket
