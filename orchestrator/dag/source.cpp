// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/source.h"

#include <algorithm>

#include "core/text.h"

namespace weirflow::dag {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t hex_value(std::string_view digits) {
  size_t value = 0;
  for (const char c : digits)
    value = value * 16 + static_cast<size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return value;
}

size_t utf8_length(size_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

/// Walks a string token byte by byte of its decoded value.
class TokenWalk {
 public:
  explicit TokenWalk(std::string_view token) : token_(token) {
    const char quote = token.empty() ? '\0' : token[0];
    if (quote != '"' && quote != '\'') return;
    basic_ = quote == '"';
    const std::string three(3, quote);
    const bool multi_line = token.size() >= 6 && token.substr(0, 3) == three;
    is_string_ = token.size() >= 2;
    at_ = multi_line ? 3 : 1;
    end_ = token.size() - (multi_line ? 3 : 1);
    if (multi_line && token.substr(at_, 2) == "\r\n")
      at_ += 2;
    else if (multi_line && token.substr(at_, 1) == "\n")
      at_ += 1;
    skip_line_ending_backslash();
  }

  [[nodiscard]] bool is_string() const { return is_string_; }
  [[nodiscard]] size_t at() const { return std::min(at_, end_); }
  [[nodiscard]] bool done() const { return at_ >= end_; }

  /// Moves over one decoded unit; answers how many bytes of the value it is.
  size_t step() {
    size_t bytes = 1;
    if (basic_ && token_[at_] == '\\') {
      const char kind = at_ + 1 < end_ ? token_[at_ + 1] : '\0';
      const size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
      if (digits > 0) bytes = utf8_length(hex_value(token_.substr(at_ + 2, digits)));
      at_ += 2 + digits;
    } else {
      ++at_;
    }
    skip_line_ending_backslash();
    return bytes;
  }

 private:
  void skip_line_ending_backslash() {
    if (!basic_ || done() || token_[at_] != '\\') return;
    const size_t next = token_.find_first_not_of(" \t", at_ + 1);
    if (next == std::string_view::npos || (token_[next] != '\n' && token_[next] != '\r')) return;
    const size_t content = token_.find_first_not_of(" \t\r\n", next);
    at_ = content == std::string_view::npos ? end_ : std::min(content, end_);
    skip_line_ending_backslash();
  }

  std::string_view token_;
  size_t at_ = 0;
  size_t end_ = 0;
  bool basic_ = false;
  bool is_string_ = false;
};

}  // namespace

FileId Sources::add(std::string shown, std::string folder, std::string text) {
  File& file = files_.emplace_back();
  file.shown = std::move(shown);
  file.folder = std::move(folder);
  file.text = std::move(text);
  file.line_starts.push_back(0);
  bool ascii = true;
  for (size_t i = 0; i < file.text.size(); ++i) {
    if (static_cast<unsigned char>(file.text[i]) >= 0x80) ascii = false;
    if (file.text[i] != '\n') continue;
    file.line_is_ascii.push_back(ascii);
    file.line_starts.push_back(static_cast<uint32_t>(i + 1));
    ascii = true;
  }
  file.line_is_ascii.push_back(ascii);
  return static_cast<FileId>(files_.size() - 1);
}

Location Sources::locate(SourceRange range) const {
  const File& file = files_[range.file];
  const auto place = [&](uint32_t offset, uint32_t& line, uint32_t& column) {
    const auto next = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
    line = static_cast<uint32_t>(next - file.line_starts.begin());
    const uint32_t start = file.line_starts[line - 1];
    const std::string_view before(file.text.data() + start, offset - start);
    column = 1 + static_cast<uint32_t>(count_code_points(before));
  };
  Location location;
  location.file = file.shown;
  place(range.begin, location.line, location.column);
  place(std::max(range.begin, range.end), location.end_line, location.end_column);
  return location;
}

std::string_view Sources::text(SourceRange range) const {
  return std::string_view(files_[range.file].text).substr(range.begin, range.end - range.begin);
}

std::string_view Sources::line(FileId file, uint32_t line) const {
  const File& f = files_[file];
  if (line == 0 || line > f.line_starts.size()) return {};
  const uint32_t start = f.line_starts[line - 1];
  const size_t next = line < f.line_starts.size() ? f.line_starts[line] - 1 : f.text.size();
  std::string_view text(f.text.data() + start, next - start);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

uint32_t Sources::offset_of(FileId file, uint32_t line, uint32_t column) const {
  const File& f = files_[file];
  const auto size = static_cast<uint32_t>(f.text.size());
  if (line == 0) return 0;
  if (line > f.line_starts.size()) return size;
  uint32_t offset = f.line_starts[line - 1];
  const uint32_t stop = line < f.line_starts.size() ? f.line_starts[line] : size;
  if (f.line_is_ascii[line - 1]) return std::min(offset + column - 1, stop);
  for (uint32_t i = 1; i < column && offset < stop; ++i) do
      ++offset;
    while (offset < stop && is_continuation(f.text[offset]));
  return offset;
}

SourceRange Sources::inside(SourceRange token, size_t offset, size_t length) const {
  TokenWalk walk(text(token));
  if (!walk.is_string()) return token;
  size_t decoded = 0;
  while (!walk.done() && decoded < offset) decoded += walk.step();
  SourceRange range = token;
  range.begin = token.begin + static_cast<uint32_t>(walk.at());
  // The end of the last unit, not the start of the next: a folded line end is not part of it.
  range.end = range.begin;
  while (!walk.done() && decoded < offset + length) {
    const size_t before = walk.at();
    decoded += walk.step();
    range.end = token.begin + static_cast<uint32_t>(std::max(before + 1, walk.at()));
  }
  return range;
}

}  // namespace weirflow::dag
