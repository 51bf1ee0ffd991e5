// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A slow, obvious interpreter of expressions, one row at a time over its own trees, and random
/// trees to compare it with. It shares no code with the library: it prints its trees as text.

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

namespace wf::test {

enum class Kind { integer, real, truth, text };

/// A value, null, or (as an exception) a failed row.
using Cell = std::variant<std::monostate, int64_t, double, bool, std::string>;
struct RowFailed {};

struct Tree {
  std::string op;  ///< "column", "literal", or what evaluate() switches over
  Kind kind = Kind::integer;
  size_t column = 0;
  Cell literal;
  std::vector<std::unique_ptr<Tree>> args;
};
using TreePtr = std::unique_ptr<Tree>;

/// Columns of the test batches: two of each kind, named i0 i1 r0 r1 b0 b1 s0 s1.
inline size_t column_of(Kind kind, size_t which) { return static_cast<size_t>(kind) * 2 + which; }

TreePtr random_tree(std::mt19937_64& random, Kind kind, int depth);
std::string print(const Tree& tree);
/// Throws RowFailed.
Cell evaluate(const Tree& tree, const std::vector<Cell>& row);

}  // namespace wf::test
