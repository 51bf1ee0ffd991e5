// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/builtin.h"

#include "batch/spool.h"
#include "weirflow/component.hpp"

namespace weirflow::engine {

namespace {

struct OutputConfig {
  std::vector<std::string> columns;
};

class GroupOutput final : public wf::Transform<OutputConfig> {
 public:
  static constexpr auto kInfo = wf::component("group.output")
                                    .version("1.0.0")
                                    .concurrent()
                                    .summary("Ends the columns of a group's members at its output");
  static constexpr auto kConfig = wf::fields(
      wf::field("columns", &OutputConfig::columns).column().help("Columns that go on; empty: all"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    kept_.clear();
    if (config().columns.empty()) return {};
    out.clear();
    for (const std::string& name : config().columns) {
      WF_ASSIGN(const int i, in.require(name, "columns"));
      kept_.push_back(i);
      WF_TRY(out.add(in.field(i)));
    }
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    if (kept_.empty()) {
      out.emit(in);
      return {};
    }
    std::vector<wf::ArrayPtr> columns;
    for (const int i : kept_) columns.push_back(in.column(i));
    out.emit(wf::Batch(out.schema(), in.rows(), std::move(columns)));
    return {};
  }

 private:
  std::vector<int> kept_;
};

struct ShowConfig {
  std::string path;
  int64_t rows = 20;
};

class ShowRows final : public wf::Sink<ShowConfig> {
 public:
  static constexpr auto kInfo = wf::component("show.rows")
                                    .version("1.0.0")
                                    .stateful()
                                    .replay(wf::Replay::overwrites)
                                    .summary("Keeps the first rows of an output for `show`");
  static constexpr auto kConfig =
      wf::fields(wf::field("path", &ShowConfig::path).required().help("File for the rows"),
                 wf::field("rows", &ShowConfig::rows).at_least(1).help("How many to keep"));

 protected:
  wf::Status open() override {
    WF_ASSIGN(writer_, batch::SpoolWriter::create(config().path, input_schema()));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const int64_t wanted = std::min(in.rows(), config().rows - writer_->rows());
    if (wanted > 0) WF_TRY(writer_->append(in.slice(0, wanted)));
    out.filtered(in.rows() - wanted);
    if (writer_->rows() >= config().rows) out.done();
    return {};
  }
  wf::Status finish(wf::Emitter&) override { return writer_->finish(); }

 private:
  std::unique_ptr<batch::SpoolWriter> writer_;
};

}  // namespace

const wf_entry* group_components() { return wf::detail::make_entry<GroupOutput>(); }
const wf_entry* show_components() { return wf::detail::make_entry<ShowRows>(); }

}  // namespace weirflow::engine
