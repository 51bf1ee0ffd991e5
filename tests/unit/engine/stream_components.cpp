// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "stream_components.h"

#include <algorithm>
#include <condition_variable>
#include <memory>

#include "weirflow/state.hpp"

namespace weirflow::testing {

namespace {

std::unique_ptr<World>& the_world() {
  static auto made = std::make_unique<World>();
  return made;
}

wf::Batch numbers(const wf::SchemaPtr& schema, const std::vector<int64_t>& values) {
  wf::Int64Builder builder;
  builder.append(values.data(), static_cast<int64_t>(values.size()));
  return wf::Batch(schema, static_cast<int64_t>(values.size()), {builder.finish()});
}

std::vector<int64_t> values_of(const wf::Batch& batch) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < batch.rows(); ++i) values.push_back(batch.numbers<int64_t>(0)[i]);
  return values;
}

struct NumbersConfig {
  int64_t batch = 7;
  int64_t first = 0, step = 1;
};
class Numbers final : public wf::Source<NumbersConfig> {
 public:
  static constexpr auto kInfo = wf::component("stream.numbers").version("1.0.0").blocking();
  static constexpr auto kConfig = wf::fields(wf::field("batch", &NumbersConfig::batch),
                                             wf::field("first", &NumbersConfig::first),
                                             wf::field("step", &NumbersConfig::step));

 protected:
  bool is_bounded() const override { return false; }
  wf::Status bind(wf::SchemaBuilder& out) override { return out.add({"n", wf::Type::int64}); }
  wf::Status next(wf::Emitter& out, wf::Duration wait) override {
    std::vector<int64_t> values;
    bool ends = false;
    {
      const std::lock_guard lock(world().mutex);
      const auto n = [&] { return config().first + at_ * config().step; };
      for (; n() < world().available && static_cast<int64_t>(values.size()) < config().batch; ++at_)
        values.push_back(n());
      ends = values.empty() && world().ends;
    }
    if (ends) return out.done(), wf::Status();
    if (values.empty()) {
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, std::min<wf::Duration>(wait, std::chrono::milliseconds(1)));
      return out.idle(), wf::Status();
    }
    out.emit(numbers(out.schema(), values));
    out.watermark(values.back() * 1'000'000);
    return {};
  }
  void wake() override { woken_.notify_all(); }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(at_); }
  wf::Status restore(std::string_view s) override {
    return at_ = std::stoll(std::string(s)), wf::Status();
  }
  void committed(uint64_t epoch) override {
    const std::lock_guard lock(world().mutex);
    world().acknowledged.push_back(epoch);
  }

 private:
  int64_t at_ = 0;
  std::mutex mutex_;
  std::condition_variable woken_;
};

struct OddConfig {
  int64_t refuse = 1'000'000'000;
};
class Odd final : public wf::Transform<OddConfig> {
 public:
  static constexpr auto kInfo = wf::component("stream.odd").version("1.0.0").concurrent();
  static constexpr auto kConfig = wf::fields(wf::field("refuse", &OddConfig::refuse));

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<int64_t> kept;
    int64_t row = 0;
    for (const int64_t n : values_of(in)) {
      if (n % config().refuse == 0)
        out.refuse(row, "multiple", "is a multiple");
      else
        kept.push_back(n);
      ++row;
    }
    if (!kept.empty()) out.emit(numbers(out.schema(), kept));
    return {};
  }
};

struct WindowsConfig {
  int64_t size = 10;
};
class Windows final : public wf::Transform<WindowsConfig> {
 public:
  static constexpr auto kInfo = wf::component("stream.windows")
                                    .version("1.0.0")
                                    .stateful()
                                    .cardinality(wf::Cardinality::regroup);
  static constexpr auto kConfig = wf::fields(wf::field("size", &WindowsConfig::size));
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    wf::StateTable counts(host(), 0);
    for (const int64_t n : values_of(in)) {
      const int64_t window = n / config().size;
      const std::string key = std::to_string(window);
      WF_ASSIGN(const auto before, counts.get(key));
      const int64_t count = before ? std::stoll(std::string(*before)) : 0;
      WF_TRY(counts.put(key, std::to_string(count + 1)));
      if (count == 0)
        WF_TRY(
            host().set_timer(wf::TimeKind::event, (window + 1) * config().size * 1'000'000, key));
    }
    return {};
  }
  /// One row a window: its number and its count in one.
  wf::Status on_timer(wf::TimeKind, int64_t, std::string_view key, wf::Emitter& out) override {
    wf::StateTable counts(host(), 0);
    WF_ASSIGN(const auto count, counts.get(key));
    if (!count) return wf::internal_error("a timer without its window");
    out.emit(numbers(out.schema(),
                     {std::stoll(std::string(key)) * 1000 + std::stoll(std::string(*count))}));
    return counts.erase(key);
  }
};

class Ticks final : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("stream.ticks")
                                    .version("1.0.0")
                                    .stateful()
                                    .cardinality(wf::Cardinality::regroup);
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status process(const wf::Batch&, wf::Emitter&) override { return set(1); }
  wf::Status on_timer(wf::TimeKind, int64_t, std::string_view key, wf::Emitter& out) override {
    const int64_t tick = std::stoll(std::string(key));
    out.emit(numbers(out.schema(), {tick}));
    return tick < 5 ? set(tick + 1) : wf::Status();
  }

 private:
  wf::Status set(int64_t tick) const {
    return host().set_timer(wf::TimeKind::processing, host().now_us() + 2000, std::to_string(tick));
  }
};

class Sum final : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("stream.sum").version("1.0.0").stateful().cardinality(wf::Cardinality::regroup);
  static constexpr bool kHasState = true;

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    for (const int64_t n : values_of(in)) sum_ += n;
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    return out.emit(numbers(out.schema(), {sum_})), wf::Status();
  }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(sum_); }
  wf::Status restore(std::string_view s) override {
    return sum_ = std::stoll(std::string(s)), wf::Status();
  }

 private:
  int64_t sum_ = 0;
};

struct SinkConfig {
  std::string topic = "out";
};

/// One open transaction over all topics.
class TxnCommitter final : public wf::Committer {
 public:
  wf::Result<Recorded> recover() override {
    const std::lock_guard lock(world().mutex);
    generation_ = ++world().generation;
    return Recorded{world().epoch, world().hash};
  }
  wf::Result<std::string> prepare(uint64_t) override {
    if (world().fault("prepare is postponed")) return wf::unavailable("the log is away");
    if (world().fault("prepare fails"))
      return wf::Status(wf::Code::conflict, "the transaction is gone");
    return std::string();
  }
  wf::Status commit(uint64_t epoch, std::string_view hash, std::string_view) override {
    if (world().fault("commit is lost")) return wf::timed_out("no answer");
    const bool unheard = world().fault("commit is not heard");
    const std::lock_guard lock(world().mutex);
    if (generation_ != world().generation) return {wf::Code::conflict, "fenced"};
    for (auto& [topic, rows] : open_) {
      auto& to = world().committed[topic];
      to.insert(to.end(), rows.begin(), rows.end());
    }
    open_.clear();
    world().epoch = static_cast<int64_t>(epoch);
    world().hash = hash;
    return unheard ? wf::timed_out("no answer") : wf::Status();
  }
  wf::Status abort(uint64_t, std::string_view) override { return {}; }
  void add(const std::string& topic, const std::vector<int64_t>& rows) {
    const std::lock_guard lock(world().mutex);
    auto& to = open_[topic];
    to.insert(to.end(), rows.begin(), rows.end());
  }

 private:
  int64_t generation_ = 0;
  std::map<std::string, std::vector<int64_t>> open_;
};

class Txn final : public wf::Sink<SinkConfig> {
 public:
  static constexpr auto kInfo = wf::component("stream.txn").version("1.0.0").blocking();
  static constexpr auto kConfig = wf::fields(wf::field("topic", &SinkConfig::topic));
  static constexpr bool kHasState = true;
  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host&, const Txn*,
                                                                   std::string_view,
                                                                   std::string_view) {
    return std::unique_ptr<wf::Committer>(std::make_unique<TxnCommitter>());
  }

 protected:
  std::string commit_key() const override { return "log"; }
  wf::CommitMode commit_mode() const override { return wf::CommitMode::decides; }
  wf::Status attach(wf::Committer& committer) override {
    return committer_ = static_cast<TxnCommitter*>(&committer), wf::Status();
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    if (world().fault("process fails")) return wf::unavailable("the log is away");
    return committer_->add(config().topic, values_of(in)), wf::Status();
  }
  wf::Result<std::string> snapshot(uint64_t) override {
    if (world().fault("flush is postponed")) return wf::timed_out("not all is acknowledged");
    return std::string();
  }

 private:
  TxnCommitter* committer_ = nullptr;
};

class StagedCommitter final : public wf::Committer {
 public:
  wf::Result<std::string> prepare(uint64_t epoch) override {
    if (world().fault("staging fails")) return wf::exhausted("no space");
    const std::lock_guard lock(world().mutex);
    const std::string name = std::to_string(epoch) + "-" + std::to_string(++world().stagings);
    world().staged[name] = std::move(rows_);
    rows_.clear();
    return name;
  }
  wf::Status commit(uint64_t, std::string_view, std::string_view blob) override {
    if (world().fault("showing is postponed")) return wf::unavailable("not now");
    const std::lock_guard lock(world().mutex);
    if (!world().shown_names.insert(std::string(blob)).second) return {};
    const auto& rows = world().staged[std::string(blob)];
    world().shown.insert(world().shown.end(), rows.begin(), rows.end());
    return {};
  }
  wf::Status abort(uint64_t, std::string_view blob) override {
    const std::lock_guard lock(world().mutex);
    world().staged.erase(std::string(blob));
    return {};
  }
  void add(const std::vector<int64_t>& rows) {
    rows_.insert(rows_.end(), rows.begin(), rows.end());
  }

 private:
  std::vector<int64_t> rows_;
};

class Staged final : public wf::Sink<> {
 public:
  static constexpr auto kInfo = wf::component("stream.staged").version("1.0.0");
  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host&, const Staged*,
                                                                   std::string_view,
                                                                   std::string_view) {
    return std::unique_ptr<wf::Committer>(std::make_unique<StagedCommitter>());
  }

 protected:
  std::string commit_key() const override { return "staged"; }
  wf::Status attach(wf::Committer& committer) override {
    return committer_ = static_cast<StagedCommitter*>(&committer), wf::Status();
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    return committer_->add(values_of(in)), wf::Status();
  }

 private:
  StagedCommitter* committer_ = nullptr;
};

/// Acknowledges rows a batch behind, so that some are always pending.
class Later final : public wf::Sink<> {
 public:
  static constexpr auto kInfo =
      wf::component("stream.later").version("1.0.0").replay(wf::Replay::duplicates);
  static constexpr bool kHasState = true;
  static constexpr bool kCountsRows = true;

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    deliver();
    pending_ = values_of(in);
    return {};
  }
  wf::Status finish(wf::Emitter&) override { return deliver(), wf::Status(); }
  wf::Result<std::string> snapshot(uint64_t) override {
    std::string text;
    for (const int64_t n : pending_) text += std::to_string(n) + " ";
    host().cut_rows();
    deliver();  // as the answers of another thread: behind the cut
    return text;
  }
  wf::Status restore(std::string_view text) override {
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find(' ', at);
      pending_.push_back(std::stoll(std::string(text.substr(at, end - at))));
      at = end + 1;
    }
    return {};
  }

 private:
  void deliver() {
    const std::lock_guard lock(world().mutex);
    world().delivered.insert(world().delivered.end(), pending_.begin(), pending_.end());
    host().count_rows(WF_COUNT_PASSED, static_cast<int64_t>(pending_.size()));
    pending_.clear();
  }
  std::vector<int64_t> pending_;
};

}  // namespace

World& world() { return *the_world(); }
void reset_world() { the_world() = std::make_unique<World>(); }

const wf_entry* stream_components() {
  return wf::detail::make_entry<Numbers, Odd, Windows, Ticks, Sum, Txn, Staged, Later>();
}

}  // namespace weirflow::testing
