// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How single words of a rules file are written. Pure; any thread.

#include <string>
#include <string_view>
#include <vector>

#include "unicode.h"
#include "weirflow/status.hpp"

namespace weirflow::text {

/// Text of a word: `\\`, `\uXXXX` and `\UXXXXXXXX` stand for characters. Errors: invalid_config.
wf::Result<std::string> unescape(std::string_view word);

/// One character at the start of `word`, written as itself or as U+XXXX (4 to 6 digits), and how
/// many bytes of the word that takes; 0 bytes if there is none.
CodePoint read_character(std::string_view word);

/// Cuts `a|b|c` into unescaped parts. Errors: invalid_config, also for an empty part.
wf::Result<std::vector<std::string>> parts_of(std::string_view word);

}  // namespace weirflow::text
