// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "joiner.h"
#include "time_column.h"

namespace weirflow::flow {

struct JoinConfig {
  std::string kind;
  std::vector<std::string> on;
  std::string how = "inner";
  std::string time, right_time;
  std::optional<wf::Duration> size, before, after;
  wf::Duration offset{0};
  std::string suffix = "_right";
};

/// Rows of two inputs side by side where their keys, and their times, meet. See joiners.h.
class Join : public wf::Transform<JoinConfig> {
 public:
  static constexpr auto kInfo = wf::component("flow.join")
                                    .version("1.0.0")
                                    .cardinality(wf::Cardinality::regroup)
                                    .stateful()
                                    .summary("Joins the rows of two inputs by key, and by time");
  static constexpr auto kConfig = wf::fields(
      wf::field("kind", &JoinConfig::kind)
          .required()
          .one_of("lookup", "window", "interval")
          .help("lookup: `right` is read to its end first, then each row of `left` looks there. "
                "window: rows of the same window of time. interval: the right row is at most "
                "`before` earlier and `after` later than the left one.")
          .example(R"("interval")"),
      wf::field("on", &JoinConfig::on)
          .required()
          .range(1, 100)
          .help("Columns that are alike: \"name\" on both sides, or \"left = right\". A null is "
                "like nothing.")
          .example(R"(["author = name"])"),
      wf::field("how", &JoinConfig::how)
          .one_of("inner", "left")
          .help("left: rows of `left` that meet none come out too, with nulls.")
          .example(R"("left")"),
      wf::field("time", &JoinConfig::time)
          .column()
          .help("Column of event times (timestamp) of `left`; not with kind = \"lookup\".")
          .example(R"("created")"),
      wf::field("right_time", &JoinConfig::right_time)
          .help("The same of `right`. Default: `time`.")
          .example(R"("seen_at")"),
      wf::field("size", &JoinConfig::size)
          .range(1, kLongestSpan)
          .help("With kind = \"window\": length of a window.")
          .example(R"("1m")"),
      wf::field("offset", &JoinConfig::offset)
          .range(0, kLongestSpan)
          .help("With kind = \"window\": moves where windows begin.")
          .example(R"("30s")"),
      wf::field("before", &JoinConfig::before)
          .range(0, kLongestSpan)
          .help("With kind = \"interval\": how much earlier than the left row the right one may "
                "be. Default: 0.")
          .example(R"("5m")"),
      wf::field("after", &JoinConfig::after)
          .range(0, kLongestSpan)
          .help("With kind = \"interval\": how much later it may be. Default: 0.")
          .example(R"("10m")"),
      wf::field("suffix", &JoinConfig::suffix)
          .help("Put behind the name of a column of `right` whose name `left` has already.")
          .example(R"("_of_author")"));
  static constexpr auto kPorts = wf::ports(
      wf::input("left"),
      wf::input("right").summary("With kind = \"lookup\": ends before the other"),
      wf::output("out").summary("Columns of left, then those of right that are not in `on`"),
      wf::output("late").summary("Rows of left that came too late to meet all they could"),
      wf::output("late_right").summary("The same of right"));
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    WF_TRY(check_kind());
    for (int side : {0, 1}) late_wanted_[side] = context.output_connected(1 + side);
    const wf::BindInput* in[2] = {&context.inputs()[0], &context.inputs()[1]};
    if (!in[0]->schema || !in[1]->schema) {
      for (const int port : {0, 1, 2}) context.output(port).unknown_yet();
      return {};
    }
    auto plan = std::make_shared<JoinPlan>(times_);
    for (const int side : {0, 1}) {
      context.output(1 + side) = plain_schema(*in[side]->schema);
      plan->sides[side] = context.output(1 + side).finish();
    }
    if (plan->kind != JoinPlan::Kind::lookup) {
      WF_ASSIGN(plan->times[0], require_time(config().time, plan->sides[0], "time"));
      const bool own = !config().right_time.empty();
      WF_ASSIGN(plan->times[1], require_time(own ? config().right_time : config().time,
                                             plan->sides[1], own ? "right_time" : "time"));
    }
    WF_TRY(bind_keys(*plan));
    WF_TRY(bind_out(*plan, context.output(0)));
    plan_ = std::move(plan);
    return {};
  }
  wf::Status open() override {
    joiner_ = Joiner::make(host(), plan_);
    joined_.emplace(plan_);
    return {};
  }
  wf::Status process_port(int port, const wf::Batch& in, wf::Emitter& out) override {
    RowSelection rows(in.rows());
    if (plan_->times[port] >= 0) refuse_without_time(in, plan_->times[port], rows, out);
    const wf::Batch plain = plain_batch(in, out.schema(1 + port));
    const auto side = static_cast<Side>(port);
    WF_ASSIGN(const std::vector<int64_t> late, joiner_->late_rows(side, plain, rows.bytes()));
    if (!late.empty()) {
      for (const int64_t row : late) rows.drop(row);
      host().count("late_rows", static_cast<double>(late.size()));
      if (late_wanted_[port])
        out.emit(1 + port, wf::take(plain, late));
      else
        out.filtered(static_cast<int64_t>(late.size()));
    }
    at_hand_.emplace(AtHand{side, plain, rows.bytes(), 0});
    return resume(out);
  }
  /// Goes on with the batch at hand: a row may meet many.
  wf::Status resume(wf::Emitter& out) override {
    return step(out, [&]() -> wf::Result<bool> {
      if (!at_hand_) return false;
      AtHand& now = *at_hand_;
      WF_ASSIGN(now.next, joiner_->add(now.side, now.rows, now.held, now.next, *joined_));
      if (now.next < now.rows.rows()) return true;
      at_hand_.reset();
      return false;
    });
  }
  wf::Status on_watermark(int64_t us, wf::Emitter& out) override {
    return step(out, [&] { return joiner_->advance(us, *joined_); });
  }
  wf::Status finish_input(int port, wf::Emitter& out) override {
    return step(out, [&] { return joiner_->end_of(static_cast<Side>(port), *joined_); });
  }
  /// For a host that ends without a watermark.
  wf::Status finish(wf::Emitter& out) override { return on_watermark(INT64_MAX, out); }
  wf::Status close() override {
    at_hand_.reset();
    joiner_.reset();
    return {};
  }

 private:
  struct AtHand {
    Side side;
    wf::Batch rows;
    std::vector<uint8_t> held;
    int64_t next;
  };
  bool give_out(bool all, wf::Emitter& out) {
    bool pause = false;
    for (const wf::Batch& batch : joined_->take(all))
      pause = out.emit(0, batch) == wf::Emit::pause || pause;
    return pause;
  }
  /// Calls `next` until it answers that there is no more, or the output asks for a pause.
  template <typename Next>
  wf::Status step(wf::Emitter& out, Next&& next) {
    for (;;) {
      if (host().is_cancelled()) return wf::cancelled("stopped on request");
      WF_ASSIGN(const bool more, next());
      const bool pause = give_out(!more, out);
      if (!more) return {};
      if (pause) {
        out.more();
        return {};
      }
    }
  }

  wf::Status check_kind() {
    const JoinConfig& c = config();
    const auto refuse = [](std::string_view key, std::string message) {
      return wf::invalid_config(std::move(message)).at({std::string(key), 0, 0, ""});
    };
    const auto belongs = [&](const std::string& key, const std::string& kinds) {
      return refuse(key, "`" + key + "` goes with kind = " + kinds);
    };
    times_ = JoinPlan();
    times_.keep_left = c.how == "left";
    times_.kind = c.kind == "window"     ? JoinPlan::Kind::window
                  : c.kind == "interval" ? JoinPlan::Kind::interval
                                         : JoinPlan::Kind::lookup;
    const bool window = c.kind == "window", interval = c.kind == "interval";
    if (!window && (c.size || c.offset.count() > 0))
      return belongs(c.size ? "size" : "offset", "\"window\"");
    if (!interval && (c.before || c.after))
      return belongs(c.before ? "before" : "after", "\"interval\"");
    if (!window && !interval && !(c.time.empty() && c.right_time.empty()))
      return belongs(c.time.empty() ? "right_time" : "time", "\"window\" or \"interval\"");
    if ((window || interval) && c.time.empty())
      return refuse("time", "kind = \"" + c.kind + "\" needs the column of event times");
    if (window && !c.size) return refuse("size", "kind = \"window\" needs the `size` of a window");
    if (interval && !c.before && !c.after)
      return refuse("before", "kind = \"interval\" needs `before`, `after`, or both");
    if (window) {
      times_.size = c.size->count();
      times_.offset = c.offset.count() % times_.size;
    }
    times_.before = c.before.value_or(wf::Duration(0)).count();
    times_.after = c.after.value_or(wf::Duration(0)).count();
    return {};
  }

  wf::Status bind_keys(JoinPlan& plan) {
    for (size_t i = 0; i < config().on.size(); ++i) {
      const std::string& text = config().on[i];
      std::string names[2] = {text, text};
      const size_t equals = text.find('=');
      if (equals != std::string::npos && plan.sides[0].index_of(text) < 0) {
        names[0] = trimmed(std::string_view(text).substr(0, equals));
        names[1] = trimmed(std::string_view(text).substr(equals + 1));
      }
      const wf::Field* fields[2];
      for (const int side : {0, 1}) {
        wf::Result<std::vector<KeyColumn>> key =
            parse_columns({names[side]}, plan.sides[side], "on");
        if (!key.ok())
          return at_key(key.error(), item_key("on", i))
              .with_context(side == 0 ? "input left" : "input right");
        plan.keys[side].push_back(key->front());
        fields[side] = &plan.sides[side].field(key->front().column);
      }
      if (kind_of(fields[0]->type.id()) != kind_of(fields[1]->type.id()))
        return wf::invalid_config("'" + names[0] + "' is " + fields[0]->type.to_string() +
                                  " on the left and '" + names[1] + "' " +
                                  fields[1]->type.to_string() + " on the right")
            .at({item_key("on", i), 0, 0, "make them alike before, with flow.map: cast(...)"});
    }
    return {};
  }
  /// Types whose keys are encoded alike are one kind.
  static wf::Type kind_of(wf::Type type) {
    if (type == wf::Type::int32) return wf::Type::int64;
    if (type == wf::Type::float32) return wf::Type::float64;
    return type;
  }
  static std::string trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return std::string(text);
  }

  wf::Status bind_out(JoinPlan& plan, wf::SchemaBuilder& out) {
    out = wf::SchemaBuilder(plan.sides[0]);
    for (int column = 0; column < plan.sides[1].size(); ++column) {
      if (std::any_of(plan.keys[1].begin(), plan.keys[1].end(),
                      [&](const KeyColumn& key) { return key.column == column; }))
        continue;
      wf::Field field = plan.sides[1].field(column);
      if (plan.sides[0].index_of(field.name) >= 0) field.name += config().suffix;
      field.nullable = field.nullable || plan.keep_left;
      plan.right_columns.push_back(column);
      if (wf::Status s = out.add(std::move(field)); !s.ok()) return at_key(s, "suffix");
    }
    if (plan.kind == JoinPlan::Kind::window)
      for (const char* name : {"window_start", "window_end"})
        if (wf::Status s = out.add({name, wf::Type::timestamp, false, {}}); !s.ok())
          return std::move(s).with_context("the windows' own columns");
    plan.output = std::make_shared<const wf::Schema>(out.finish());
    return {};
  }

  JoinPlan times_;  ///< what the configuration alone says
  bool late_wanted_[2] = {true, true};
  std::shared_ptr<const JoinPlan> plan_;
  std::unique_ptr<Joiner> joiner_;
  std::optional<JoinedRows> joined_;
  std::optional<AtHand> at_hand_;
};

}  // namespace weirflow::flow
