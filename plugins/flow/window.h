// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregate_input.h"
#include "time_column.h"
#include "windows.h"

namespace weirflow::flow {

struct WindowConfig {
  std::string time;
  std::vector<std::string> by;
  wf::Map<std::string> aggregates;
  std::optional<wf::Duration> size, slide, gap;
  wf::Duration offset{0};
  wf::Duration allowed_lateness{0};
  std::optional<wf::Duration> early;
};

/// One row per key and window of event time. See Windows for when rows are given out.
class Window : public wf::Transform<WindowConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("flow.window")
          .version("1.0.0")
          .cardinality(wf::Cardinality::regroup)
          .stateful()
          .summary("Groups rows by windows of time and computes one row per window and key");
  static constexpr auto kConfig = wf::fields(
      wf::field("time", &WindowConfig::time)
          .required()
          .column()
          .help("Column of event times (timestamp). Rows without a time are refused.")
          .example(R"("created")"),
      wf::field("by", &WindowConfig::by)
          .column()
          .help("Columns that make a group within a window; null is a value.")
          .example(R"(["subreddit"])"),
      wf::field("aggregates", &WindowConfig::aggregates)
          .required()
          .help("Column = function(expression), as in flow.aggregate. Windows that live long do "
                "better with approx_quantile and approx_distinct, whose state is bounded.")
          .example(R"x({ comments = "count()", p95 = "approx_quantile(score, 0.95)" })x"),
      wf::field("size", &WindowConfig::size)
          .range(1, kLongestSpan)
          .help("Length of a window. Windows begin at multiples of it since 1970-01-01 UTC.")
          .example(R"("1m")"),
      wf::field("slide", &WindowConfig::slide)
          .range(1, kLongestSpan)
          .help("A window begins every so often, at most `size`: they overlap. Default: `size`.")
          .example(R"("10s")"),
      wf::field("gap", &WindowConfig::gap)
          .range(1, kLongestSpan)
          .help("Instead of `size`: sessions, which end when a key has no row for so long.")
          .example(R"("30m")"),
      wf::field("offset", &WindowConfig::offset)
          .range(0, kLongestSpan)
          .help("Moves where windows begin: \"4d\" makes weeks begin on Monday.")
          .example(R"("4d")"),
      wf::field("allowed_lateness", &WindowConfig::allowed_lateness)
          .range(0, kLongestSpan)
          .help("A window is kept for so long after its end, for rows that come late: its row is "
                "given out at its end and, if it has changed, again; the last has is_final = true.")
          .example(R"("5m")"),
      wf::field("early", &WindowConfig::early)
          .range(1000, kLongestSpan)
          .help("Every so often by the clock, windows that have changed are given out before they "
                "end, with is_final = false.")
          .example(R"("10s")"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("time", "timestamp"),
                wf::output("out")
                    .summary("One row per key and window, by window_end, then key")
                    .column("window_start", "timestamp", "First time that belongs to the window")
                    .column("window_end", "timestamp", "First time that no longer does"),
                wf::output("late")
                    .summary("Rows that came after their window was closed, as they came")
                    .column("window_start", "timestamp", "Of the window that the row missed")
                    .column("window_end", "timestamp", "Of the window that the row missed"));
  static constexpr bool kHasTimers = true;
  static constexpr bool kHasState = true;

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    WF_TRY(check_times());
    WF_TRY(AggregateInput::check_syntax(config().aggregates));
    late_wanted_ = context.output_connected(1);
    const wf::BindInput& in = context.inputs()[0];
    if (!in.schema) {
      context.output(0).unknown_yet();
      context.output(1).unknown_yet();
      return {};
    }
    WF_TRY(bind_out(*in.schema, context.output(0)));
    wf::SchemaBuilder& late = context.output(1);
    late = plain_schema(*in.schema);
    return add_bounds(late);
  }
  wf::Status open() override {
    windows_.emplace(host(), spec_, plan_, input_.key_fields(), config().early.has_value(),
                     tells_final());
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    RowSelection rows(in.rows());
    refuse_without_time(in, time_, rows, out);
    WF_ASSIGN(wf::Batch all, input_.evaluate(in, rows, out));
    std::vector<wf::Field> fields = all.schema().fields();
    fields.push_back(in.schema().field(time_));
    all =
        all.with_columns(std::make_shared<const wf::Schema>(std::move(fields)), {in.column(time_)});
    late_.clear();
    if (rows.all()) {
      WF_TRY(windows_->add(all, late_));
    } else {
      const std::vector<int64_t> held = rows_held(rows, in.rows());
      WF_TRY(windows_->add(wf::take(all, held), late_));
      for (Windows::Missed& missed : late_) missed.row = held[static_cast<size_t>(missed.row)];
    }
    if (!late_.empty()) emit_late(in, out);
    held_.set(host(), windows_->bytes());
    return config().early && windows_->changed() ? set_early_timer() : wf::Status();
  }
  wf::Status on_watermark(int64_t us, wf::Emitter& out) override {
    WF_TRY(emit_all(
        out, host(), [&] { return windows_->next_at(us); },
        [&](const wf::Batch& batch) { return out.emit(0, batch) == wf::Emit::pause; }));
    held_.set(host(), windows_->bytes());
    return {};
  }
  wf::Status on_timer(wf::TimeKind, int64_t, std::string_view, wf::Emitter& out) override {
    return emit_all(
        out, host(), [&] { return windows_->next_changed(); },
        [&](const wf::Batch& batch) { return out.emit(0, batch) == wf::Emit::pause; });
  }
  /// For a host that ends without a watermark.
  wf::Status finish(wf::Emitter& out) override { return on_watermark(INT64_MAX, out); }
  wf::Result<std::string> snapshot(uint64_t) override { return windows_->snapshot(); }
  wf::Status restore(std::string_view snapshot) override {
    windows_->restore(snapshot);
    return {};
  }
  wf::Status close() override {
    windows_.reset();
    held_.set(host(), 0);
    return {};
  }

 private:
  [[nodiscard]] bool tells_final() const {
    return config().early.has_value() || config().allowed_lateness.count() > 0;
  }

  wf::Status check_times() {
    const auto refuse = [](std::string_view key, std::string message, std::string hint = "") {
      return wf::invalid_config(std::move(message)).at({std::string(key), 0, 0, std::move(hint)});
    };
    const WindowConfig& c = config();
    if (!c.size && !c.gap)
      return refuse("size", "a window needs its `size`, or the `gap` that ends a session");
    if (c.gap && c.size)
      return refuse("gap", "a window has a `size` or is a session with a `gap`, not both");
    if (c.gap && (c.slide || c.offset.count() > 0))
      return refuse(c.slide ? "slide" : "offset",
                    std::string(c.slide ? "`slide`" : "`offset`") + " goes with `size`, not `gap`");
    spec_ = WindowSpec();
    spec_.lateness = c.allowed_lateness.count();
    if (c.gap) {
      spec_.gap = c.gap->count();
      return {};
    }
    spec_.size = c.size->count();
    spec_.slide = c.slide ? c.slide->count() : spec_.size;
    spec_.offset = c.offset.count() % spec_.slide;
    if (spec_.slide > spec_.size)
      return refuse("slide", "`slide` is more than `size`: rows between windows would be lost");
    if (spec_.size / spec_.slide > kMostWindows)
      return refuse("slide",
                    "a row would be in " + std::to_string(spec_.size / spec_.slide) +
                        " windows; at most " + std::to_string(kMostWindows) + " are possible",
                    "a larger `slide`");
    return {};
  }

  wf::Status bind_out(const wf::Schema& in, wf::SchemaBuilder& out) {
    WF_ASSIGN(time_, require_time(config().time, in, "time"));
    auto plan = std::make_shared<AggregatePlan>();
    WF_TRY(input_.bind_keys(config().by, in, out));
    WF_TRY(add_bounds(out));
    WF_TRY(input_.bind_aggregates(config().aggregates, in, *plan, out));
    if (tells_final())
      if (wf::Status s = out.add({"is_final", wf::Type::boolean, false, {}}); !s.ok())
        return at_key(s, "aggregates");
    plan->output = std::make_shared<const wf::Schema>(out.finish());
    plan_ = std::move(plan);
    return {};
  }
  static wf::Status add_bounds(wf::SchemaBuilder& out) {
    for (const char* name : {"window_start", "window_end"})
      if (wf::Status s = out.add({name, wf::Type::timestamp, false, {}}); !s.ok())
        return std::move(s).with_context("the windows' own columns");
    return {};
  }

  void emit_late(const wf::Batch& in, wf::Emitter& out) {
    host().count("late_rows", static_cast<double>(late_.size()));
    if (!late_wanted_) {
      int64_t lost = 0, last = -1;
      for (const Windows::Missed& missed : late_) {
        lost += missed.everywhere && missed.row != last;
        last = missed.row;
      }
      out.filtered(lost);
      return;
    }
    std::vector<int64_t> rows;
    wf::TimestampBuilder starts, ends;
    for (const Windows::Missed& missed : late_) {
      rows.push_back(missed.row);
      starts.append(missed.start);
      ends.append(missed.end);
    }
    wf::Batch batch = plain_batch(wf::take(in, rows), late_columns(in));
    out.emit(1, batch.with_columns(out.schema(1), {starts.finish(), ends.finish()}));
  }
  wf::SchemaPtr late_columns(const wf::Batch& in) {
    if (!late_columns_)
      late_columns_ = std::make_shared<const wf::Schema>(plain_schema(in.schema()).finish());
    return late_columns_;
  }

  /// The end of the current period, the same for all batches in it.
  wf::Status set_early_timer() {
    const int64_t period = config().early->count();
    const int64_t now = host().now_us();
    return host().set_timer(wf::TimeKind::processing, (now / period + 1) * period, "early");
  }

  static constexpr int64_t kMostWindows = 1000;
  WindowSpec spec_;
  int time_ = 0;
  bool late_wanted_ = true;
  AggregateInput input_;
  std::shared_ptr<const AggregatePlan> plan_;
  wf::SchemaPtr late_columns_;
  std::optional<Windows> windows_;
  HeldMemory held_;
  std::vector<Windows::Missed> late_;
};

}  // namespace weirflow::flow
