// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Finds where runs of white space and of other characters end. Internal to the tokenizer.

#include <array>
#include <cstdint>

#include "unicode.h"

namespace weirflow::text {

enum class ByteKind : uint8_t { letter, mark, space, wide };

constexpr std::array<ByteKind, 256> make_byte_kinds() {
  std::array<ByteKind, 256> kinds{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = ((c | 0x20U) - 'a') < 26U;
    const bool space = c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    kinds[c] = c >= 0x80 ? ByteKind::wide
               : letter  ? ByteKind::letter
               : space   ? ByteKind::space
                         : ByteKind::mark;
  }
  return kinds;
}
inline constexpr std::array<ByteKind, 256> kByteKinds = make_byte_kinds();
inline ByteKind kind_of(char c) { return kByteKinds[static_cast<unsigned char>(c)]; }

/// The first byte in [at, end) that is no ASCII letter.
inline const char* skip_letters(const char* at, const char* end) {
  while (at < end && kind_of(*at) == ByteKind::letter) ++at;
  return at;
}

/// The first white space in [at, end).
inline const char* skip_chunk(const char* at, const char* end) {
  while (at < end) {
    const ByteKind kind = kind_of(*at);
    if (kind == ByteKind::space) break;
    if (kind != ByteKind::wide) {
      ++at;
      continue;
    }
    const CodePoint c = decode(at, end);
    if (is_space(c.value)) break;
    at += c.bytes;
  }
  return at;
}

/// The first character in [at, end) that is no white space.
inline const char* skip_space(const char* at, const char* end) {
  while (at < end) {
    const CodePoint c = decode(at, end);
    if (!is_space(c.value)) break;
    at += c.bytes;
  }
  return at;
}

}  // namespace weirflow::text
