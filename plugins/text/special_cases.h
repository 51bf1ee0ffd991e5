// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Chunks that are cut in a way of their own ("don't" = "do" + "n't", "a.m.", ":-)").
///
/// One hash table answers two questions with one look-up: is this text a special case, and is it a
/// token that occurs in the *joined form* of one? The joined form is what the affix rules alone
/// make of a special case; where that sequence of tokens stands in a text, the second pass puts the
/// special case back. Immutable once built; any thread.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weirflow::text {

class SpecialCases {
 public:
  /// One token of a special case.
  struct Part {
    uint32_t bytes = 0;
    uint16_t piece = 0;    ///< see Entry::piece
    bool letters = false;  ///< only ASCII letters
  };
  struct Entry {
    std::string text;
    std::vector<Part> parts;  ///< empty: not a special case, only a piece
    uint16_t piece = 0;       ///< number of this text as a token of joined forms; 0 = in none
  };

  /// Adds or replaces a case; the parts' texts joined are its text. Not after index().
  void add(const std::vector<std::string>& parts);
  /// Adds a joined form. Precondition: two or more tokens, or a case of two or more parts.
  void add_joined_form(const std::vector<std::string>& tokens);
  /// Builds the hash table; no change after it.
  void index();

  /// The entry of `text`, or null. Needs index().
  [[nodiscard]] const Entry* find(std::string_view text) const {
    if (text.size() > max_bytes_ || text.empty()) return nullptr;
    for (uint32_t slot = hash(text) & mask_;; slot = (slot + 1) & mask_) {
      const uint32_t number = slots_[slot];
      if (number == 0) return nullptr;
      const Entry& entry = entries_[number - 1];
      if (entry.text == text) return &entry;
    }
  }
  [[nodiscard]] const Entry* find_case(std::string_view text) const {
    const Entry* entry = find(text);
    return entry != nullptr && !entry->parts.empty() ? entry : nullptr;
  }

  // The joined forms as a trie over piece numbers; node 0 is the root.
  [[nodiscard]] uint32_t child(uint32_t node, uint16_t piece) const {
    const auto found = children_.find(uint64_t{node} << 16 | piece);
    return found == children_.end() ? 0 : found->second;
  }
  [[nodiscard]] bool is_end(uint32_t node) const { return ends_[node]; }
  /// True when a piece can start a joined form, and whether it is a whole one by itself.
  [[nodiscard]] bool starts(uint16_t piece) const { return starts_[piece] != 0; }
  [[nodiscard]] bool whole(uint16_t piece) const { return starts_[piece] == 2; }
  /// True when a piece can be the second of a joined form.
  [[nodiscard]] bool second(uint16_t piece) const { return second_[piece]; }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  Entry& entry(std::string_view text);
  uint16_t piece(std::string_view text);
  static uint32_t hash(std::string_view text);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<uint64_t, uint32_t> children_;
  std::vector<bool> ends_ = {false};
  std::vector<uint8_t> starts_ = {0};
  std::vector<bool> second_ = {false};
  uint16_t pieces_ = 0;

  std::vector<uint32_t> slots_ = {0};  ///< entry number + 1; 0 = free
  uint32_t mask_ = 0;
  size_t max_bytes_ = 0;
};

/// Both ends of the text and its length: enough to tell a few thousand short texts apart, and read
/// without a loop.
inline uint32_t SpecialCases::hash(std::string_view text) {
  uint64_t head = 0;
  uint64_t tail = 0;
  const size_t size = text.size();
  if (size >= 8) {
    std::memcpy(&head, text.data(), 8);
    std::memcpy(&tail, text.data() + size - 8, 8);
  } else if (size >= 4) {
    uint32_t part = 0;
    std::memcpy(&part, text.data(), 4);
    head = part;
    std::memcpy(&part, text.data() + size - 4, 4);
    tail = part;
  } else {
    const auto* byte = reinterpret_cast<const unsigned char*>(text.data());
    head = byte[0] | uint64_t{byte[size / 2]} << 8 | uint64_t{byte[size - 1]} << 16;
  }
  const uint64_t mixed =
      (head ^ size) * 0x9E3779B97F4A7C15U ^ std::rotl(tail * 0xC2B2AE3D27D4EB4FU, 29);
  return static_cast<uint32_t>((mixed * 0x9E3779B97F4A7C15U) >> 32);
}

}  // namespace weirflow::text
