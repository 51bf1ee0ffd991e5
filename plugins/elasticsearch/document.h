// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A row on its way into an index. Plain values.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weirflow::elasticsearch {

enum class Op : uint8_t { index = 1, create = 2, update = 3, remove = 4 };

/// The word of the bulk API: "index", "create", "update", "delete".
constexpr std::string_view to_string(Op op) {
  constexpr std::string_view kWords[] = {"", "index", "create", "update", "delete"};
  return kWords[static_cast<size_t>(op)];
}
constexpr std::optional<Op> parse_op(std::string_view word) {
  for (const Op op : {Op::index, Op::create, Op::update, Op::remove})
    if (word == to_string(op)) return op;
  return std::nullopt;
}

/// The texts hold all of the row, so that a refused document becomes a row again (see rows.h).
struct Document {
  std::string action;  ///< first line of the bulk API, without its end
  std::string source;  ///< second line, without its end; empty for delete
  std::string rest;    ///< JSON object of what the source lacks or cannot hold; empty: nothing
  uint64_t key = 0;    ///< of index and id, documents of one key keep their order; 0: no id
  uint32_t tries = 0;  ///< requests that did not settle it, for the wait before the next
  bool may_be_there = false;  ///< a request without an answer may have brought it
  uint32_t group = 0;         ///< at most so many together in a bulk, 0: any; after a refused bulk
  uint64_t epoch = 0;         ///< an epoch begins when the one before is through; 0: there are none
  std::chrono::steady_clock::time_point added{};
  std::chrono::steady_clock::time_point refused_since{};  ///< first 429 or 5xx of its own; 0: none

  /// Of memory, about.
  [[nodiscard]] int64_t bytes() const {
    return static_cast<int64_t>(sizeof(Document) + action.size() + source.size() + rest.size());
  }
  /// In the body of a bulk.
  [[nodiscard]] int64_t body_bytes() const {
    return static_cast<int64_t>(action.size() + source.size() + 2);
  }
};

}  // namespace weirflow::elasticsearch
