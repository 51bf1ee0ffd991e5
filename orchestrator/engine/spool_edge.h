// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Edges over files: materialised outputs and inputs, and the spool that an estimator fits on.

#include <memory>
#include <string>
#include <vector>

#include "batch/spool.h"
#include "engine/edge.h"
#include "plugin/instance.h"

namespace weirflow::engine {

/// One output port written to a spool, whoever will read it. [producer]
class SpoolOutput final : public OutputEdge {
 public:
  static wf::Result<std::unique_ptr<SpoolOutput>> make(const std::string& path,
                                                       const wf::SchemaPtr& schema);
  /// An edge that will read the spool: its rows count as produced on it too. Before start.
  void add_reader(EdgeCounters* counters) { readers_.push_back(counters); }
  wf::Status push(Item item) override;
  [[nodiscard]] bool is_full() const override { return false; }
  [[nodiscard]] bool is_closed() const override { return false; }
  /// After the end: the file, opened for reading.
  wf::Result<std::shared_ptr<const batch::Spool>> complete();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SpoolOutput(std::string path, std::unique_ptr<batch::SpoolWriter> writer)
      : path_(std::move(path)), writer_(std::move(writer)) {}
  const std::string path_;
  std::unique_ptr<batch::SpoolWriter> writer_;
  std::vector<EdgeCounters*> readers_;
};

/// A complete spool as an input. [consumer]
class SpoolInput final : public InputEdge {
 public:
  SpoolInput(std::shared_ptr<const batch::Spool> spool, EdgeCounters& counters)
      : rows_(spool->rows()), reader_(std::move(spool)), counters_(counters) {}
  [[nodiscard]] bool ready() override { return !ended_ && !closed_; }
  wf::Result<Item> pop() override;
  void close() override;
  [[nodiscard]] bool is_closed() const override { return closed_; }

 private:
  const int64_t rows_;
  batch::Spool::Reader reader_;
  EdgeCounters& counters_;
  bool ended_ = false;
  std::atomic<bool> closed_{false};
};

/// An input that nothing feeds: ends at once.
class EmptyInput final : public InputEdge {
 public:
  [[nodiscard]] bool ready() override { return !ended_; }
  wf::Result<Item> pop() override {
    ended_ = true;
    return Item::end();
  }
  void close() override { ended_ = true; }
  [[nodiscard]] bool is_closed() const override { return ended_; }

 private:
  bool ended_ = false;
};

/// A spool as an estimator's fit reads it.
class SpoolForFit final : public plugin::FitInput {
 public:
  explicit SpoolForFit(std::shared_ptr<const batch::Spool> spool) : spool_(std::move(spool)) {}
  [[nodiscard]] int64_t rows() const override { return spool_->rows(); }
  [[nodiscard]] int64_t bytes() const override { return spool_->bytes(); }
  [[nodiscard]] const wf::SchemaPtr& schema() const override { return spool_->schema_ptr(); }
  wf::Result<std::unique_ptr<Reader>> open() override;

 private:
  std::shared_ptr<const batch::Spool> spool_;
};

}  // namespace weirflow::engine
