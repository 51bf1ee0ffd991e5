// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/spool_edge.h"

namespace weirflow::engine {

wf::Result<std::unique_ptr<SpoolOutput>> SpoolOutput::make(const std::string& path,
                                                           const wf::SchemaPtr& schema) {
  WF_ASSIGN(auto writer, batch::SpoolWriter::create(path, schema));
  return std::unique_ptr<SpoolOutput>(new SpoolOutput(path, std::move(writer)));
}

wf::Status SpoolOutput::push(Item item) {
  if (item.kind != Item::Kind::batch) return {};
  WF_TRY(writer_->append(item.batch));
  for (EdgeCounters* c : readers_) {
    c->produced += item.batch.rows();
    c->spilled += item.batch.rows();
    c->batches += 1;
    c->bytes += item.bytes;
  }
  return {};
}

wf::Result<std::shared_ptr<const batch::Spool>> SpoolOutput::complete() {
  WF_TRY(writer_->finish());
  return batch::Spool::open(path_);
}

wf::Result<Item> SpoolInput::pop() {
  WF_ASSIGN(std::optional<wf::Batch> batch, reader_.next());
  if (!batch) {
    ended_ = true;
    return Item::end();
  }
  counters_.consumed += batch->rows();
  return Item::of(std::move(*batch));
}

void SpoolInput::close() {
  if (closed_.exchange(true)) return;
  counters_.discarded += rows_ - counters_.consumed;
}

namespace {

class FitReader final : public plugin::FitInput::Reader {
 public:
  explicit FitReader(std::shared_ptr<const batch::Spool> spool) : reader_(std::move(spool)) {}
  wf::Result<std::optional<wf::Batch>> next() override { return reader_.next(); }

 private:
  batch::Spool::Reader reader_;
};

}  // namespace

wf::Result<std::unique_ptr<plugin::FitInput::Reader>> SpoolForFit::open() {
  return std::unique_ptr<Reader>(std::make_unique<FitReader>(spool_));
}

}  // namespace weirflow::engine
