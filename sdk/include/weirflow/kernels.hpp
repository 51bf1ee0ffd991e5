// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Kernels over columns and batches: gather, compact, deep_copy, concat, take, filter, batch_bytes,
/// equal, compare.
///
/// All are pure and know every type, nested ones and slices too. Row numbers are int64, from 0;
/// rows out of range are a precondition violation. A result column of 2 GiB of text or 2^31 items
/// or more throws std::length_error (see builder.hpp). Threads: any.

#include "weirflow/kernels/compare.hpp"
#include "weirflow/kernels/equal.hpp"
#include "weirflow/kernels/gather.hpp"
#include "weirflow/kernels/size.hpp"
#include "weirflow/kernels/take.hpp"
