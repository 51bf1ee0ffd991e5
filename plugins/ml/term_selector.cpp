// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "term_selector.h"

#include <algorithm>
#include <utility>

namespace weirflow::ml {
namespace {

/// First eight bytes of a term as a number that orders like the bytes.
uint64_t leading_bytes(std::string_view term) {
  uint64_t word = 0;
  for (size_t i = 0; i < 8; ++i)
    word = word << 8 | (i < term.size() ? static_cast<uint8_t>(term[i]) : 0);
  return word;
}

}  // namespace

TermSelector::TermSelector(double least_documents, double most_documents, uint64_t max_features)
    : least_documents_(least_documents), most_documents_(most_documents), limit_(max_features) {}

bool TermSelector::wants(uint64_t count, uint64_t documents) const {
  const auto df = static_cast<double>(documents);
  return df >= least_documents_ && df <= most_documents_ && count >= least_count_;
}

void TermSelector::add(std::string_view term, uint64_t count, uint64_t documents) {
  kept_.push_back({std::string(term), count, documents});
  if (limit_ > 0 && kept_.size() >= 2 * limit_ + 1024) prune();
}

void TermSelector::prune() {
  if (limit_ == 0 || kept_.size() <= limit_) return;
  const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(limit_);
  std::nth_element(kept_.begin(), end - 1, kept_.end(), [](const Term& a, const Term& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  least_count_ = (end - 1)->count;
  kept_.resize(limit_);
}

const std::vector<TermCount>& TermSelector::finish() {
  prune();
  std::vector<std::pair<uint64_t, uint32_t>> order(kept_.size());
  for (uint32_t i = 0; i < kept_.size(); ++i) order[i] = {leading_bytes(kept_[i].text), i};
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : kept_[a.second].text < kept_[b.second].text;
  });
  sorted_.clear();
  for (const auto& [leading, i] : order) {
    sorted_.push_back({kept_[i].text, kept_[i].count, kept_[i].documents});
  }
  return sorted_;
}

}  // namespace weirflow::ml
