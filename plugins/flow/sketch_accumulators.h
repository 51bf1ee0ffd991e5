// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Accumulators that hold a sketch per group; see sketches.h for what they promise.

#include <memory>

#include "accumulators.h"

namespace weirflow::flow {

std::unique_ptr<Accumulator> make_approx_quantile(double share);
std::unique_ptr<Accumulator> make_approx_distinct();
/// The k most frequent values of a plain type, the most frequent first, those alike in ascending
/// order. Exact while a group has at most max(256, 8 k) different values; beyond that a value that
/// is more frequent than rows / that number is not missed.
std::unique_ptr<Accumulator> make_top_k(int64_t k, wf::Type type);

}  // namespace weirflow::flow
