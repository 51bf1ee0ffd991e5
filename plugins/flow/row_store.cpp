// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "row_store.h"

#include "weirflow/kernels.hpp"

namespace weirflow::flow {

wf::Status RowStore::add(const wf::Batch& batch) {
  rows_ += batch.rows();
  const int64_t bytes = wf::batch_bytes(batch);
  if (!file_ && bytes_ + bytes > memory_.budget) {
    WF_ASSIGN(const std::string folder, memory_.spill_folder());
    WF_ASSIGN(file_, SpillFile::create(folder));
  }
  if (file_) return file_->write(batch);
  held_.push_back(batch);
  bytes_ += bytes;
  return {};
}

wf::Result<std::optional<wf::Batch>> RowStore::next() {
  if (!held_.empty()) {
    wf::Batch batch = std::move(held_.front());
    held_.pop_front();
    bytes_ -= wf::batch_bytes(batch);
    return std::optional<wf::Batch>(std::move(batch));
  }
  if (!file_) return std::optional<wf::Batch>();
  if (!reader_) reader_.emplace(file_);
  return reader_->next();
}

}  // namespace weirflow::flow
