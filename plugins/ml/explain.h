// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Why a row got its score: the terms that moved it most.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "csr.h"

namespace weirflow::ml {

/// The part of one column in a score: contribution = weight x value. The contributions of a row and
/// the bias add up to its score.
struct Contribution {
  int32_t column = 0;
  double value = 0;
  double weight = 0;
  double contribution = 0;
};

struct Explanation {
  std::vector<Contribution> raising;   ///< contribution > 0, largest first
  std::vector<Contribution> lowering;  ///< contribution < 0, largest in size first
};

/// Up to `most` contributions of each sign; among equals the lower column first. All columns of the
/// row must be below weights.size().
inline Explanation explain(const SparseRow& row, std::span<const double> weights, size_t most) {
  Explanation out;
  for (size_t i = 0; i < row.size; ++i) {
    const double weight = weights[static_cast<size_t>(row.indices[i])];
    const Contribution c{row.indices[i], row.values[i], weight, weight * row.values[i]};
    if (c.contribution > 0) out.raising.push_back(c);
    if (c.contribution < 0) out.lowering.push_back(c);
  }
  for (std::vector<Contribution>* list : {&out.raising, &out.lowering}) {
    const size_t kept = std::min(most, list->size());
    std::partial_sort(list->begin(), list->begin() + static_cast<std::ptrdiff_t>(kept), list->end(),
                      [](const Contribution& a, const Contribution& b) {
                        const double x = std::abs(a.contribution);
                        const double y = std::abs(b.contribution);
                        return x != y ? x > y : a.column < b.column;
                      });
    list->resize(kept);
  }
  return out;
}

}  // namespace weirflow::ml
