// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A refused row as bytes, with its columns: what a dead letter keeps so that the row can be put
/// back exactly, not-a-numbers and metadata included. The length of the schema (u32), the schema
/// and the columns (batch/frame.h), with runs of zeros packed. Threads: pure functions.

#include <string>
#include <string_view>

#include "weirflow/batch.hpp"

namespace weirflow::engine {

/// Precondition: 0 <= row < batch.rows().
std::string encode_input(const wf::Batch& batch, int64_t row);

/// A batch of that one row. invalid_data when the bytes are anything else.
wf::Result<wf::Batch> decode_input(std::string_view bytes);

}  // namespace weirflow::engine
