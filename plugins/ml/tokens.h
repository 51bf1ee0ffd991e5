// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tokenised documents as a column `list<utf8>` holds them.

#include <cstdint>
#include <span>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::ml {

/// Borrowed documents: document d consists of the tokens list_offsets[d] .. list_offsets[d + 1],
/// token t of the bytes string_offsets[t] .. string_offsets[t + 1]. `list_offsets` has one entry
/// more than there are documents and need not start at 0. Thread-safe to read.
struct TokenBatch {
  std::span<const int32_t> list_offsets;
  std::span<const int32_t> string_offsets;
  std::span<const char> bytes;

  [[nodiscard]] size_t documents() const {
    return list_offsets.empty() ? 0 : list_offsets.size() - 1;
  }
  [[nodiscard]] std::string_view token(int32_t t) const {
    const auto i = static_cast<size_t>(t);
    const auto from = static_cast<size_t>(string_offsets[i]);
    return {bytes.data() + from, static_cast<size_t>(string_offsets[i + 1]) - from};
  }
  [[nodiscard]] TokenBatch slice(size_t first, size_t count) const {
    return {list_offsets.subspan(first, count + 1), string_offsets, bytes};
  }
  /// Refuses (invalid_data) offsets that descend or leave the arrays. Call it on data that nobody
  /// has checked; every other function here trusts the offsets.
  [[nodiscard]] wf::Status validate() const;
};

}  // namespace weirflow::ml
