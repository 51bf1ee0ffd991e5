// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
/// Components that do nothing, so that what a run of them costs is the engine's own.

#include <weirflow/plugin.hpp>

#include <algorithm>

namespace weirflow::bench {
namespace {

class Nothing final : public wf::Action<> {
 public:
  static constexpr auto kInfo =
      wf::component("bench.nothing").version("1.0.0").summary("An empty task");

 protected:
  wf::Status run() override { return {}; }
};

struct RowsConfig {
  int64_t rows = 1;
  int64_t batch_rows = 1;
};

/// The numbers from 0, the same batch's memory again and again.
class Rows final : public wf::Source<RowsConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("bench.rows").version("1.0.0").summary("Rows of one number");
  static constexpr auto kConfig =
      wf::fields(wf::field("rows", &RowsConfig::rows).at_least(0),
                 wf::field("batch_rows", &RowsConfig::batch_rows).at_least(1));

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override { return out.add({"n", wf::Type::int64}); }
  wf::Status open() override {
    wf::Int64Builder numbers;
    for (int64_t i = 0; i < config().batch_rows; ++i) numbers.append(i);
    batch_ = wf::Batch(output_schema(), config().batch_rows, {numbers.finish()});
    return {};
  }
  wf::Status next(wf::Emitter& out, wf::Duration) override {
    const int64_t rows = std::min(config().batch_rows, config().rows - row_);
    if (rows > 0) out.emit(rows == batch_.rows() ? batch_ : batch_.slice(0, rows));
    row_ += rows;
    if (row_ >= config().rows) out.done();
    return {};
  }

 private:
  wf::Batch batch_;
  int64_t row_ = 0;
};

class Pass final : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("bench.pass").version("1.0.0").summary("Rows as they come").concurrent();

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    return out.emit(in), wf::Status();
  }
};

/// Not concurrent: a task of its own in the plan, with a queue on each side.
class Queue final : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("bench.queue")
                                    .version("1.0.0")
                                    .summary("Rows as they come, behind a queue")
                                    .stateful();

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    return out.emit(in), wf::Status();
  }
};

class Drop final : public wf::Sink<> {
 public:
  static constexpr auto kInfo = wf::component("bench.drop")
                                    .version("1.0.0")
                                    .summary("Takes rows and keeps none")
                                    .replay(wf::Replay::exact);

 protected:
  wf::Status process(const wf::Batch&, wf::Emitter&) override { return {}; }
};

}  // namespace
}  // namespace weirflow::bench

WF_PLUGIN(weirflow::bench::Nothing, weirflow::bench::Rows, weirflow::bench::Pass,
          weirflow::bench::Queue, weirflow::bench::Drop)
