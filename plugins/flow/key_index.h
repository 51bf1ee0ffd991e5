// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers 0, 1, 2 ... for different byte strings, in the order of their first appearance; made to
/// be filled and cleared once a batch.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

class KeyIndex {
 public:
  /// The number of the key; `is_new` when it is the first time.
  uint32_t find_or_add(std::string_view key, bool* is_new = nullptr) {
    if ((size() + 1) * 2 > slots_.size()) grow();
    const uint64_t hash = wf::hash_bytes(key, 0);
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    for (; slots_[at].number != kFree; at = (at + 1) & mask)
      if (slots_[at].hash == hash && this->key(slots_[at].number) == key) {
        if (is_new) *is_new = false;
        return slots_[at].number;
      }
    if (is_new) *is_new = true;
    slots_[at] = {hash, size()};
    bytes_.append(key);
    ends_.push_back(bytes_.size());
    return size() - 1;
  }
  /// Valid until the next change.
  [[nodiscard]] std::string_view key(uint32_t number) const {
    const size_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(ends_.size()); }
  [[nodiscard]] int64_t bytes() const {
    return static_cast<int64_t>(slots_.capacity() * sizeof(Slot) + bytes_.capacity() +
                                ends_.capacity() * sizeof(size_t));
  }
  void clear() {
    slots_.assign(slots_.size(), Slot());
    bytes_.clear();
    ends_.clear();
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  struct Slot {
    uint64_t hash = 0;
    uint32_t number = kFree;
  };
  void grow() {
    std::vector<Slot> before(std::max<size_t>(64, slots_.size() * 2));
    before.swap(slots_);
    const size_t mask = slots_.size() - 1;
    for (const Slot& slot : before) {
      if (slot.number == kFree) continue;
      size_t at = slot.hash & mask;
      while (slots_[at].number != kFree) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }
  std::vector<Slot> slots_;
  std::string bytes_;
  std::vector<size_t> ends_;
};

}  // namespace weirflow::flow
