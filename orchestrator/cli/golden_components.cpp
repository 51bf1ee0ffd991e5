// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "cli/golden_bed.h"
#include "weirflow/component.hpp"

namespace weirflow::cli {

namespace {

struct PlaceConfig {
  int64_t bed = 0;
  int64_t place = 0;
  bool endless = false;
};

template <typename Base>
class InBed : public Base {
 protected:
  wf::Status find_bed() {
    bed_ = GoldenBed::find(this->config().bed);
    return bed_ ? wf::Status() : wf::internal_error("the case of this component is over");
  }
  [[nodiscard]] GoldenBed& bed() const { return *bed_; }
  [[nodiscard]] int64_t place() const { return this->config().place; }
  static wf::Result<int64_t> number(std::string_view text) {
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return wf::invalid_data("a checkpoint without a number");
    return value;
  }

 private:
  GoldenBed* bed_ = nullptr;
};

class TestRows final : public InBed<wf::Source<PlaceConfig>> {
 public:
  static constexpr auto kInfo = wf::component("test.rows")
                                    .version("1.0.0")
                                    .blocking()
                                    .summary("Gives the rows of a case, step by step");
  static constexpr auto kConfig = wf::fields(
      wf::field("bed", &PlaceConfig::bed).help("The case"),
      wf::field("place", &PlaceConfig::place).help("The source's number in it"),
      wf::field("endless", &PlaceConfig::endless).help("The rows may go on without end"));

 protected:
  bool is_bounded() const override { return !config().endless; }
  wf::Status bind(wf::SchemaBuilder& out) override {
    WF_TRY(find_bed());
    for (const wf::Field& field : bed().schema(place())->fields()) WF_TRY(out.add(field));
    return {};
  }
  wf::Status next(wf::Emitter& out, wf::Duration) override {
    const auto item = bed().take(place(), at_);
    if (!item) return {};
    ++at_;
    switch (item->kind) {
      case GoldenItem::Kind::rows:
        if (item->rows.rows() > 0) out.emit(item->rows);
        break;
      case GoldenItem::Kind::watermark:
        break;
      case GoldenItem::Kind::idle:
        out.idle_watermark();
        break;
      case GoldenItem::Kind::end:
        out.done();
        break;
    }
    if (item->watermark) out.watermark(*item->watermark);
    return {};
  }
  void wake() override { bed().wake(place()); }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(at_); }
  wf::Status restore(std::string_view position) override {
    WF_ASSIGN(const int64_t at, number(position));
    at_ = static_cast<size_t>(at);
    return {};
  }
  void committed(uint64_t) override { bed().count_commit(); }

 private:
  size_t at_ = 0;
};

class TestCollect final : public InBed<wf::Sink<PlaceConfig>> {
 public:
  static constexpr auto kInfo = wf::component("test.collect")
                                    .version("1.0.0")
                                    .stateful()
                                    .replay(wf::Replay::overwrites)
                                    .summary("Keeps the rows that a case looks at");
  static constexpr auto kConfig =
      wf::fields(wf::field("bed", &PlaceConfig::bed).help("The case"),
                 wf::field("place", &PlaceConfig::place).help("The collector's number in it"));
  static constexpr bool kHasState = true;

 protected:
  wf::Status open() override {
    WF_TRY(find_bed());
    bed().open_collector(place(), input_schema());
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    bed().collect(place(), in);
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override {
    return std::to_string(bed().rows(place()));
  }
  wf::Status restore(std::string_view rows) override {
    WF_ASSIGN(const int64_t kept, number(rows));
    bed().restore_collector(place(), kept);
    return {};
  }
};

class TestNothing final : public wf::Action<> {
 public:
  static constexpr auto kInfo =
      wf::component("test.nothing").version("1.0.0").summary("Stands for an action in a case");

 protected:
  wf::Status run() override { return {}; }
};

}  // namespace

const wf_entry* golden_components() {
  return wf::detail::make_entry<TestRows, TestCollect, TestNothing>();
}

}  // namespace weirflow::cli
