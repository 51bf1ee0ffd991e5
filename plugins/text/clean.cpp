// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "clean.h"

#include <array>

#include "unicode.h"

namespace weirflow::text {
namespace {

constexpr std::array<char16_t, 32> kCp1252High = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void append_without_line_breaks(std::string& out, std::string_view text) {
  for (size_t at = 0;;) {
    const size_t found = text.find("\r\n", at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) return;
    out += ' ';
    at = found + 2;
  }
}

void append_code_points_opened(std::string& out, std::string_view text) {
  size_t copied = 0;
  for (size_t at = 0; (at = text.find('<', at)) != std::string_view::npos; ++at) {
    if (at + 2 >= text.size() || (text[at + 1] | 0x20) != 'u' || text[at + 2] != '+') continue;
    size_t end = at + 3;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end == at + 3 || end == text.size() || text[end] != '>') continue;
    out += text.substr(copied, at - copied);
    out += " U+";
    out += text.substr(at + 3, end - at - 3);
    out += ' ';
    copied = end + 1;
    at = end;
  }
  out += text.substr(copied);
}

}  // namespace

void append_cp1252(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte >= 0x80 && byte < 0xA0 ? char32_t{kCp1252High[byte - 0x80U]} : byte);
  }
}

void clean(std::string_view bytes, const CleanOptions& options, std::string& out,
           std::string& scratch) {
  out.clear();
  if (options.decode && !is_utf8(bytes)) {
    append_cp1252(out, bytes);
  } else {
    out += bytes;
  }
  const auto step = [&](bool wanted, std::string_view needle, auto append) {
    if (!wanted || out.find(needle) == std::string::npos) return;
    scratch.clear();
    append(scratch, std::string_view(out));
    out.swap(scratch);
  };
  step(options.html, "&", append_html_unescaped);
  step(options.line_breaks, "\r\n", append_without_line_breaks);
  step(options.code_points, "<", append_code_points_opened);
  if (options.backslashes && out.find('\\') != std::string::npos) std::erase(out, '\\');
}

std::string clean(std::string_view bytes, const CleanOptions& options) {
  std::string out;
  std::string scratch;
  clean(bytes, options, out, scratch);
  return out;
}

}  // namespace weirflow::text
