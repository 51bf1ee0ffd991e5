// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text encodings of files: which byte sequence is which UTF-8 text, decided per field.
///
/// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace wf::io {

enum class Encoding : uint8_t {
  utf8,     ///< strict: overlong forms, surrogates and code points past U+10FFFF are invalid
  latin1,   ///< ISO 8859-1; every byte fits
  cp1252,   ///< Windows-1252; the five undefined bytes (81 8D 8F 90 9D) give U+FFFD
  replace,  ///< UTF-8, each invalid sequence (WHATWG's maximal subpart) gives one U+FFFD
};

/// Encodings to try in order; the first that fits a field is used for the whole field. Only utf8
/// can fail to fit, so it stands first or not at all, and what follows another is never reached.
struct EncodingList {
  std::vector<Encoding> tries{Encoding::utf8};

  /// "utf-8", "latin-1", "cp1252", "replace", joined by '|' ("utf-8|cp1252"); also the usual other
  /// spellings (utf8, latin1, iso-8859-1, windows-1252), any case. invalid_config names the part
  /// that is not known, or the one that is never reached.
  static Result<EncodingList> parse(std::string_view text);
  [[nodiscard]] bool utf8_first() const { return tries.front() == Encoding::utf8; }
  /// utf8 alone: a field may fail to decode.
  [[nodiscard]] bool strict() const { return tries.size() == 1 && utf8_first(); }
};

/// True when `bytes` is valid UTF-8 as Encoding::utf8 says.
bool valid_utf8(std::string_view bytes);

/// Appends the UTF-8 text of `bytes` to *out. False (nothing appended) when no encoding fits.
bool decode(const EncodingList& encodings, std::string_view bytes, std::string* out);

/// Appends one code point (at most U+10FFFF, no surrogate) as UTF-8.
void append_utf8(uint32_t code_point, std::string* out);

/// `bytes` made printable for a message: invalid UTF-8 and control characters as \xNN, cut after
/// `limit` bytes with "...".
std::string printable(std::string_view bytes, size_t limit = 60);

}  // namespace wf::io
