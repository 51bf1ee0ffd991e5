// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// UTF-8 and the few character properties that the text components need.
///
/// Text is walked as code points. A byte that belongs to no well-formed UTF-8 sequence counts as
/// one code point U+FFFD of one byte, in both directions alike, so every text has offsets and no
/// function here can fail on its input. Pure functions; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::text {

struct CodePoint {
  char32_t value = 0;
  uint32_t bytes = 0;  ///< 1..4
};

/// The code point at `at`. Precondition: at < end.
CodePoint decode_slow(const char* at, const char* end);
inline CodePoint decode(const char* at, const char* end) {
  const auto byte = static_cast<unsigned char>(*at);
  return byte < 0x80 ? CodePoint{byte, 1} : decode_slow(at, end);
}

/// The code point that ends just before `at`. Precondition: begin < at.
CodePoint decode_before_slow(const char* begin, const char* at);
inline CodePoint decode_before(const char* begin, const char* at) {
  const auto byte = static_cast<unsigned char>(at[-1]);
  return byte < 0x80 ? CodePoint{byte, 1} : decode_before_slow(begin, at);
}

/// White space as Python's str.isspace has it: separators, and the bidirectional types B, S, WS
/// (so also U+001C..U+001F, U+0085, U+00A0).
bool is_wide_space(char32_t c);  ///< of those from U+0080 on
inline bool is_space(char32_t c) {
  if (c >= 0x80) return is_wide_space(c);
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
}
/// A letter, a number or `_` (\w of Unicode regular expressions in Python).
bool is_word(char32_t c);
/// A decimal digit of any script (general category Nd).
bool is_decimal(char32_t c);
inline bool is_ascii_letter(unsigned char c) { return ((c | 0x20U) - 'a') < 26U; }

bool is_ascii(std::string_view text);
/// True when the whole text is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);
/// Appends the UTF-8 form of a scalar value; U+FFFD for anything else.
void append_utf8(std::string& out, char32_t c);

/// Precondition: is_ascii(text).
void append_ascii_lower(std::string& out, std::string_view text);
/// Appends the full Unicode lower-case mapping (root locale, final sigma by context).
void append_lower(std::string& out, std::string_view text);

/// Code-point offsets for ascending byte offsets: out[i] = code points in text[0, bytes[i]).
/// Linear in the text. Precondition: bytes ascending, each on a code-point border, none past the
/// end.
void code_point_offsets(std::string_view text, std::span<const uint32_t> bytes,
                        std::vector<uint32_t>& out);

}  // namespace weirflow::text
