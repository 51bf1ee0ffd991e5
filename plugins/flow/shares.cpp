// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "weirflow/kernels.hpp"
#include "weirflow/row_hash.hpp"

namespace weirflow::flow {

std::vector<uint64_t> identity_hashes(const wf::Batch& batch, int64_t seed,
                                      std::span<const int> columns) {
  std::vector<uint64_t> hashes(static_cast<size_t>(batch.rows()),
                               wf::mix_hash(static_cast<uint64_t>(seed)));
  for (const int c : columns) wf::hash_column(*batch.column(c), hashes);
  return hashes;
}

Part part_of(uint64_t hash, const Shares& shares) {
  const double u = unit(hash);
  if (u < shares.test) return kTest;
  return u < shares.test + shares.validation ? kValidation : kTrain;
}

void ExactSplit::add(std::span<const uint64_t> hashes, const std::vector<std::string>& strata) {
  for (size_t i = 0; i < hashes.size(); ++i) {
    const std::string& key = strata.empty() ? std::string() : strata[i];
    hashes_.push_back(hashes[i]);
    stratum_.push_back(strata_.emplace(key, static_cast<uint32_t>(strata_.size())).first->second);
  }
}

int64_t ExactSplit::bytes() const {
  return static_cast<int64_t>(hashes_.capacity() * sizeof(uint64_t) +
                              stratum_.capacity() * sizeof(uint32_t));
}

std::vector<uint8_t> ExactSplit::finish() const {
  std::vector<std::vector<uint64_t>> rows(strata_.size());
  for (size_t i = 0; i < stratum_.size(); ++i) rows[stratum_[i]].push_back(i);
  std::vector<uint8_t> parts(stratum_.size(), kTrain);
  for (std::vector<uint64_t>& stratum : rows) {
    const auto n = static_cast<double>(stratum.size());
    const auto test = std::min(static_cast<size_t>(std::llround(shares_.test * n)), stratum.size());
    const auto held_out = std::min(
        static_cast<size_t>(std::llround((shares_.test + shares_.validation) * n)), stratum.size());
    if (by_ == By::position)
      std::reverse(stratum.begin(), stratum.end());
    else
      std::stable_sort(stratum.begin(), stratum.end(),
                       [&](uint64_t a, uint64_t b) { return hashes_[a] < hashes_[b]; });
    for (size_t k = 0; k < held_out; ++k) parts[stratum[k]] = k < test ? kTest : kValidation;
  }
  return parts;
}

void Reservoir::add(const wf::Batch& batch) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < batch.rows(); ++i, ++seen_) {
    const uint64_t hash =
        wf::mix_hash(wf::mix_hash(static_cast<uint64_t>(seed_)) ^ static_cast<uint64_t>(seen_));
    if (hash > bound_ || wanted_ == 0) continue;
    held_.push_back({hash, seen_, batches_.size(), static_cast<int64_t>(rows.size())});
    rows.push_back(i);
  }
  if (rows.empty()) return;
  wf::Batch taken = wf::take(batch, rows);
  // A slice would keep the whole batch alive for few rows.
  if (static_cast<int64_t>(rows.size()) < batch.rows()) taken = wf::deep_copy(taken);
  bytes_ += wf::batch_bytes(taken);
  batches_.push_back(std::move(taken));
  if (static_cast<int64_t>(held_.size()) > 2 * wanted_ + 4096) shrink();
}

void Reservoir::shrink() {
  const auto by_hash = [](const Held& a, const Held& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.position < b.position;
  };
  if (static_cast<int64_t>(held_.size()) > wanted_) {
    std::nth_element(held_.begin(), held_.begin() + wanted_, held_.end(), by_hash);
    held_.resize(static_cast<size_t>(wanted_));
    bound_ = held_.empty() ? 0 : std::max_element(held_.begin(), held_.end(), by_hash)->hash;
  }
  std::sort(held_.begin(), held_.end(),
            [](const Held& a, const Held& b) { return a.position < b.position; });
  std::vector<wf::Batch> parts;
  for (size_t i = 0; i < held_.size();) {
    const size_t batch = held_[i].batch;
    std::vector<int64_t> rows;
    for (; i < held_.size() && held_[i].batch == batch; ++i) {
      rows.push_back(held_[i].row);
      held_[i].batch = parts.size();
      held_[i].row = static_cast<int64_t>(rows.size()) - 1;
    }
    parts.push_back(wf::deep_copy(wf::take(batches_[batch], rows)));
  }
  batches_ = std::move(parts);
  bytes_ = 0;
  for (const wf::Batch& batch : batches_) bytes_ += wf::batch_bytes(batch);
}

std::vector<wf::Batch> Reservoir::finish() {
  shrink();
  return std::move(batches_);
}

}  // namespace weirflow::flow
