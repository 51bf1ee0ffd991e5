// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Finds the bytes that mean something in CSV, 64 bytes at a time. Internal to weirflow-io.

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace wf::io {

/// Bit i tells of byte i of a 64-byte block.
struct ByteMasks {
  uint64_t quoted = 0;  ///< quote, escape (and line ends when they end a quoted field)
  uint64_t plain = 0;   ///< delimiter and line ends
};

class CsvScanner {
 public:
  /// A byte that is not used repeats another one of its group.
  void set(char delimiter, char quote, char escape, bool lines_end_quotes) {
    delimiter_ = delimiter;
    quote_ = quote;
    escape_ = escape;
    lines_end_quotes_ = lines_end_quotes;
    reset();
  }
  /// Before bytes that were scanned may have changed.
  void reset() { base_ = nullptr; }

  /// The first delimiter or line end in [p, end), or end. 63 bytes behind end must be readable.
  const char* find_plain(const char* p, const char* end) { return find<&ByteMasks::plain>(p, end); }
  /// The first quote or escape (or line end, as set) in [p, end), or end.
  const char* find_quoted(const char* p, const char* end) {
    return find<&ByteMasks::quoted>(p, end);
  }

 private:
  template <uint64_t ByteMasks::*Group>
  const char* find(const char* p, const char* end) {
    while (p < end) {
      uintptr_t shift = reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(base_);
      if (shift >= 64) {
        load(p);
        shift = 0;
      }
      if (const uint64_t mask = masks_.*Group >> shift) {
        p += std::countr_zero(mask);
        return p < end ? p : end;
      }
      p = base_ + 64;
    }
    return end;
  }

  void load(const char* p) {
    base_ = p;
    masks_ = {};
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8(quote_), escape = _mm_set1_epi8(escape_);
    const __m128i delimiter = _mm_set1_epi8(delimiter_);
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
    for (int i = 0; i < 4; ++i) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + 16 * i));
      const __m128i line = _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr));
      const __m128i plain = _mm_or_si128(line, _mm_cmpeq_epi8(bytes, delimiter));
      __m128i quoted = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, escape));
      if (lines_end_quotes_) quoted = _mm_or_si128(quoted, line);
      masks_.plain |= uint64_t{static_cast<uint16_t>(_mm_movemask_epi8(plain))} << (16 * i);
      masks_.quoted |= uint64_t{static_cast<uint16_t>(_mm_movemask_epi8(quoted))} << (16 * i);
    }
#else
    for (int i = 0; i < 64; ++i) {
      const char c = p[i];
      const bool line = c == '\n' || c == '\r';
      masks_.plain |= uint64_t{line || c == delimiter_} << i;
      masks_.quoted |= uint64_t{c == quote_ || c == escape_ || (lines_end_quotes_ && line)} << i;
    }
#endif
  }

  ByteMasks masks_;
  const char* base_ = nullptr;
  char delimiter_ = ',', quote_ = '"', escape_ = '"';
  bool lines_end_quotes_ = false;
};

}  // namespace wf::io
