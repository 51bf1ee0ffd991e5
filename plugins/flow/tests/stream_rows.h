// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

// Random rows with times, and a harness that is replaced by a fresh one with the same state.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weirflow/testing/harness.hpp"

namespace weirflow::flow {

/// from <= answer < to. Unlike rc::gen::inRange alone, of the whole range also in the first cases:
/// a choice between two is one at any size.
template <typename T>
T pick(T from, T to) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(from, to));
}

struct StreamRow {
  std::optional<int64_t> key;
  int64_t time = 0;
  std::optional<int64_t> value;
};

inline std::string text(const std::optional<int64_t>& value) {
  return value ? std::to_string(*value) : "null";
}
inline std::string text(const StreamRow& row) {
  return text(row.key) + " | " + std::to_string(row.time) + " | " + text(row.value);
}

/// k:int64 t:timestamp v:int64
inline wf::Batch batch_of(const std::vector<StreamRow>& rows) {
  static const auto schema =
      std::make_shared<const wf::Schema>(wf::testing::schema("k:int64 t:timestamp v:int64"));
  wf::Int64Builder key, value;
  wf::TimestampBuilder time;
  for (const StreamRow& row : rows) {
    row.key ? key.append(*row.key) : key.append_null();
    time.append(row.time);
    row.value ? value.append(*row.value) : value.append_null();
  }
  return wf::Batch(schema, static_cast<int64_t>(rows.size()),
                   {key.finish(), time.finish(), value.finish()});
}

/// Rows of a few keys around a time that goes forward, some of them late.
inline std::vector<StreamRow> random_stream(int64_t spread) {
  std::vector<StreamRow> rows;
  int64_t now = pick<int64_t>(-50, 50);
  for (int64_t n = pick<int64_t>(0, 60); n > 0; --n) {
    StreamRow row;
    if (pick(0, 6) > 0) row.key = pick<int64_t>(-1, 3);
    now += *rc::gen::weightedElement<int64_t>({{6, 0}, {6, 1}, {3, 4}, {1, 40}});
    row.time = now + pick<int64_t>(-spread, spread + 1);
    if (pick(0, 8) > 0) row.value = pick<int64_t>(-5, 6);
    rows.push_back(row);
  }
  return rows;
}

/// Several harnesses one after the other, each going on from the state of the one before.
class Relay {
 public:
  using Make = wf::testing::Harness (*)();
  /// `keeps_own`: the component has wf.state/1 besides the host's state.
  Relay(Make make, wf::Value::Table config, std::vector<std::optional<wf::Schema>> inputs,
        bool keeps_own = false)
      : make_(make), config_(std::move(config)), inputs_(std::move(inputs)), keeps_own_(keeps_own) {
    now_.emplace(make_());
    begin();
  }
  wf::testing::Harness& operator*() { return *now_; }
  wf::testing::Harness* operator->() { return &*now_; }
  /// As after a crash: nothing but the last checkpoint is left.
  void hand_over() {
    collect();
    std::string own;
    if (keeps_own_) own = *now_->snapshot();
    wf::testing::Harness next = make_();
    next.host().state() = now_->host().state();
    next.host().timers() = now_->host().timers();
    next.host().watermark = now_->host().watermark;
    next.host().now_us = now_->host().now_us.load();
    now_.emplace(std::move(next));
    begin();
    if (keeps_own_) {
      EXPECT_TRUE(now_->restore(own).ok());
    }
  }
  /// Rows of an output, one a line, of all harnesses so far.
  std::vector<std::string> rows(size_t port = 0) {
    collect();
    return rows_[port];
  }
  int64_t in = 0, accounted = 0;  ///< over all of them

 private:
  void begin() {
    const wf::Status status = now_->start(config_, inputs_);
    EXPECT_TRUE(status.ok()) << status.to_string();
    rows_.resize(now_->output_names().size());
    seen_.assign(rows_.size(), 0);
    counted_ = {};
  }
  void collect() {
    for (size_t port = 0; port < rows_.size(); ++port) {
      const auto& batches = now_->output(static_cast<int>(port));
      for (; seen_[port] < batches.size(); ++seen_[port])
        for (int64_t i = 0; i < batches[seen_[port]].rows(); ++i)
          rows_[port].push_back(wf::testing::row_text(batches[seen_[port]], i));
    }
    const auto c = now_->counters();
    in += c.in - counted_.in;
    accounted += c.passed + c.absorbed + c.filtered + c.refused - counted_.passed -
                 counted_.absorbed - counted_.filtered - counted_.refused;
    counted_ = c;
  }
  Make make_;
  wf::Value::Table config_;
  std::vector<std::optional<wf::Schema>> inputs_;
  std::optional<wf::testing::Harness> now_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> seen_;
  wf::testing::Counters counted_;
  bool keeps_own_;
};

}  // namespace weirflow::flow
