// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Comparisons of what came out with what was expected. Each answers an empty text when all is
/// well, else what differs, to be read by a person.

#include <string>
#include <string_view>
#include <vector>

namespace weirflow::pipelines {

/// Lines without their ends. A last line without an end counts, nothing behind the last end does.
std::vector<std::string> lines_of(std::string_view text);

/// Whether a line is what a pattern says: `{*}` in the pattern stands for any text.
bool matches(std::string_view pattern, std::string_view line);

/// Line by line the same. The answer shows all lines: `-` is missing, `+` should not be there.
std::string compare_lines(std::string_view expected, std::string_view actual);

/// The same lines in any order. `{*}` has no meaning here.
std::string compare_sorted(std::string_view expected, std::string_view actual);

/// Each expected line is somewhere in the text, in this order.
std::string find_lines(std::string_view expected, std::string_view actual);

/// The text is one JSON document, and each expected line `POINTER VALUE` holds in it: a JSON
/// pointer and a JSON value. The value `{*}` asks only that something is there.
std::string compare_json(std::string_view expected, std::string_view actual);

}  // namespace weirflow::pipelines
