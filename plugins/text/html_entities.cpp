// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <unordered_map>

#include "clean.h"
#include "embedded.h"
#include "unicode.h"

namespace weirflow::text {
namespace {

constexpr size_t kMaxNameCharacters = 32;
constexpr uint32_t kTooBig = 0x110000;

using Names = std::unordered_map<std::string_view, std::string>;

const Names& names() {
  static const Names table = [] {
    Names result;
    std::string_view file = embedded_html5_entities();
    while (!file.empty()) {
      const size_t stop = std::min(file.find('\n'), file.size());
      std::string_view line = file.substr(0, stop);
      file.remove_prefix(std::min(stop + 1, file.size()));
      if (line.starts_with('#')) continue;
      const std::string_view name = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(name.size(), line.size()));
      std::string& value = result[name];
      while (!line.empty()) {
        line.remove_prefix(1);
        uint32_t code = 0;
        const auto parsed = std::from_chars(line.data(), line.data() + line.size(), code, 16);
        append_utf8(value, code);
        line.remove_prefix(static_cast<size_t>(parsed.ptr - line.data()));
      }
    }
    return result;
  }();
  return table;
}

/// Numbers that HTML5 calls parse errors and that leave nothing behind.
bool vanishes(uint32_t code) {
  return (code >= 0x1 && code <= 0x8) || code == 0xB || (code >= 0xE && code <= 0x1F) ||
         (code >= 0x7F && code <= 0x9F) || (code >= 0xFDD0 && code <= 0xFDEF) ||
         (code & 0xFFFEU) == 0xFFFEU;
}

void append_number(std::string& out, uint32_t code) {
  if (code >= 0x80 && code <= 0x9F) {
    // HTML5 reads these as cp1252, and the five undefined ones as themselves.
    std::string mapped;
    append_cp1252(mapped, std::string(1, static_cast<char>(code)));
    if (mapped == "\xEF\xBF\xBD") mapped = {'\xC2', static_cast<char>(code)};
    out += mapped;
  } else if (code == 0 || (code >= 0xD800 && code < 0xE000) || code >= kTooBig) {
    append_utf8(out, 0xFFFD);
  } else if (!vanishes(code)) {
    append_utf8(out, code);
  }
}

/// Reads `#123;` or `#x1F;` after an ampersand. Returns its length, 0 if there is none.
size_t read_number(std::string_view text, uint32_t& code) {
  const bool hex = text.size() > 1 && (text[1] | 0x20) == 'x';
  const uint32_t base = hex ? 16 : 10;
  const size_t first = hex ? 2 : 1;
  size_t at = first;
  code = 0;
  for (; at < text.size(); ++at) {
    uint32_t digit = 0;
    const auto parsed =
        std::from_chars(text.data() + at, text.data() + at + 1, digit, static_cast<int>(base));
    if (parsed.ec != std::errc()) break;
    code = std::min(code * base + digit, kTooBig);
  }
  if (at == first) return 0;
  return at + (at < text.size() && text[at] == ';' ? 1 : 0);
}

/// The bytes of what may be a name after an ampersand, its semicolon with it.
size_t name_length(std::string_view text) {
  constexpr std::string_view kStops = "\t\n\f <&#;";
  const char* end = text.data() + text.size();
  const char* at = text.data();
  for (size_t count = 0; count < kMaxNameCharacters && at < end; ++count) {
    if (kStops.find(*at) != std::string_view::npos) break;
    at += decode(at, end).bytes;
  }
  auto size = static_cast<size_t>(at - text.data());
  if (size > 0 && size < text.size() && text[size] == ';') ++size;
  return size;
}

/// Appends the value of the longest known start of `name`. Returns its length, 0 if none is known.
size_t append_named(std::string& out, std::string_view name) {
  for (size_t size = name.size(); size >= 2; --size) {
    const auto found = names().find(name.substr(0, size));
    if (found == names().end()) continue;
    out += found->second;
    return size;
  }
  return 0;
}

}  // namespace

void append_html_unescaped(std::string& out, std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t found = std::min(text.find('&', at), text.size());
    out += text.substr(at, found - at);
    if (found == text.size()) return;
    const std::string_view rest = text.substr(found + 1);
    uint32_t code = 0;
    size_t used = 0;
    if (rest.starts_with('#')) {
      used = read_number(rest, code);
      if (used > 0) append_number(out, code);
    } else {
      used = append_named(out, rest.substr(0, name_length(rest)));
    }
    if (used == 0) out += '&';
    at = found + 1 + used;
  }
}

}  // namespace weirflow::text
