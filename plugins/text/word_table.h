// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A set of words, or a map from words to words, that is asked once per token: exact bytes, one
/// hash look-up, no allocation. Immutable once filled; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weirflow::text {

struct WordHash {
  using is_transparent = void;
  size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
};
using WordMap = std::unordered_map<std::string, std::string, WordHash, std::equal_to<>>;

}  // namespace weirflow::text
