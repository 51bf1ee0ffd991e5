// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "line_splitter.h"

#include <algorithm>

namespace weirflow::run {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Length of the well-formed sequence at the start of `s` (Unicode 15, table 3-7), or 0.
size_t sequence(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (length == 0 || s.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if (!is_continuation(s[i])) return 0;
  const bool bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                   (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = sequence(bytes);
    if (length)
      out.append(bytes.substr(0, length));
    else
      out.append("\xEF\xBF\xBD");
    bytes.remove_prefix(length ? length : 1);
  }
  return out;
}

void LineSplitter::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    rest_.append(bytes.substr(0, end));
    if (end != std::string_view::npos) {
      if (!rest_.empty() && rest_.back() == '\r') rest_.pop_back();
      hand_on(rest_);
      rest_.clear();
      bytes.remove_prefix(end + 1);
      continue;
    }
    while (rest_.size() > kMaxLine) {
      size_t cut = kMaxLine;
      while (cut > kMaxLine - 4 && is_continuation(rest_[cut])) --cut;
      hand_on(std::string_view(rest_).substr(0, cut));
      rest_.erase(0, cut);
    }
    return;
  }
}

void LineSplitter::finish() {
  if (!rest_.empty()) hand_on(rest_);
  rest_.clear();
}

void LineSplitter::hand_on(std::string_view bytes) {
  do {
    size_t cut = std::min(bytes.size(), kMaxLine);
    while (cut < bytes.size() && cut > kMaxLine - 4 && is_continuation(bytes[cut])) --cut;
    line_(valid_utf8(bytes.substr(0, cut)));
    bytes.remove_prefix(cut);
  } while (!bytes.empty());
}

void Tail::add(std::string_view bytes) {
  bytes_.append(bytes);
  if (bytes_.size() <= limit_) return;
  dropped_ = true;
  // Cut only now and then, so that a long output is not moved at every piece.
  if (bytes_.size() > 2 * limit_ + 4096) bytes_.erase(0, bytes_.size() - limit_);
}

std::string Tail::text() const {
  std::string_view last = bytes_;
  if (last.size() > limit_) last.remove_prefix(last.size() - limit_);
  if (dropped_)
    for (int i = 0; i < 3 && !last.empty() && is_continuation(last[0]); ++i) last.remove_prefix(1);
  return valid_utf8(last);
}

}  // namespace weirflow::run
