// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fuzz targets as plain functions: `int LLVMFuzzerTestOneInput(d, n) { return fuzz_csv(d, n); }`.
/// Each returns 0 and aborts when a promise of the readers is broken.

#include <cstddef>
#include <cstdint>

namespace wf::io {

/// The first four bytes choose the dialect, the rest is the file. Promise: rows and refusals are
/// those of any other buffer size.
int fuzz_csv(const uint8_t* data, size_t size);

/// The first byte chooses the options, the rest is the file. Promise: as above, for declared,
/// nested and inferred columns.
int fuzz_json(const uint8_t* data, size_t size);

}  // namespace wf::io
