// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which n-grams a linear model weighs most, by name: a look at a model as a whole.

#include <span>

#include "weirflow/component.hpp"

namespace weirflow::ml {

/// Lists of {ngram, weight}.
struct Strongest {
  wf::Value raising, lowering;  ///< the probability of label 1
};

/// Of each sign at most `most` columns, the largest magnitudes first (equal ones: the lower column
/// first); zeros are left out. The names come from `terms`
/// (list<utf8>, one for each entry of `features`) of the rows of `spool`, which is read until all
/// are known; "#COLUMN" where no row has it.
wf::Result<Strongest> strongest_ngrams(const wf::Spool& spool, int features, int terms,
                                       std::span<const double> weights, size_t most);

}  // namespace weirflow::ml
