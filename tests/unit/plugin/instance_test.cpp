// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/instance.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "built_files.h"
#include "plugin/library.h"
#include "weirflow/plugin.hpp"
#include "weirflow/state.hpp"
#include "weirflow/testing/batch_text.hpp"

namespace weirflow::plugin {
namespace {

using wf::testing::batch;
using wf::testing::to_text;

/// Remembers what a component said.
class Services : public NullServices {
 public:
  Services() {
    task_.dag = "d";
    task_.task = "t";
    task_.threads = 3;
  }
  void log(wf::LogLevel, std::string_view message) override { logs.emplace_back(message); }
  void add_metric(std::string_view name, double value) override {
    metrics[std::string(name)] += value;
  }
  bool is_cancelled() override { return cancelled; }
  wf::Code refuse_row(uint32_t port, int64_t row, std::string_view code,
                      std::string_view) override {
    refused.push_back(std::to_string(port) + ":" + std::to_string(row) + ":" + std::string(code));
    return end_at_refusal ? wf::Code::cancelled : wf::Code::ok;
  }
  wf::Code refuse_batch(const wf::Batch& rows, std::string_view, std::string_view) override {
    refused.push_back(to_text(rows));
    return wf::Code::ok;
  }
  wf::Code set_result(std::string_view key, const wf::Value& value) override {
    if (key == "big") return wf::Code::resource_exhausted;
    results[std::string(key)] = value;
    return wf::Code::ok;
  }
  std::string spill_folder() override {
    ++folders;
    return "/spill";
  }
  std::vector<std::string> logs, refused;
  std::map<std::string, double> metrics;
  std::map<std::string, wf::Value> results;
  bool cancelled = false, end_at_refusal = false;
  int folders = 0;
};

class Rows : public Output {
 public:
  wf::Emit emit(uint32_t port, wf::Batch b) override {
    text += std::to_string(port) + "> " + to_text(b);
    return answer;
  }
  void count(uint32_t what, int64_t rows) override { counts[what] += rows; }
  std::string text;
  std::map<uint32_t, int64_t> counts;
  wf::Emit answer = wf::Emit::go_on;
};

struct TalkConfig {
  int64_t limit = 2;
};
/// Uses every service.
class Talk : public wf::Transform<TalkConfig> {
 public:
  static constexpr auto kInfo = wf::component("t.talk").version("1.0.0");
  static constexpr auto kConfig = wf::fields(wf::field("limit", &TalkConfig::limit));

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    context.warn(wf::invalid_config("beware").at({"limit", 0, 0, ""}));
    context.remember("seen " + std::string(context.remembered()));
    if (config().limit < 0) context.error(wf::invalid_config("negative"));
    return wf::Transform<TalkConfig>::bind_ports(context);
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    host().log(wf::LogLevel::info, "task " + std::string(wf::view(host().task().task)) + " " +
                                       std::to_string(host().task().threads));
    host().count("rows", static_cast<double>(in.rows()));
    host().count("Bad Name", 1);
    if (host().is_cancelled()) return wf::cancelled("stopped");
    WF_ASSIGN(const std::string folder, host().spill_folder());
    WF_TRY(host().set_result("folder", wf::Value(folder)));
    WF_TRY(host().refuse_batch(in.slice(0, 1), "kept", "late"));
    out.refuse(1, "odd", "is odd");
    out.emit(in.slice(0, 1));
    return {};
  }
  wf::Status finish(wf::Emitter&) override { return host().set_result("big", wf::Value(1)); }
};

ComponentClass class_of(const wf_component_class* cls) { return {cls, cls->create}; }

BindRequest request(const char* columns) {
  BindRequest made;
  made.inputs.push_back(
      {"in", true, std::make_shared<const wf::Schema>(wf::testing::schema(columns))});
  made.outputs.push_back({"out", true, nullptr});
  return made;
}

template <typename T>
std::unique_ptr<Instance> make(HostServices& services) {
  auto made = Instance::create(class_of(wf::Trampoline<T>::component_class()), services);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return std::move(made).value();
}

TEST(Instance, RunsAComponentAndServesIt) {
  Services services;
  Rows rows;
  auto instance = make<Talk>(services);
  ASSERT_TRUE(instance->configure({{"limit", wf::Value(5)}}).ok());
  BindRequest ask = request("a:int64");
  ask.remembered = "before";
  const BindReply reply = instance->bind(ask);
  ASSERT_TRUE(reply.ok()) << reply.status.to_string();
  EXPECT_EQ(reply.remembered, "seen before");
  ASSERT_EQ(reply.warnings.size(), 1U);
  EXPECT_EQ(reply.warnings[0].place()->key, "limit");
  EXPECT_EQ(reply.outputs[0]->to_string(), "a: int64");
  ASSERT_TRUE(instance->open().ok());
  const auto step = instance->process(0, batch("a:int64\n1\n2"), rows);
  ASSERT_TRUE(step.ok()) << step.status().to_string();
  EXPECT_EQ(*step, Step::go_on);
  EXPECT_EQ(rows.text, "0> a:int64\n1\n");
  EXPECT_EQ(rows.counts[WF_COUNT_PASSED], 1);
  EXPECT_EQ(services.logs, std::vector<std::string>{"task t 3"});
  EXPECT_EQ(services.metrics, (std::map<std::string, double>{{"rows", 2}}));
  EXPECT_EQ(services.results["folder"], wf::Value("/spill"));
  EXPECT_EQ(services.refused, (std::vector<std::string>{"a:int64\n1\n", "0:1:odd"}));
  EXPECT_EQ(services.folders, 1);
  EXPECT_EQ(instance->finish(rows).status().code(), wf::Code::resource_exhausted);
  EXPECT_TRUE(instance->close().ok());
}

TEST(Instance, ReportedErrorsFailTheBind) {
  Services services;
  auto instance = make<Talk>(services);
  ASSERT_TRUE(instance->configure({{"limit", wf::Value(-1)}}).ok());
  const BindReply reply = instance->bind(request("a:int64"));
  EXPECT_FALSE(reply.ok());
  EXPECT_EQ(reply.status.message(), "negative");
}

TEST(Instance, PoliciesAndCancelReachTheComponent) {
  Services services;
  Rows rows;
  auto instance = make<Talk>(services);
  ASSERT_TRUE(instance->configure({}).ok());
  ASSERT_TRUE(instance->bind(request("a:int64")).ok());
  services.end_at_refusal = true;
  EXPECT_EQ(instance->process(0, batch("a:int64\n1\n2"), rows).status().code(),
            wf::Code::cancelled);
  services.cancelled = true;
  EXPECT_EQ(instance->process(0, batch("a:int64\n1\n2"), rows).status().message(), "stopped");
}

TEST(Instance, AnUnknownInputMakesTheOutputUnknown) {
  Services services;
  Rows rows;
  auto instance = make<Talk>(services);
  ASSERT_TRUE(instance->configure({}).ok());
  BindRequest ask = request("a:int64");
  ask.inputs[0].schema = nullptr;
  const BindReply reply = instance->bind(ask);
  ASSERT_TRUE(reply.ok()) << reply.status.to_string();
  EXPECT_EQ(reply.outputs[0], nullptr);
}

/// Emits a batch that bind did not announce.
class Liar : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("t.liar").version("1.0.0");

 protected:
  wf::Status process(const wf::Batch&, wf::Emitter& out) override {
    out.emit(batch("a:int64 b:int64\n1|2"));
    return {};
  }
};

TEST(Instance, ABatchThatWasNotAnnouncedIsADefectOfTheComponent) {
  Services services;
  Rows rows;
  auto instance = make<Liar>(services);
  ASSERT_TRUE(instance->configure({}).ok());
  ASSERT_TRUE(instance->bind(request("a:int64")).ok());
  const auto step = instance->process(0, batch("a:int64\n1"), rows);
  EXPECT_EQ(step.status().code(), wf::Code::internal);
  EXPECT_TRUE(
      step.status().message().starts_with("the component emitted a batch that does not fit: "))
      << step.status().message();
  EXPECT_EQ(rows.text, "");
}

class Tens : public wf::Source<> {
 public:
  static constexpr auto kInfo = wf::component("t.tens").version("1.0.0");

 protected:
  wf::Status bind(wf::SchemaBuilder& out) override { return out.add({"n", wf::Type::int64}); }
  wf::Status next(wf::Emitter& out, wf::Duration wait) override {
    if (wait.count() == 7) return out.idle(), wf::Status();
    wf::Int64Builder n;
    n.append(at_ += 10);
    out.emit(wf::Batch(out.schema(), 1, {n.finish()}));
    if (at_ >= 30) out.done();
    return {};
  }
  wf::Result<std::string> snapshot(uint64_t) override { return std::to_string(at_); }
  wf::Status restore(std::string_view s) override {
    return at_ = std::stoi(std::string(s)), wf::Status();
  }
  int64_t total_bytes() const override { return 30; }

 private:
  int64_t at_ = 0;
};

TEST(Instance, DrivesASource) {
  Services services;
  Rows rows;
  auto instance = make<Tens>(services);
  ASSERT_TRUE(instance->is_source());
  EXPECT_TRUE(instance->is_bounded());
  EXPECT_EQ(instance->total_bytes(), 30);
  EXPECT_EQ(instance->read_bytes(), -1);
  ASSERT_TRUE(instance->configure({}).ok());
  BindRequest ask;
  ask.outputs.push_back({"out", true, nullptr});
  ASSERT_TRUE(instance->bind(ask).ok());
  EXPECT_EQ(*instance->next(7, rows), WF_SOURCE_IDLE);
  EXPECT_EQ(*instance->next(0, rows), WF_SOURCE_MORE);
  EXPECT_EQ(*instance->snapshot(), "10");
  ASSERT_TRUE(instance->restore("20").ok());
  EXPECT_EQ(*instance->next(0, rows), WF_SOURCE_END);
  EXPECT_EQ(rows.text, "0> n:int64\n10\n0> n:int64\n30\n");
  EXPECT_EQ(rows.counts[WF_COUNT_READ], 2);
  EXPECT_EQ(instance->process(0, batch("a:int64\n1"), rows).status().message(),
            "the component has no process function");
}

class Sum : public wf::Estimator<> {
 public:
  static constexpr auto kInfo = wf::component("t.sum").version("1.0.0");

 protected:
  wf::Status fit(const wf::Spool& in, std::string& state) override {
    int64_t sum = 0;
    for (int pass = 0; pass < 2; ++pass) {
      WF_ASSIGN(auto reader, in.open());
      for (;;) {
        WF_ASSIGN(const auto part, reader.next());
        if (!part) break;
        for (int64_t i = 0; i < part->rows(); ++i) sum += part->numbers<int64_t>(0)[i];
      }
    }
    state = std::to_string(sum) + "/" + std::to_string(in.rows());
    return {};
  }
  wf::Status load(std::span<const std::byte> state) override {
    return state.empty() ? wf::invalid_data("empty state") : wf::Status();
  }
};

class Memory : public FitInput {
 public:
  explicit Memory(std::vector<wf::Batch> batches, bool fails = false)
      : batches_(std::move(batches)), fails_(fails) {}
  int64_t rows() const override { return 3; }
  int64_t bytes() const override { return 24; }
  const wf::SchemaPtr& schema() const override { return batches_[0].schema_ptr(); }
  wf::Result<std::unique_ptr<Reader>> open() override {
    return std::unique_ptr<Reader>(new Pass{this});
  }

 private:
  struct Pass : Reader {
    explicit Pass(Memory* of) : memory(of) {}
    wf::Result<std::optional<wf::Batch>> next() override {
      if (memory->fails_) return wf::io_error("the disk is gone");
      if (at == memory->batches_.size()) return std::optional<wf::Batch>();
      return std::optional<wf::Batch>(memory->batches_[at++]);
    }
    Memory* memory;
    size_t at = 0;
  };
  std::vector<wf::Batch> batches_;
  bool fails_;
};

TEST(Instance, FitsAnEstimator) {
  Services services;
  auto instance = make<Sum>(services);
  ASSERT_TRUE(instance->is_estimator());
  ASSERT_TRUE(instance->configure({}).ok());
  ASSERT_TRUE(instance->bind(request("a:int64")).ok());
  Memory input({batch("a:int64\n1\n2"), batch("a:int64\n4")});
  std::string state;
  const auto sink = [&](std::string_view part) { return state += part, wf::Status(); };
  const wf::Status s = instance->fit(input, sink);
  ASSERT_TRUE(s.ok()) << s.to_string();
  EXPECT_EQ(state, "14/3");
  EXPECT_EQ(
      instance->fit(input, [](std::string_view) { return wf::io_error("disk full"); }).message(),
      "disk full");
  Memory broken({batch("a:int64\n1")}, true);
  EXPECT_EQ(instance->fit(broken, sink).message(), "spool: read: the disk is gone");
  EXPECT_EQ(instance->load("").message(), "empty state");
}

/// A sink whose committer keeps a list.
class Ledger : public wf::Sink<> {
 public:
  static constexpr auto kInfo = wf::component("t.ledger").version("1.0.0");
  struct Book : wf::Committer {
    std::string staged, done;
    wf::Result<std::string> prepare(uint64_t epoch) override {
      return std::to_string(epoch) + staged;
    }
    wf::Status commit(uint64_t, std::string_view, std::string_view blob) override {
      return done = blob, wf::Status();
    }
    wf::Status abort(uint64_t, std::string_view) override {
      return wf::not_found("nothing staged");
    }
  };
  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host&, const void*,
                                                                   std::string_view key,
                                                                   std::string_view) {
    if (key != "book") return wf::not_found("no such key");
    return std::unique_ptr<wf::Committer>(new Book);
  }

 protected:
  std::string commit_key() const override { return "book"; }
  wf::Status attach(wf::Committer& committer) override {
    return book_ = static_cast<Book*>(&committer), wf::Status();
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    book_->staged += "+" + std::to_string(in.rows());
    return {};
  }

 private:
  Book* book_ = nullptr;
};

TEST(Instance, CommitsThroughTheCommitter) {
  Services services;
  Rows rows;
  auto first = make<Ledger>(services);
  ASSERT_TRUE(first->is_committing());
  ASSERT_TRUE(first->configure({}).ok());
  EXPECT_EQ(*first->commit_key(), "book");
  EXPECT_EQ(first->create_committer(services, Instance::From::configuration, "other", "0")
                .status()
                .message(),
            "no such key");
  auto committer = first->create_committer(services, Instance::From::configuration, "book", "0");
  ASSERT_TRUE(committer.ok());
  ASSERT_TRUE(first->attach(**committer).ok());
  BindRequest ask = request("a:int64");
  ask.outputs.clear();
  ASSERT_TRUE(first->bind(ask).ok());
  ASSERT_TRUE(first->open().ok());
  ASSERT_TRUE(first->process(0, batch("a:int64\n1\n2"), rows).ok());
  EXPECT_EQ(*(*committer)->prepare(4), "4+2");
  EXPECT_TRUE((*committer)->commit(4, "hash", "4+2").ok());
  EXPECT_EQ((*committer)->abort(4, "").code(), wf::Code::not_found);
  EXPECT_EQ((*committer)->recover()->epoch, -1);
  EXPECT_EQ(first->commit_mode(), wf::CommitMode::follows);
  EXPECT_FALSE((*committer)->sends_later());
  EXPECT_EQ(rows.counts[WF_COUNT_PASSED], 2);
}

/// What a transactional sink offers beyond a Ledger.
class Bank : public wf::Sink<> {
 public:
  static constexpr auto kInfo = wf::component("t.bank").version("1.0.0");
  static constexpr bool kSendsLater = true;
  struct Vault : Ledger::Book {
    wf::Result<Recorded> recover() override { return Recorded{7, "abc"}; }
    int64_t delivered() override { return 6; }
    void cancel() override { staged = "cancelled"; }
  };
  static wf::Result<std::unique_ptr<wf::Committer>> make_committer(const wf::Host&, const Bank* of,
                                                                   std::string_view,
                                                                   std::string_view shard) {
    if (!of) return wf::not_implemented("only with a configuration");
    auto vault = std::make_unique<Vault>();
    vault->staged = shard;
    return std::unique_ptr<wf::Committer>(std::move(vault));
  }

 protected:
  wf::CommitMode commit_mode() const override { return wf::CommitMode::decides; }
  uint32_t replay() const override { return WF_REPLAY_EXACT; }
  std::string shared_options() const override { return "fast"; }
  wf::Status process(const wf::Batch&, wf::Emitter&) override { return {}; }
};

TEST(Instance, ACommitterThatDecidesKeepsARecord) {
  Services services;
  auto bank = make<Bank>(services);
  EXPECT_EQ(bank->commit_mode(), wf::CommitMode::decides);
  EXPECT_EQ(bank->replay(), WF_REPLAY_EXACT);
  EXPECT_EQ(*bank->shared_options(), "fast");
  EXPECT_EQ(
      bank->create_committer(services, Instance::From::stored_key, "", "s").status().message(),
      "only with a configuration");
  auto committer = bank->create_committer(services, Instance::From::configuration, "", "shard 0");
  ASSERT_TRUE(committer.ok());
  const auto recorded = (*committer)->recover();
  ASSERT_TRUE(recorded.ok());
  EXPECT_EQ(recorded->epoch, 7);
  EXPECT_EQ(recorded->manifest_hash, "abc");
  ASSERT_TRUE((*committer)->sends_later());
  EXPECT_EQ((*committer)->delivered(), 6);
  EXPECT_EQ(*(*committer)->prepare(8), "8shard 0");
  (*committer)->cancel();
  EXPECT_EQ(*(*committer)->prepare(9), "9cancelled");
}

/// Counts rows by key in the host's state, tells the counts by timer, keeps a sum itself.
class Tally : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("t.tally").version("1.0.0").stateful().cardinality(wf::Cardinality::regroup);
  static constexpr bool kHasState = true;
  static constexpr bool kHasTimers = true;

 protected:
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    wf::StateTable counts(host(), 3);
    WF_ASSIGN(const auto before, counts.get("rows"));
    const int64_t sum = (before ? std::stoi(std::string(*before)) : 0) + in.rows();
    WF_TRY(counts.put("rows", std::to_string(sum)));
    WF_TRY(counts.put("gone", "x"));
    WF_TRY(counts.erase("gone"));
    std::string seen;
    WF_TRY(counts.scan("", "", [&](std::string_view key, std::string_view value) {
      seen += std::string(key) + "=" + std::string(value);
      return true;
    }));
    host().log(wf::LogLevel::info, seen + " of " + std::to_string(counts.size()->entries));
    host().count_rows(WF_COUNT_FILTERED, 5);
    host().cut_rows();
    host().let_sources_rest(true, "full");
    WF_TRY(host().set_timer(wf::TimeKind::processing, 12, "k"));
    WF_TRY(host().cancel_timer(wf::TimeKind::event, 13, "k"));
    out.watermark(host().watermark() + 1);
    total_ += in.rows();
    return {};
  }
  wf::Status on_watermark(int64_t us, wf::Emitter&) override {
    host().log(wf::LogLevel::info, "watermark " + std::to_string(us));
    return {};
  }
  wf::Status on_timer(wf::TimeKind time, int64_t at, std::string_view key,
                      wf::Emitter& out) override {
    host().log(wf::LogLevel::info,
               std::string(time == wf::TimeKind::event ? "event " : "processing ") +
                   std::to_string(at) + " " + std::string(key));
    return out.more(), wf::Status();
  }
  wf::Result<std::string> snapshot(uint64_t epoch) override {
    return std::to_string(epoch) + ":" + std::to_string(total_);
  }
  wf::Status restore(std::string_view bytes) override {
    host().log(wf::LogLevel::info, "restored " + std::string(bytes));
    return {};
  }

 private:
  int64_t total_ = 0;
};

/// Services with a store and timers that say what they are asked.
class StatefulServices : public Services, public KeyedStore, public TimerService {
 public:
  wf::Result<std::optional<std::string_view>> get(uint32_t, std::string_view key) override {
    const auto found = rows.find(std::string(key));
    return found == rows.end() ? std::nullopt : std::optional<std::string_view>(found->second);
  }
  wf::Status put(uint32_t table, std::string_view key, std::string_view value) override {
    if (table != 3) return wf::internal_error("another table");
    return rows[std::string(key)] = value, wf::Status();
  }
  wf::Status erase(uint32_t, std::string_view key) override {
    return rows.erase(std::string(key)), wf::Status();
  }
  wf::Status scan(uint32_t, std::string_view, std::string_view, const Visit& visit) override {
    for (const auto& [key, value] : rows)
      if (!visit(key, value)) break;
    return {};
  }
  wf::Result<Size> size(uint32_t) override { return Size{static_cast<int64_t>(rows.size()), 0}; }
  wf::Status set(wf::TimeKind, int64_t at, std::string_view key) override {
    return timers_set += std::to_string(at) + std::string(key), wf::Status();
  }
  wf::Status cancel(wf::TimeKind, int64_t at, std::string_view key) override {
    return timers_set += "-" + std::to_string(at) + std::string(key), wf::Status();
  }
  int64_t watermark() override { return 40; }
  KeyedStore* keyed_state() override { return this; }
  TimerService* timers() override { return this; }
  void count_rows(uint32_t what, int64_t count) override { counted[what] += count; }
  void let_sources_rest(bool rest, std::string_view reason) override {
    pressure = rest ? reason : "";
  }
  std::map<std::string, std::string> rows;
  std::map<uint32_t, int64_t> counted;
  std::string timers_set, pressure;
};

TEST(Instance, StateTimersAndWatermarks) {
  StatefulServices services;
  struct : Rows {
    void watermark(int64_t us) override { marks.push_back(us); }
    std::vector<int64_t> marks;
  } rows;
  auto tally = make<Tally>(services);
  ASSERT_TRUE(tally->has_state() && tally->has_timers());
  ASSERT_TRUE(tally->configure({}).ok());
  ASSERT_TRUE(tally->bind(request("a:int64")).ok());
  ASSERT_TRUE(tally->open().ok());
  ASSERT_TRUE(tally->restore_state("before").ok());
  ASSERT_TRUE(tally->process(0, batch("a:int64\n1\n2"), rows).ok());
  ASSERT_TRUE(tally->process(0, batch("a:int64\n3"), rows).ok());
  EXPECT_EQ(rows.marks, (std::vector<int64_t>{41, 41}));
  EXPECT_EQ(services.rows, (std::map<std::string, std::string>{{"rows", "3"}}));
  EXPECT_EQ(services.timers_set, "12k-13k12k-13k");
  EXPECT_EQ(services.counted[WF_COUNT_FILTERED], 10);
  EXPECT_EQ(services.pressure, "full");
  EXPECT_EQ(*tally->on_watermark(50, rows), Step::go_on);
  EXPECT_EQ(*tally->on_timer(wf::TimeKind::processing, 12, "k", rows), Step::more);
  EXPECT_EQ(services.logs,
            (std::vector<std::string>{"restored before", "rows=2 of 1", "rows=3 of 1",
                                      "watermark 50", "processing 12 k"}));
  auto frozen = tally->freeze(9);
  ASSERT_TRUE(frozen.ok());
  ASSERT_TRUE(tally->process(0, batch("a:int64\n4"), rows).ok());  // not in the view
  std::string bytes;
  ASSERT_TRUE(tally
                  ->write_state(*frozen,
                                [&](std::string_view part) {
                                  bytes += part;
                                  return wf::Status();
                                })
                  .ok());
  EXPECT_EQ(bytes, "9:3");
}

TEST(Instance, AHostWithoutStateSaysSo) {
  Services services;
  Rows rows;
  auto tally = make<Tally>(services);
  ASSERT_TRUE(tally->configure({}).ok());
  ASSERT_TRUE(tally->bind(request("a:int64")).ok());
  ASSERT_TRUE(tally->open().ok());
  EXPECT_EQ(tally->process(0, batch("a:int64\n1"), rows).status().message(),
            "this task has no state by key");
}

wf::Result<std::unique_ptr<Instance>> create_from(const std::filesystem::path& file, const char* id,
                                                  HostServices& services) {
  WF_ASSIGN(const Library* library, Library::load(file));
  return Instance::create(*library->find(id), services);
}

TEST(Instance, AThrowingConstructorIsAnError) {
  NullServices services;
  EXPECT_EQ(
      create_from(test::bad("throws_in_create"), "throws.pass", services).status().to_string(),
      "internal: exception: the moon is full");
  EXPECT_EQ(create_from(test::bad("throws_raw"), "raw.pass", services).status().to_string(),
            "internal: create threw: out of the library");
}

TEST(Instance, MissingFunctionsOfAPlainCPluginAreFilledIn) {
  NullServices services;
  Rows rows;
  auto made = create_from(test::built("example_plugins/hello.so"), "hello.length", services);
  ASSERT_TRUE(made.ok()) << made.status().to_string();
  Instance& hello = **made;
  ASSERT_TRUE(hello.configure({{"column", wf::Value("s")}}).ok());
  const BindReply reply = hello.bind(request("s:utf8 v:sparse"));
  ASSERT_TRUE(reply.ok()) << reply.status.to_string();
  EXPECT_EQ(reply.outputs[0]->field(1).meta(wf::kExtensionName), wf::kSparseExtension);
  ASSERT_TRUE(hello.open().ok());
  const wf::Batch in = batch("s:utf8 v:sparse\nx|{}\nabc|{1:2}\nnull|{}\n\"\"|{}\nüü|{0:1}");
  ASSERT_TRUE(hello.process(0, in.slice(1, 4), rows).ok());
  EXPECT_EQ(
      rows.text,
      "0> s:utf8 v:sparse length:int64\nabc | {1:2} | 3\nnull | {} | null\n\"\" | {} | 0\nüü | "
      "{0:1} | 4\n");
  EXPECT_EQ(*hello.finish_input(0, rows), Step::go_on);
  EXPECT_EQ(*hello.finish(rows), Step::go_on);
  EXPECT_TRUE(hello.close().ok());
  EXPECT_FALSE(hello.is_source());
  EXPECT_EQ(hello.snapshot().status().code(), wf::Code::not_implemented);
  hello.cancel();
  hello.wake();
  auto refused = create_from(test::built("example_plugins/hello.so"), "hello.length", services);
  ASSERT_TRUE((*refused)->configure({{"column", wf::Value("nix")}}).ok());
  const BindReply absent = (*refused)->bind(request("s:utf8"));
  EXPECT_EQ(absent.status.message(), "the input has no text column of that name");
  EXPECT_EQ(absent.status.place()->key, "column");
}

TEST(OutputNames, ADynamicPortStandsForTheNamesOfItsKey) {
  ComponentInfo info;
  info.outputs.resize(2);
  info.outputs[0].name = "rest";
  info.outputs[1].name = "*";
  info.outputs[1].dynamic = true;
  info.outputs[1].names_from = "parts";
  EXPECT_EQ(
      output_names(
          info, {{"parts", wf::Value(wf::Value::Table{{"b", wf::Value(1)}, {"a", wf::Value(2)}})}}),
      (std::vector<std::string>{"rest", "b", "a"}));
  EXPECT_EQ(output_names(info, {{"parts", wf::Value(wf::Value::List{wf::Value("x")})}}),
            (std::vector<std::string>{"rest", "x"}));
  EXPECT_EQ(output_names(info, {}), std::vector<std::string>{"rest"});
}

}  // namespace
}  // namespace weirflow::plugin
