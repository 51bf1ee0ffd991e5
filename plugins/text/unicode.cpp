// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "unicode.h"

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>

#include <cstring>

namespace weirflow::text {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool continues(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

const UCaseMap* root_case_map() {
  static const UCaseMap* map = [] {
    UErrorCode code = U_ZERO_ERROR;
    return ucasemap_open("", 0, &code);
  }();
  return map;
}

}  // namespace

CodePoint decode_slow(const char* at, const char* end) {
  const auto* s = reinterpret_cast<const unsigned char*>(at);
  const auto left = end - at;
  const unsigned char first = s[0];
  constexpr CodePoint ill{kReplacement, 1};
  if (first < 0x80) return {first, 1};
  if (first < 0xC2 || first > 0xF4) return ill;
  if (first < 0xE0) {
    if (left < 2 || !continues(s[1])) return ill;
    return {static_cast<char32_t>((first & 0x1FU) << 6 | (s[1] & 0x3FU)), 2};
  }
  if (first < 0xF0) {
    if (left < 3 || !continues(s[1]) || !continues(s[2])) return ill;
    const auto c =
        static_cast<char32_t>((first & 0x0FU) << 12 | (s[1] & 0x3FU) << 6 | (s[2] & 0x3FU));
    return c < 0x800 || (c >= 0xD800 && c < 0xE000) ? ill : CodePoint{c, 3};
  }
  if (left < 4 || !continues(s[1]) || !continues(s[2]) || !continues(s[3])) return ill;
  const auto c = static_cast<char32_t>((first & 0x07U) << 18 | (s[1] & 0x3FU) << 12 |
                                       (s[2] & 0x3FU) << 6 | (s[3] & 0x3FU));
  return c < 0x10000 || c > 0x10FFFF ? ill : CodePoint{c, 4};
}

CodePoint decode_before_slow(const char* begin, const char* at) {
  for (int back = 1; back <= 4 && at - back >= begin; ++back) {
    const char* start = at - back;
    if (continues(static_cast<unsigned char>(*start))) continue;
    const CodePoint c = decode(start, at);
    if (start + c.bytes == at) return c;
    break;
  }
  return {kReplacement, 1};
}

bool is_wide_space(char32_t c) {
  if (c == 0x85 || c == 0xA0) return true;
  if (c < 0x1680) return false;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool is_word(char32_t c) {
  if (c < 0x80)
    return is_ascii_letter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '_';
  return (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_L_MASK | U_GC_N_MASK)) != 0;
}

bool is_decimal(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER;
}

bool is_ascii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080U) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const CodePoint c = decode(at, end);
    if (c.bytes == 1 && c.value == kReplacement) return false;
    at += c.bytes;
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = kReplacement;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | c >> 6);
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0U | c >> 12);
    out += static_cast<char>(0x80U | (c >> 6 & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | c >> 18);
    out += static_cast<char>(0x80U | (c >> 12 & 0x3FU));
    out += static_cast<char>(0x80U | (c >> 6 & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

void append_ascii_lower(std::string& out, std::string_view text) {
  size_t at = out.size();
  out += text;
  // Eight letters at a time: as no byte has its high bit, that of c + 0x3F says c >= 'A', and that
  // of c + 0x25 says c > 'Z'. Shifted by two, the bit is the one that tells the cases apart.
  constexpr uint64_t kEach = 0x0101010101010101U;
  for (; at + 8 <= out.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, out.data() + at, 8);
    const uint64_t upper = (word + 0x3F * kEach) & ~(word + 0x25 * kEach) & (0x80 * kEach);
    word |= upper >> 2;
    std::memcpy(out.data() + at, &word, 8);
  }
  for (; at < out.size(); ++at) {
    const auto c = static_cast<unsigned char>(out[at]);
    out[at] = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20U : c);
  }
}

void append_lower(std::string& out, std::string_view text) {
  if (is_ascii(text)) return append_ascii_lower(out, text);
  const size_t start = out.size();
  // A code point's lower case takes at most three times its bytes (Unicode FAQ, case mapping).
  out.resize(start + text.size() * 3);
  UErrorCode code = U_ZERO_ERROR;
  const int32_t size = ucasemap_utf8ToLower(root_case_map(), out.data() + start,
                                            static_cast<int32_t>(text.size() * 3), text.data(),
                                            static_cast<int32_t>(text.size()), &code);
  if (U_FAILURE(code) != 0) {
    out.resize(start);
    out += text;
  } else {
    out.resize(start + static_cast<size_t>(size));
  }
}

void code_point_offsets(std::string_view text, std::span<const uint32_t> bytes,
                        std::vector<uint32_t>& out) {
  out.clear();
  out.reserve(bytes.size());
  if (is_ascii(text)) {
    out.assign(bytes.begin(), bytes.end());
    return;
  }
  const char* at = text.data();
  const char* end = text.data() + text.size();
  uint32_t count = 0;
  for (const uint32_t offset : bytes) {
    const char* target = text.data() + offset;
    for (; at < target; ++count) at += decode(at, end).bytes;
    out.push_back(count);
  }
}

}  // namespace weirflow::text
