// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cleaning of raw comment bytes, step by step in this order:
/// 1. decode: UTF-8; if it is not well-formed anywhere, all of it as cp1252;
/// 2. unescape HTML character references, once;
/// 3. CR LF to one space; 4. `<U+HEX>` to ` U+HEX `; 5. drop every backslash.
/// Steps 2 to 5 can be switched off; without decode, bytes that are not UTF-8 stay as they are.
/// Pure; any thread.

#include <string>
#include <string_view>

namespace weirflow::text {

struct CleanOptions {
  bool decode = true;
  bool html = true;
  bool line_breaks = true;
  bool code_points = true;
  bool backslashes = true;
};

/// Writes the cleaned text to `out`, which is overwritten and keeps its memory; `bytes` may not
/// lie in it. `scratch` is memory for the steps in between, with any content.
void clean(std::string_view bytes, const CleanOptions& options, std::string& out,
           std::string& scratch);
std::string clean(std::string_view bytes, const CleanOptions& options = {});

/// Appends cp1252 bytes as UTF-8; the five undefined bytes become U+FFFD.
void append_cp1252(std::string& out, std::string_view bytes);

/// Appends `text` with its HTML character references replaced as Python's html.unescape does it
/// (HTML5 table; names known without a semicolon match by their longest known start; numbers of
/// Windows-1252 controls are mapped; forbidden numbers vanish; surrogates and numbers above
/// 0x10FFFF become U+FFFD).
void append_html_unescaped(std::string& out, std::string_view text);

}  // namespace weirflow::text
