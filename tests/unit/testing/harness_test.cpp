// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/testing/harness.hpp"

#include <gtest/gtest.h>

#include "weirflow/plugin.hpp"

namespace {

using wf::testing::batch;
using wf::testing::Harness;
using wf::testing::schema;

struct FlagConfig {
  std::string column;
  double threshold = 0.5;
};

/// Adds `flag`, refuses nulls, counts what it saw.
class Flag : public wf::Transform<FlagConfig> {
 public:
  static constexpr auto kInfo = wf::component("demo.flag").version("1.0.0");
  static constexpr auto kConfig =
      wf::fields(wf::field("column", &FlagConfig::column).required().column(),
                 wf::field("threshold", &FlagConfig::threshold).range(0, 1));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(column_, in.require(config().column, "column"));
    return out.add({"flag", wf::Type::boolean});
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const auto values = in.numbers<double>(column_);
    wf::BoolBuilder flags;
    int64_t start = 0;
    const auto flush = [&](int64_t end) {
      if (end > start)
        out.emit(in.slice(start, end - start).with_columns(out.schema(), {flags.finish()}));
      start = end + 1;
    };
    for (int64_t i = 0; i < in.rows(); ++i) {
      if (values.is_null(i)) {
        out.refuse(i, "null_value", "there is no value");
        flush(i);
      } else {
        flags.append(values[i] > config().threshold);
      }
    }
    flush(in.rows());
    seen_ += in.rows();
    return {};
  }
  wf::Status finish(wf::Emitter&) override { return host().set_result("seen", wf::Value(seen_)); }

 private:
  int column_ = -1;
  int64_t seen_ = 0;
};

/// Emits 1..10 in batches of three.
class Numbers : public wf::Source<> {
 public:
  static constexpr auto kInfo = wf::component("demo.numbers").version("1.0.0");

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override { return out.add({"n", wf::Type::int64}); }
  wf::Status next(wf::Emitter& out, wf::Duration) override {
    wf::Int64Builder values;
    for (int k = 0; k < 3 && at_ < 10; ++k) values.append(++at_);
    const int64_t rows = values.length();
    if (rows) out.emit(wf::Batch(out.schema(), rows, {values.finish()}));
    if (at_ == 10) out.done();
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(at_); }
  wf::Status restore(std::string_view bytes) override {
    at_ = std::stoi(std::string(bytes));
    return {};
  }

 private:
  int64_t at_ = 0;
};

/// Subtracts the mean that it was fitted to.
class Center : public wf::Estimator<> {
 public:
  static constexpr auto kInfo = wf::component("demo.center").version("1.0.0");

 protected:
  wf::Status fit(const wf::Spool& in, std::string& state) override {
    double sum = 0;
    for (int pass = 0; pass < 2; ++pass) {
      sum = 0;
      WF_ASSIGN(auto reader, in.open());
      while (true) {
        WF_ASSIGN(const auto part, reader.next());
        if (!part) break;
        for (int64_t i = 0; i < part->rows(); ++i) sum += part->numbers<double>(0)[i];
      }
    }
    const double mean = sum / static_cast<double>(in.rows());
    state.assign(reinterpret_cast<const char*>(&mean), sizeof(mean));
    return {};
  }
  wf::Status load(std::span<const std::byte> state) override {
    if (state.size() != sizeof(mean_)) return wf::invalid_data("the state is damaged");
    std::memcpy(&mean_, state.data(), sizeof(mean_));
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    wf::Float64Builder values;
    for (int64_t i = 0; i < in.rows(); ++i) values.append(in.numbers<double>(0)[i] - mean_);
    out.emit(wf::Batch(out.schema(), in.rows(), {values.finish()}));
    return {};
  }

 private:
  double mean_ = 0;
};

/// Emits each row by itself, pausing when told to; stops when cancelled.
class Slow : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("demo.slow").version("1.0.0");

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    kept_ = in;
    at_ = 0;
    return resume(out);
  }
  wf::Status resume(wf::Emitter& out) override {
    while (at_ < kept_.rows()) {
      if (host().is_cancelled()) return wf::cancelled("stopped");
      if (out.emit(kept_.slice(at_++, 1)) == wf::Emit::pause && at_ < kept_.rows())
        return out.more(), wf::Status();
    }
    kept_ = {};
    return {};
  }

 private:
  wf::Batch kept_;
  int64_t at_ = 0;
};

class Loses : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("demo.loses").version("1.0.0");

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    if (in.rows() > 1) out.emit(in.slice(1, in.rows() - 1));
    return {};
  }
};

class Throws : public wf::Sink<> {
 public:
  static constexpr auto kInfo = wf::component("demo.throws").version("1.0.0");

 protected:
  wf::Status process(const wf::Batch&, wf::Emitter&) override { throw std::runtime_error("oh"); }
};

TEST(Harness, RunsATransformFromConfigurationToResult) {
  auto h = Harness::of<Flag>();
  const wf::Status s =
      h.run({{"column", "score"}}, {batch("id:int64 score:float64\n1|0.7\n2|null\n3|0.1"),
                                    batch("id:int64 score:float64\n4|0.6")});
  ASSERT_TRUE(s.ok()) << s.to_string();
  EXPECT_EQ(h.text(),
            "id:int64 score:float64 flag:bool\n1 | 0.7 | true\n3 | 0.1 | false\n4 | 0.6 | true\n");
  EXPECT_EQ(h.column("flag"), (std::vector<std::string>{"true", "false", "true"}));
  ASSERT_EQ(h.refused().size(), 1U);
  EXPECT_EQ(h.refused()[0].code, "null_value");
  EXPECT_EQ(h.refused()[0].text, "2 | null");
  EXPECT_EQ(h.result("seen"), wf::Value(4));
  EXPECT_EQ(h.counters().passed, 3);
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().to_string();
  EXPECT_EQ(h.unreleased(), 0);
}

TEST(Harness, ReportsConfigurationErrors) {
  auto missing = Harness::of<Flag>();
  EXPECT_EQ(missing.configure({}).message(), "'column' is required");
  auto unknown = Harness::of<Flag>();
  EXPECT_EQ(unknown.configure({{"colum", "x"}}).message(), "the component has no key 'colum'");
  auto absent = Harness::of<Flag>();
  ASSERT_TRUE(absent.configure({{"column", "scor"}}).ok());
  const wf::Status s = absent.bind({schema("score:float64")});
  EXPECT_EQ(s.code(), wf::Code::invalid_config);
  ASSERT_NE(s.place(), nullptr);
  EXPECT_EQ(s.place()->key, "column");
  EXPECT_EQ(s.place()->hint, "did you mean 'score'?");
}

TEST(Harness, DrainsASourceAndContinuesFromASnapshot) {
  auto first = Harness::of<Numbers>();
  ASSERT_TRUE(first.start().ok());
  ASSERT_TRUE(first.next().ok());
  const auto position = first.snapshot();
  ASSERT_TRUE(position.ok());
  auto second = Harness::of<Numbers>();
  ASSERT_TRUE(second.start().ok());
  ASSERT_TRUE(second.restore(*position).ok());
  const auto end = second.drain();
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(*end);
  EXPECT_EQ(second.text(), "n:int64\n4\n5\n6\n7\n8\n9\n10\n");
  EXPECT_TRUE(second.conservation().ok());
}

TEST(Harness, FitsAnEstimatorAndAppliesItsState) {
  const auto rows = {batch("x:float64\n1\n2"), batch("x:float64\n6")};
  auto fit = Harness::of<Center>();
  ASSERT_TRUE(fit.start({}, {schema("x:float64")}).ok());
  const auto state = fit.fit(rows);
  ASSERT_TRUE(state.ok()) << state.status().to_string();
  auto apply = Harness::of<Center>();
  ASSERT_TRUE(apply.configure().ok());
  ASSERT_TRUE(apply.load(*state).ok());
  ASSERT_TRUE(apply.bind({schema("x:float64")}).ok());
  ASSERT_TRUE(apply.open().ok());
  for (const auto& b : rows) ASSERT_TRUE(apply.push(b).ok());
  EXPECT_EQ(apply.text(), "x:float64\n-2\n-1\n3\n");
  EXPECT_EQ(apply.load("x").message(), "the state is damaged");
}

TEST(Harness, PausedOutputsMakeTheComponentAskForMore) {
  auto h = Harness::of<Slow>();
  h.pause_outputs(true);
  ASSERT_TRUE(h.run({}, {batch("a:int64\n1\n2\n3")}).ok());
  EXPECT_EQ(h.output().size(), 3U);
  EXPECT_EQ(h.unreleased(), 0);
}

TEST(Harness, CancelReachesTheComponent) {
  auto h = Harness::of<Slow>();
  ASSERT_TRUE(h.start({}, {schema("a:int64")}).ok());
  h.cancel();
  EXPECT_EQ(h.push(batch("a:int64\n1")).code(), wf::Code::cancelled);
}

TEST(Harness, LostRowsBreakConservation) {
  auto h = Harness::of<Loses>();
  ASSERT_TRUE(h.run({}, {batch("a:int64\n1\n2")}).ok());
  EXPECT_EQ(h.conservation().message(), "counters: out = passed does not hold: 1 and 2");
}

TEST(Harness, AnExceptionIsAnError) {
  auto h = Harness::of<Throws>();
  const wf::Status s = h.run({}, {batch("a:int64\n1")});
  EXPECT_EQ(s.to_string(), "internal: exception: oh");
}

}  // namespace
