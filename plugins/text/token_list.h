// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The final tokens of a text, in one piece of memory: joined by single spaces, so that every
/// n-gram is a slice of it. Reuse it from text to text. One thread while it is written.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::text {

class TokenList {
 public:
  void clear() {
    joined_.clear();
    spans_.clear();
  }
  /// `source`: index of the Token it was made from.
  void add(std::string_view word, uint32_t source) {
    begin_word();
    joined_ += word;
    end_word(source);
  }
  /// Writing in place: begin_word(), append to buffer(), then end_word() or drop_word().
  void begin_word() {
    if (!spans_.empty()) joined_ += ' ';
    start_ = joined_.size();
  }
  std::string& buffer() { return joined_; }
  [[nodiscard]] size_t word_start() const { return start_; }
  void end_word(uint32_t source) {
    spans_.push_back(
        {static_cast<uint32_t>(start_), static_cast<uint32_t>(joined_.size()), source});
  }
  void drop_word() { joined_.resize(spans_.empty() ? 0 : spans_.back().end); }

  [[nodiscard]] size_t size() const { return spans_.size(); }
  [[nodiscard]] bool empty() const { return spans_.empty(); }
  /// Valid until the list changes.
  [[nodiscard]] std::string_view operator[](size_t i) const { return ngram(i, 1); }
  [[nodiscard]] uint32_t source(size_t i) const { return spans_[i].source; }
  /// Words i .. i + n - 1 joined by single spaces. Precondition: n >= 1, i + n <= size().
  [[nodiscard]] std::string_view ngram(size_t i, size_t n) const {
    const uint32_t begin = spans_[i].begin;
    return std::string_view(joined_).substr(begin, spans_[i + n - 1].end - begin);
  }
  /// All words joined by single spaces.
  [[nodiscard]] std::string_view joined() const { return joined_; }

 private:
  struct Span {
    uint32_t begin = 0;
    uint32_t end = 0;
    uint32_t source = 0;
  };
  std::string joined_;
  std::vector<Span> spans_;
  size_t start_ = 0;
};

}  // namespace weirflow::text
