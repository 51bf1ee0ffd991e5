// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "frames.h"

#include <algorithm>
#include <utility>

namespace weirflow::socket {
namespace {
constexpr size_t kMostShown = 4096;
constexpr size_t kHead = 4;
}  // namespace

void FrameCutter::add(std::string_view bytes, const Take& take) {
  if (framing_ == Framing::line)
    add_lines(bytes, take);
  else
    add_frames(bytes, take);
}

void FrameCutter::keep(std::string_view bytes) {
  if (over_) return;
  part_.append(bytes.substr(0, most_ + 1 - part_.size()));
  if (part_.size() <= most_) return;
  over_ = true;
  part_.resize(std::min(part_.size(), kMostShown));
}

void FrameCutter::end_frame(const Take& take) {
  take({std::exchange(part_, {}), std::exchange(over_, false)});
}

void FrameCutter::add_lines(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    const size_t feed = bytes.find('\n');
    keep(bytes.substr(0, feed));
    if (feed == std::string_view::npos) {
      in_frame_ = true;
      return;
    }
    end_frame(take);
    in_frame_ = false;
    bytes.remove_prefix(feed + 1);
  }
}

void FrameCutter::add_frames(std::string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (!in_frame_) {
      const size_t n = std::min(kHead - head_.size(), bytes.size());
      head_.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (head_.size() < kHead) return;
      left_ = 0;
      for (const char c : head_) left_ = left_ << 8 | static_cast<unsigned char>(c);
      head_.clear();
      in_frame_ = true;
    }
    const size_t n = std::min<size_t>(left_, bytes.size());
    keep(bytes.substr(0, n));
    bytes.remove_prefix(n);
    left_ -= n;
    if (left_ > 0) return;
    in_frame_ = false;
    end_frame(take);
  }
}

bool FrameCutter::finish(const Take& take) {
  const bool part = is_inside();
  if (part && framing_ == Framing::line) {
    end_frame(take);
    in_frame_ = false;
    return true;
  }
  return !part;
}

}  // namespace weirflow::socket
