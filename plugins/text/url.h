// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Does a piece of text look like a web address? Two questions, as spaCy's English rules ask them.
/// Linear time; pure; any thread.

#include <string_view>

#include "rules.h"

namespace weirflow::text {

/// The tokenizer's question: is the whole of `text` one address? Optional scheme `x://` (two or
/// more of letters, digits, `_+-.`), optional user part up to an `@`, then a public IPv4 address
/// (10/8, 127/8, 169.254/16, 172.16/12 and 192.168/16 excluded) or host labels of 1 to 64
/// characters and a last label of 2 to 63 letters of the rules' `url` class, optional port of 2 to
/// 5 digits, optional rest that starts with `/`, `?` or `#`.
/// False for every text when the rules name no `url` class.
bool url_match(std::string_view text, const Rules& rules);

/// The looser question asked of a finished token: starts with `http://` or `https://`, or with
/// `www.` and more; else no dot at either end, no `@`, some dot, and what follows the last dot up
/// to the first colon ends in `/` or is a top-level domain of the rules; else url_match.
bool like_url(std::string_view token, const Rules& rules);

}  // namespace weirflow::text
