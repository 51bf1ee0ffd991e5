// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sorter.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "weirflow/kernels.hpp"

namespace weirflow::flow {

using wf::Batch;
using wf::Result;
using wf::Status;

namespace {

constexpr size_t kMaxRuns = 64;

/// Rows of several batches of one schema, in the given order.
struct RowReference {
  const Batch* batch;
  int64_t row;
};
Batch gather_rows(const std::vector<RowReference>& rows) {
  std::vector<wf::Range> ranges;
  std::vector<wf::ArrayPtr> columns;
  const Batch& first = *rows[0].batch;
  for (int c = 0; c < first.column_count(); ++c) {
    ranges.clear();
    for (const RowReference& r : rows) {
      const wf::Array* array = r.batch->column(c).get();
      if (!ranges.empty() && ranges.back().array == array &&
          ranges.back().start + ranges.back().count == r.row)
        ++ranges.back().count;
      else
        ranges.push_back({array, r.row, 1});
    }
    columns.push_back(wf::gather(first.column(c)->type, ranges));
  }
  return Batch(first.schema_ptr(), static_cast<int64_t>(rows.size()), std::move(columns));
}

}  // namespace

/// A row to be sorted. The first eight bytes of the key settle most comparisons.
struct Sorter::Entry {
  uint64_t prefix;
  std::string_view key;
  uint32_t batch;
  uint32_t row;

  bool operator<(const Entry& other) const {
    if (prefix != other.prefix) return prefix < other.prefix;
    if (const int c = key.compare(other.key)) return c < 0;
    return batch != other.batch ? batch < other.batch : row < other.row;
  }
};

/// Sorted inputs into one; of equal keys the one of the earlier input first.
class Merge {
 public:
  using Next = std::function<Result<std::optional<Batch>>()>;
  explicit Merge(const KeyEncoder& encoder) : encoder_(encoder) {}

  Status add(Next next) {
    auto input = std::make_unique<Input>();
    input->next = std::move(next);
    WF_TRY(load(*input));
    if (input->batch) {
      inputs_.push_back(std::move(input));
      heap_.push_back(inputs_.size() - 1);
      std::push_heap(heap_.begin(), heap_.end(), after());
    }
    return {};
  }

  Result<std::optional<Batch>> next() {
    std::vector<RowReference> rows;
    retired_.clear();
    while (!heap_.empty() && static_cast<int64_t>(rows.size()) < kBatchRows) {
      std::pop_heap(heap_.begin(), heap_.end(), after());
      Input& input = *inputs_[heap_.back()];
      rows.push_back({input.batch.get(), input.row});
      if (++input.row < input.batch->rows()) {
        encode(input);
      } else {
        retired_.push_back(std::move(input.batch));
        WF_TRY(load(input));
      }
      if (input.batch)
        std::push_heap(heap_.begin(), heap_.end(), after());
      else
        heap_.pop_back();
    }
    if (rows.empty()) return std::optional<Batch>();
    return std::optional<Batch>(gather_rows(rows));
  }

 private:
  struct Input {
    Next next;
    std::unique_ptr<Batch> batch;
    int64_t row = 0;
    std::string key;
  };
  std::function<bool(size_t, size_t)> after() {
    return [this](size_t a, size_t b) {
      const int c = inputs_[a]->key.compare(inputs_[b]->key);
      return c != 0 ? c > 0 : a > b;
    };
  }
  void encode(Input& input) {
    input.key.clear();
    encoder_.encode(*input.batch, input.row, input.key);
  }
  Status load(Input& input) {
    input.batch.reset();
    for (;;) {
      WF_ASSIGN(std::optional<Batch> batch, input.next());
      if (!batch) return {};
      if (batch->rows() == 0) continue;
      input.batch = std::make_unique<Batch>(std::move(*batch));
      input.row = 0;
      encode(input);
      return {};
    }
  }
  const KeyEncoder& encoder_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<size_t> heap_;
  std::vector<std::unique_ptr<Batch>> retired_;  ///< still read by the batch being made
};

Sorter::Sorter(std::vector<KeyColumn> keys, int64_t limit, Memory memory)
    : encoder_(std::move(keys)), limit_(limit), memory_(std::move(memory)) {}
Sorter::~Sorter() = default;

void Sorter::hold(const Batch& batch) {
  held_.push_back(batch);
  std::string& keys = keys_.emplace_back();
  std::vector<uint32_t>& ends = key_ends_.emplace_back();
  for (int64_t i = 0; i < batch.rows(); ++i) {
    encoder_.encode(batch, i, keys);
    ends.push_back(static_cast<uint32_t>(keys.size()));
  }
  held_rows_ += batch.rows();
  constexpr int64_t kEntryBytes = sizeof(Entry) + sizeof(uint32_t);
  bytes_ += wf::batch_bytes(batch) + static_cast<int64_t>(keys.size()) + kEntryBytes * batch.rows();
}

std::vector<Sorter::Entry> Sorter::sorted_entries() const {
  std::vector<Entry> entries;
  entries.reserve(static_cast<size_t>(held_rows_));
  for (uint32_t b = 0; b < held_.size(); ++b) {
    uint32_t begin = 0;
    for (uint32_t i = 0; i < key_ends_[b].size(); ++i) {
      const std::string_view key =
          std::string_view(keys_[b]).substr(begin, key_ends_[b][i] - begin);
      begin = key_ends_[b][i];
      uint64_t prefix = 0;
      for (size_t k = 0; k < 8; ++k)
        prefix = prefix << 8 | (k < key.size() ? static_cast<uint8_t>(key[k]) : 0);
      entries.push_back({prefix, key, b, i});
    }
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

Status Sorter::add(const Batch& batch) {
  // Keys of a held batch are addressed with 32 bits.
  constexpr int64_t kSliceBytes = int64_t{256} << 20;
  if (batch.rows() > 1 && wf::batch_bytes(batch) > kSliceBytes) {
    const int64_t half = batch.rows() / 2;
    WF_TRY(add(batch.slice(0, half)));
    return add(batch.slice(half, batch.rows() - half));
  }
  if (batch.rows() == 0) return {};
  hold(batch);
  if (limit_ > 0 && held_rows_ > 2 * limit_ + 2 * kBatchRows) WF_TRY(shrink());
  return bytes_ > memory_.budget ? spill() : Status();
}

/// Keeps only the rows that can still be in the answer.
Status Sorter::shrink() {
  std::vector<Entry> entries = sorted_entries();
  entries.resize(std::min(entries.size(), static_cast<size_t>(limit_)));
  // In the order of arrival, so that equal keys keep it.
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.batch != b.batch ? a.batch < b.batch : a.row < b.row;
  });
  std::vector<RowReference> rows;
  for (const Entry& e : entries) rows.push_back({&held_[e.batch], e.row});
  const Batch kept = gather_rows(rows);
  held_.clear();
  keys_.clear();
  key_ends_.clear();
  held_rows_ = bytes_ = 0;
  hold(kept);
  return {};
}

Status Sorter::spill() {
  WF_ASSIGN(const std::string folder, memory_.spill_folder());
  if (runs_.size() >= kMaxRuns) {
    WF_ASSIGN(std::shared_ptr<SpillFile> merged, SpillFile::create(folder));
    Merge merge(encoder_);
    for (const auto& run : runs_)
      WF_TRY(merge.add(
          [reader = std::make_shared<SpillFile::Reader>(run)] { return reader->next(); }));
    for (;;) {
      WF_ASSIGN(const std::optional<Batch> batch, merge.next());
      if (!batch) break;
      WF_TRY(merged->write(*batch));
    }
    runs_.assign(1, std::move(merged));
  }
  WF_ASSIGN(std::shared_ptr<SpillFile> run, SpillFile::create(folder));
  const std::vector<Entry> entries = sorted_entries();
  std::vector<RowReference> rows;
  const size_t end =
      limit_ > 0 ? std::min(entries.size(), static_cast<size_t>(limit_)) : entries.size();
  for (size_t i = 0; i < end; ++i) {
    rows.push_back({&held_[entries[i].batch], entries[i].row});
    if (static_cast<int64_t>(rows.size()) < kBatchRows && i + 1 < end) continue;
    WF_TRY(run->write(gather_rows(rows)));
    rows.clear();
  }
  runs_.push_back(std::move(run));
  ++runs_written_;
  held_.clear();
  keys_.clear();
  key_ends_.clear();
  held_rows_ = bytes_ = 0;
  return {};
}

Status Sorter::start_merge() {
  merge_ = std::make_unique<Merge>(encoder_);
  for (const auto& run : runs_)
    WF_TRY(merge_->add(
        [reader = std::make_shared<SpillFile::Reader>(run)] { return reader->next(); }));
  auto entries = std::make_shared<const std::vector<Entry>>(sorted_entries());
  return merge_->add([this, entries, at = size_t{0}]() mutable -> Result<std::optional<Batch>> {
    std::vector<RowReference> rows;
    for (; at < entries->size() && static_cast<int64_t>(rows.size()) < kBatchRows; ++at)
      rows.push_back({&held_[(*entries)[at].batch], (*entries)[at].row});
    if (rows.empty()) return std::optional<Batch>();
    return std::optional<Batch>(gather_rows(rows));
  });
}

Result<std::optional<Batch>> Sorter::next() {
  if (!merge_) WF_TRY(start_merge());
  if (limit_ > 0 && given_ >= limit_) return std::optional<Batch>();
  WF_ASSIGN(std::optional<Batch> batch, merge_->next());
  if (batch && limit_ > 0 && given_ + batch->rows() > limit_)
    batch = batch->slice(0, limit_ - given_);
  if (batch) given_ += batch->rows();
  return batch;
}

}  // namespace weirflow::flow
