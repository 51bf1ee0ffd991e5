// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "comments.h"

namespace weirflow::demo {
namespace {

using wf::Result;
using wf::Status;

struct CommentsConfig {
  int64_t rows = 5000;
  int64_t seed = 42;
  int64_t start = 1'466'899'200;
  double rate = 0.05;
  int64_t batch_rows = 1024;
  double pace = 0;
};

class Comments final : public wf::Source<CommentsConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("demo.comments")
          .version("1.0.0")
          .blocking()  // at a pace it waits
          .summary("Makes comment-like text with a label that a classifier can learn");
  static constexpr auto kConfig = wf::fields(
      wf::field("rows", &CommentsConfig::rows)
          .at_least(0)
          .help("How many comments; 0: without end")
          .example("20000"),
      wf::field("seed", &CommentsConfig::seed)
          .help("Other seeds give other comments; the same seed always the same")
          .example("7"),
      wf::field("start", &CommentsConfig::start)
          .range(-62'135'596'800.0, 253'402'300'799.0)
          .help("`created` of the first comment, in seconds since 1970")
          .example("1700000000"),
      wf::field("rate", &CommentsConfig::rate)
          .range(0.000001, 1'000'000)
          .help("Comments per second of `created`, on average; does not slow the run down")
          .example("2.5"),
      wf::field("batch_rows", &CommentsConfig::batch_rows)
          .range(1, 65'536)
          .help("Rows of a batch at most")
          .example("100"),
      wf::field("pace", &CommentsConfig::pace)
          .range(0, 1e9)
          .help("Rows per second of the clock; 0: as fast as they are taken")
          .example("50"));
  static constexpr auto kPorts =
      wf::ports(wf::output("out")
                    .column("id", "utf8")
                    .column("created", "timestamp")
                    .column("author", "utf8")
                    .column("subreddit", "utf8")
                    .column("body", "utf8")
                    .column("score", "int64")
                    .column("removed", "int64", "1: removed by moderators"));

 protected:
  Status bind(wf::SchemaBuilder& out) override {
    for (const wf::Field& field : comment_schema()->fields()) WF_TRY(out.add(field));
    return {};
  }
  Status open() override {
    settings_.seed = static_cast<uint64_t>(config().seed);
    settings_.start_us = config().start * 1'000'000;
    settings_.interval_us = static_cast<int64_t>(1e6 / config().rate);
    return {};
  }
  bool is_bounded() const override { return config().rows > 0; }
  void wake() override { woken_.notify_all(); }
  Status next(wf::Emitter& out, wf::Duration max_wait) override {
    int64_t count = std::min(config().batch_rows, due(max_wait));
    if (count <= 0) return out.idle(), Status();
    if (is_bounded()) count = std::min(count, config().rows - row_);
    if (count <= 0) return out.done(), Status();
    out.emit(make_comments(settings_, row_, count));
    row_ += count;
    given_ += count;
    if (is_bounded() && row_ >= config().rows) out.done();
    return {};
  }
  Result<std::string> snapshot(uint64_t) override { return std::to_string(row_); }
  Status restore(std::string_view snapshot) override {
    const char* end = snapshot.data() + snapshot.size();
    const auto [stop, error] = std::from_chars(snapshot.data(), end, row_);
    if (error != std::errc() || stop != end || row_ < 0)
      return wf::invalid_data("the position is damaged");
    return {};
  }

 private:
  /// Rows that the pace allows by now; waits for the first of them, but not longer than told.
  int64_t due(wf::Duration max_wait) {
    if (config().pace <= 0) return config().batch_rows;
    const auto now = std::chrono::steady_clock::now();
    if (given_ == 0 && !began_) began_ = now;
    const auto allowed = [&] {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - *began_;
      return static_cast<int64_t>(passed.count() * config().pace) + 1 - given_;
    };
    if (const int64_t rows = allowed(); rows > 0) return rows;
    const std::chrono::duration<double> next(static_cast<double>(given_) / config().pace);
    const auto at = *began_ + std::chrono::duration_cast<wf::Duration>(next);
    std::unique_lock lock(mutex_);
    woken_.wait_until(lock, std::min(at, now + max_wait));
    return allowed();
  }

  CommentSettings settings_;
  int64_t row_ = 0;
  int64_t given_ = 0;  ///< since the start
  std::optional<std::chrono::steady_clock::time_point> began_;
  std::mutex mutex_;
  std::condition_variable woken_;
};

}  // namespace
}  // namespace weirflow::demo

WF_PLUGIN(weirflow::demo::Comments)
