// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Memory that the rows of a batch hold. See weirflow/kernels.hpp.

#include <algorithm>
#include <utility>
#include <vector>

#include "weirflow/kernels/gather.hpp"

namespace wf {

namespace detail {

/// Adds the pieces of memory [first, last) that rows [start, start + count) of an array need.
class MemoryPieces {
 public:
  void add(const Array& a, int64_t start, int64_t count) {
    if (count == 0) return;
    const int64_t at = a.offset + start;
    add_bits(a.buffers[0], at, count);
    switch (a.type.id()) {
      case Type::null:
        return;
      case Type::boolean:
        return add_bits(a.buffers[1], at, count);
      case Type::int32:
      case Type::float32:
        return add_bytes(a.buffers[1], at * 4, count * 4);
      case Type::int64:
      case Type::float64:
      case Type::timestamp:
        return add_bytes(a.buffers[1], at * 8, count * 8);
      case Type::structure:
        for (const ArrayPtr& child : a.children) add(*child, at, count);
        return;
      default:
        break;
    }
    const int64_t width = is_large(a.type.id()) ? 8 : 4;
    add_bytes(a.buffers[1], at * width, (count + 1) * width);
    const int64_t first = element_offset(a, start), last = element_offset(a, start + count);
    if (a.type.id() == Type::list)
      add(*a.children[0], first, last - first);
    else
      add_bytes(a.buffers[2], first, last - first);
  }
  /// Bytes of the union of all pieces.
  [[nodiscard]] int64_t total() {
    std::sort(pieces_.begin(), pieces_.end());
    uintptr_t end = 0;
    uint64_t bytes = 0;
    for (const auto& [first, last] : pieces_) {
      if (last <= end) continue;
      bytes += last - std::max(first, end);
      end = last;
    }
    return static_cast<int64_t>(bytes);
  }

 private:
  void add_bits(const Buffer& buffer, int64_t at, int64_t count) {
    add_bytes(buffer, at / 8, (at + count + 7) / 8 - at / 8);
  }
  void add_bytes(const Buffer& buffer, int64_t first, int64_t count) {
    if (!buffer.data || count == 0) return;
    const auto start = reinterpret_cast<uintptr_t>(buffer.data) + static_cast<uintptr_t>(first);
    pieces_.emplace_back(start, start + static_cast<uintptr_t>(count));
  }
  std::vector<std::pair<uintptr_t, uintptr_t>> pieces_;
};

}  // namespace detail

/// Bytes that the rows of the batch hold in memory. Of a shared buffer a slice counts its part, and
/// bytes that several columns share count once.
inline int64_t batch_bytes(const Batch& batch) {
  detail::MemoryPieces pieces;
  for (const ArrayPtr& c : batch.columns()) pieces.add(*c, 0, batch.rows());
  return pieces.total();
}

}  // namespace wf
