// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "special_cases.h"

#include <algorithm>
#include <bit>

#include "unicode.h"

namespace weirflow::text {

SpecialCases::Entry& SpecialCases::entry(std::string_view text) {
  const auto [at, added] = by_text_.emplace(std::string(text), entries_.size());
  if (added) entries_.push_back({std::string(text), {}, 0});
  return entries_[at->second];
}

uint16_t SpecialCases::piece(std::string_view text) {
  Entry& found = entry(text);
  if (found.piece == 0) {
    found.piece = ++pieces_;
    starts_.push_back(0);
    second_.push_back(false);
  }
  return found.piece;
}

void SpecialCases::add(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  Entry& target = entry(text);
  target.parts.clear();
  for (const std::string& part : parts) {
    target.parts.push_back(
        {static_cast<uint32_t>(part.size()), 0, std::all_of(part.begin(), part.end(), [](char c) {
           return is_ascii_letter(static_cast<unsigned char>(c));
         })});
  }
}

void SpecialCases::add_joined_form(const std::vector<std::string>& tokens) {
  uint32_t node = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const uint16_t number = piece(tokens[i]);
    if (i == 0) {
      const uint8_t kind = tokens.size() == 1 ? 2 : 1;
      starts_[number] = std::max(starts_[number], kind);
    }
    if (i == 1) second_[number] = true;
    const auto next = static_cast<uint32_t>(ends_.size());
    const auto [at, added] = children_.emplace(uint64_t{node} << 16 | number, next);
    if (added) ends_.push_back(false);
    node = at->second;
  }
  ends_[node] = true;
}

void SpecialCases::index() {
  for (Entry& each : entries_) {
    size_t start = 0;
    for (Part& part : each.parts) {
      const auto found = by_text_.find(each.text.substr(start, part.bytes));
      part.piece = found == by_text_.end() ? uint16_t{0} : entries_[found->second].piece;
      start += part.bytes;
    }
  }
  const size_t size = std::bit_ceil(entries_.size() * 8 + 1);
  slots_.assign(size, 0);
  mask_ = static_cast<uint32_t>(size - 1);
  max_bytes_ = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    max_bytes_ = std::max(max_bytes_, entries_[i].text.size());
    uint32_t slot = hash(entries_[i].text) & mask_;
    while (slots_[slot] != 0) slot = (slot + 1) & mask_;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace weirflow::text
