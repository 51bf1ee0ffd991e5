// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Distinct byte strings, numbered from 0 in the order of their first appearance.

#include <cstdint>
#include <string_view>
#include <vector>

#include "hashing.h"

namespace weirflow::ml {

/// Not thread-safe. At most 2^31 - 1 strings.
class TokenTable {
 public:
  TokenTable() { clear(); }

  /// The number of `text`, which is copied in when it is new.
  uint32_t intern(std::string_view text) {
    const uint64_t hash = hash_bytes(text);
    const auto tag = static_cast<uint32_t>(hash >> 32);
    for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.id == kNone) return insert(text, hash);
      if (slot.tag == tag && (*this)[slot.id] == text) return slot.id;
    }
  }
  /// Borrowed until the next intern or clear.
  [[nodiscard]] std::string_view operator[](uint32_t id) const {
    return {bytes_.data() + offsets_[id], static_cast<size_t>(offsets_[id + 1] - offsets_[id])};
  }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(offsets_.size() - 1); }
  /// Bytes held in memory.
  [[nodiscard]] size_t memory() const {
    return slots_.capacity() * sizeof(Slot) + offsets_.capacity() * sizeof(uint64_t) +
           bytes_.capacity();
  }
  /// Forgets all strings and gives the memory back.
  void clear() {
    slots_ = std::vector<Slot>(kFirstSlots);
    mask_ = kFirstSlots - 1;
    offsets_ = std::vector<uint64_t>{0};
    bytes_ = std::vector<char>();
  }

 private:
  static constexpr uint32_t kNone = 0xffffffffU;
  static constexpr size_t kFirstSlots = 1024;
  struct Slot {
    uint32_t tag = 0;
    uint32_t id = kNone;
  };

  uint32_t insert(std::string_view text, uint64_t hash) {
    const uint32_t id = size();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    offsets_.push_back(bytes_.size());
    if (size_t{id + 1} * 2 > slots_.size()) {
      grow();
    } else {
      place(hash, id);
    }
    return id;
  }
  void place(uint64_t hash, uint32_t id) {
    size_t at = hash & mask_;
    while (slots_[at].id != kNone) at = (at + 1) & mask_;
    slots_[at] = {static_cast<uint32_t>(hash >> 32), id};
  }
  void grow() {
    slots_.assign(slots_.size() * 2, Slot{});
    mask_ = slots_.size() - 1;
    for (uint32_t id = 0; id < size(); ++id) place(hash_bytes((*this)[id]), id);
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  std::vector<uint64_t> offsets_;
  std::vector<char> bytes_;
};

}  // namespace weirflow::ml
