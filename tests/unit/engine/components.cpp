// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "components.h"

#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <fstream>

#include "engine/builtin.h"

namespace weirflow::testing {

Kept& kept() {
  static Kept store;
  return store;
}

std::vector<int64_t> rows_of(const std::string& name) {
  const std::lock_guard lock(kept().mutex);
  return kept().rows[name];
}

namespace {

wf::Batch numbers(const wf::SchemaPtr& schema, const std::vector<int64_t>& values) {
  wf::Int64Builder builder;
  builder.append(values.data(), static_cast<int64_t>(values.size()));
  return wf::Batch(schema, static_cast<int64_t>(values.size()), {builder.finish()});
}

struct NumbersConfig {
  int64_t rows = 10;
  int64_t batch = 3;
  int64_t start = 0;
};
class Numbers final : public wf::Source<NumbersConfig> {
 public:
  static constexpr auto kInfo = wf::component("test.numbers").version("1.0.0");
  static constexpr auto kConfig =
      wf::fields(wf::field("rows", &NumbersConfig::rows), wf::field("batch", &NumbersConfig::batch),
                 wf::field("start", &NumbersConfig::start));
  wf::Status bind(wf::SchemaBuilder& out) override { return out.add({"n", wf::Type::int64}); }
  wf::Status next(wf::Emitter& out, wf::Duration) override {
    std::vector<int64_t> values;
    while (at_ < config().rows && static_cast<int64_t>(values.size()) < config().batch)
      values.push_back(config().start + at_++);
    out.read(static_cast<int64_t>(values.size()));
    if (!values.empty()) out.emit(numbers(out.schema(), values));
    if (at_ == config().rows) out.done();
    return {};
  }

 private:
  int64_t at_ = 0;
};

struct AddConfig {
  int64_t by = 1;
};
class Add final : public wf::Transform<AddConfig> {
 public:
  static constexpr auto kInfo = wf::component("test.add").version("1.0.0").concurrent();
  static constexpr auto kConfig = wf::fields(wf::field("by", &AddConfig::by));
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<int64_t> values;
    for (int64_t i = 0; i < in.rows(); ++i)
      values.push_back(in.numbers<int64_t>(0)[i] + config().by);
    out.emit(numbers(out.schema(), values));
    return {};
  }
};

struct OddConfig {
  std::vector<int64_t> refuse;
};
class Odd final : public wf::Transform<OddConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("test.odd").version("1.0.0").cardinality(wf::Cardinality::filter).concurrent();
  static constexpr auto kConfig = wf::fields(wf::field("refuse", &OddConfig::refuse));
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<int64_t> values;
    int64_t even = 0;
    for (int64_t i = 0; i < in.rows(); ++i) {
      const int64_t n = in.numbers<int64_t>(0)[i];
      if (std::count(config().refuse.begin(), config().refuse.end(), n))
        out.refuse(i, "unwanted", "n is " + std::to_string(n));
      else if (n % 2)
        values.push_back(n);
      else
        ++even;
    }
    out.filtered(even);
    out.emit(numbers(out.schema(), values));
    return {};
  }
};

class Split3 final : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("test.split3").version("1.0.0").cardinality(wf::Cardinality::route);
  static constexpr auto kPorts =
      wf::ports(wf::input("in"), wf::output("a"), wf::output("b"), wf::output("c"));
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    std::vector<int64_t> parts[3];
    for (int64_t i = 0; i < in.rows(); ++i) {
      const int64_t n = in.numbers<int64_t>(0)[i];
      parts[((n % 3) + 3) % 3].push_back(n);
    }
    for (int k = 0; k < 3; ++k) out.emit(k, numbers(out.schema(k), parts[k]));
    return {};
  }
};

class Double final : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("test.double").version("1.0.0").cardinality(wf::Cardinality::expand);
  /// Emits the first copy, and the second when it is called again: exercises MORE.
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    out.emit(in);
    again_ = in;
    out.more();
    return {};
  }
  wf::Status resume(wf::Emitter& out) override {
    out.emit(again_);
    again_ = {};
    return {};
  }

 private:
  wf::Batch again_;
};

class Sum final : public wf::Transform<> {
 public:
  static constexpr auto kInfo =
      wf::component("test.sum").version("1.0.0").cardinality(wf::Cardinality::regroup).stateful();
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    for (int64_t i = 0; i < in.rows(); ++i) sum_ += in.numbers<int64_t>(0)[i];
    return {};
  }
  wf::Status finish(wf::Emitter& out) override {
    out.emit(numbers(out.schema(), {sum_}));
    return host().set_result("sum", sum_);
  }

 private:
  int64_t sum_ = 0;
};

struct FirstConfig {
  int64_t rows = 5;
};
class First final : public wf::Transform<FirstConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("test.first").version("1.0.0").cardinality(wf::Cardinality::filter).stateful();
  static constexpr auto kConfig = wf::fields(wf::field("rows", &FirstConfig::rows));
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    const int64_t n = std::min(in.rows(), config().rows - seen_);
    seen_ += n;
    out.filtered(in.rows() - n);
    out.emit(in.slice(0, n));
    if (seen_ == config().rows) out.done();
    return {};
  }

 private:
  int64_t seen_ = 0;
};

class Mean final : public wf::Estimator<> {
 public:
  static constexpr auto kInfo = wf::component("test.mean").version("1.0.0").concurrent();
  wf::Status fit(const wf::Spool& in, std::string& state) override {
    int64_t sums[2] = {0, 0};
    for (int64_t& sum : sums) {  // two passes: the spool can be read again
      WF_ASSIGN(auto reader, in.open());
      for (;;) {
        WF_ASSIGN(auto batch, reader.next());
        if (!batch) break;
        for (int64_t i = 0; i < batch->rows(); ++i) sum += batch->numbers<int64_t>(0)[i];
      }
    }
    if (sums[0] != sums[1]) return wf::internal_error("two passes saw different rows");
    const int64_t mean = in.rows() ? sums[0] / in.rows() : 0;
    state.assign(reinterpret_cast<const char*>(&mean), sizeof(mean));
    return {};
  }
  wf::Status load(std::span<const std::byte> state) override {
    if (state.size() != sizeof(int64_t)) return wf::invalid_data("not a mean");
    state_ = state;  // it lives as long as the component
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    int64_t mean = 0;
    std::memcpy(&mean, state_.data(), sizeof(mean));
    std::vector<int64_t> values;
    for (int64_t i = 0; i < in.rows(); ++i) values.push_back(in.numbers<int64_t>(0)[i] - mean);
    out.emit(numbers(out.schema(), values));
    return {};
  }

 private:
  std::span<const std::byte> state_;
};

struct KeepConfig {
  std::string name;
};
class Keep final : public wf::Sink<KeepConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("test.keep").version("1.0.0").stateful().replay(wf::Replay::exact);
  static constexpr auto kConfig = wf::fields(wf::field("name", &KeepConfig::name).required());
  wf::Status open() override {
    const std::lock_guard lock(kept().mutex);
    kept().rows[config().name].clear();
    return {};
  }
  wf::Status process(const wf::Batch& in, wf::Emitter&) override {
    const std::lock_guard lock(kept().mutex);
    const int i = in.schema().index_of("n");
    for (int64_t k = 0; k < in.rows(); ++k)
      kept().rows[config().name].push_back(i < 0 ? k : in.numbers<int64_t>(i)[k]);
    return {};
  }
};

struct FailConfig {
  std::string name;
  int64_t at = 0;
  int64_t times = 1;
  std::string how = "unavailable";
};
class Fail final : public wf::Transform<FailConfig> {
 public:
  static constexpr auto kInfo = wf::component("test.fail").version("1.0.0").stateful();
  static constexpr auto kConfig =
      wf::fields(wf::field("name", &FailConfig::name).required(), wf::field("at", &FailConfig::at),
                 wf::field("times", &FailConfig::times), wf::field("how", &FailConfig::how));
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    for (int64_t i = 0; i < in.rows(); ++i)
      if (in.numbers<int64_t>(0)[i] == config().at) {
        const std::lock_guard lock(kept().mutex);
        if (kept().failures[config().name]++ < config().times) {
          if (config().how == "throw") throw std::runtime_error("thrown");
          if (config().how == "final") return wf::io_error("never").retryable(false);
          if (config().how == "config") return wf::invalid_config("cannot ever work");
          return wf::unavailable("not now");
        }
      }
    out.emit(in);
    return {};
  }
};

struct SetConfig {
  wf::Value value;
};
class Set final : public wf::Action<SetConfig> {
 public:
  static constexpr auto kInfo = wf::component("test.set").version("1.0.0");
  static constexpr auto kConfig = wf::fields(wf::field("value", &SetConfig::value));
  wf::Status run() override {
    if (config().value.string() && *config().value.string() == "fail")
      return wf::io_error("told to fail");
    return host().set_result("value", config().value);
  }
};

class Liar final : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("test.liar").version("1.0.0");
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override {
    if (in.rows() > 1) out.emit(in.slice(1, in.rows() - 1));
    return {};
  }
};

class Stuck final : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("test.stuck").version("1.0.0").stateful().blocking();
  wf::Status process(const wf::Batch&, wf::Emitter&) override {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return cancelled_; });
    return wf::cancelled("was told to stop");
  }
  void cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    wake_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool cancelled_ = false;
};

}  // namespace

const wf_entry* test_components() {
  return wf::detail::make_entry<Numbers, Add, Odd, Split3, Double, Sum, First, Mean, Keep, Fail,
                                Set, Liar, Stuck>();
}

namespace {
class MemoryModel final : public engine::FittedModel {
 public:
  explicit MemoryModel(engine::FittedGroup group, std::string version)
      : group_(std::move(group)), version_(std::move(version)) {
    for (const auto& s : group_.states) {
      wf::BufferBuilder<char> bytes;
      bytes.append(s.bytes.data(), s.bytes.size());
      states_[s.member] = bytes.finish();
    }
  }
  const std::string& version() const override { return version_; }
  std::span<const std::byte> state(std::string_view member) const override {
    const auto it = states_.find(std::string(member));
    if (it == states_.end()) return {};
    return {reinterpret_cast<const std::byte*>(it->second.data), it->second.size};
  }
  const std::string& group_text() const override { return group_.group_text; }

 private:
  engine::FittedGroup group_;
  std::string version_;
  std::map<std::string, wf::Buffer> states_;
};
}  // namespace

wf::Result<std::string> MemoryModels::resolve(std::string_view reference) {
  const std::lock_guard lock(mutex_);
  if (lost_) return wf::io_error("the aliases cannot be read");
  if (!reference.ends_with("@champion")) return std::string(reference);
  return std::string(reference.substr(0, reference.find('@') + 1)) + std::to_string(champion_);
}

void MemoryModels::set_champion(size_t version) {
  const std::lock_guard lock(mutex_);
  champion_ = version;
}

void MemoryModels::lose_aliases(bool lost) {
  const std::lock_guard lock(mutex_);
  lost_ = lost;
}

wf::Result<std::shared_ptr<const engine::FittedModel>> MemoryModels::open(
    std::string_view reference) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < stored.size(); ++i) {
    const std::string version = stored[i].model + "@" + std::to_string(i);
    if (reference == version || (i == champion_ && reference == stored[i].model + "@champion"))
      return std::shared_ptr<const engine::FittedModel>(
          std::make_shared<MemoryModel>(stored[i], version));
  }
  return wf::not_found("no model " + std::string(reference));
}

wf::Result<std::string> MemoryModels::store(const engine::FittedGroup& group) {
  const std::lock_guard lock(mutex_);
  stored.push_back(group);
  return group.model + "@" + std::to_string(stored.size() - 1);
}

void EngineTest::SetUp() {
  static std::atomic<int> number{0};
  folder_ = std::filesystem::temp_directory_path() /
            ("weirflow-engine-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
  std::filesystem::create_directories(folder_);
  for (const wf_entry* entry :
       {test_components(), engine::group_components(), engine::show_components()}) {
    const wf::Status added = registry_.add_builtin(entry);
    ASSERT_TRUE(added.ok()) << added.message();
  }
  options_.home = (folder_ / "home").string();
  options_.threads = 2;
  const std::lock_guard lock(kept().mutex);
  kept().rows.clear();
  kept().failures.clear();
}

void EngineTest::TearDown() { std::filesystem::remove_all(folder_); }

void EngineTest::write(const std::string& name, const std::string& text) {
  std::ofstream(folder_ / name) << text;
}

std::optional<dag::Plan> EngineTest::plan(const std::string& text) {
  dag::Sources sources;
  dag::Diagnostics diagnostics;
  const dag::Loaded loaded = dag::read_dag_text("[dag]\nname = \"test\"\n" + text, "test.toml",
                                                folder_.string(), sources, diagnostics);
  std::optional<dag::Plan> made;
  if (diagnostics.errors() == 0) {
    dag::ExpandOptions expand;
    expand.working_folder = folder_.string();
    const dag::Expanded expanded = dag::expand(loaded, expand, sources, diagnostics);
    if (diagnostics.errors() == 0)
      made = dag::make_plan(expanded, "canonical", sources, registry_, {}, diagnostics);
  }
  if (!made) ADD_FAILURE() << dag::render(diagnostics, sources);
  return made;
}

engine::RunReport EngineTest::run_plan(const dag::Plan& plan) {
  engine::Run run(plan, registry_, &models_, options_);
  auto report = run.execute();
  EXPECT_TRUE(report.ok()) << report.status().to_string();
  return report.ok() ? *report : engine::RunReport();
}

engine::RunReport EngineTest::run(const std::string& text) {
  const auto made = plan(text);
  return made ? run_plan(*made) : engine::RunReport();
}

engine::TaskState EngineTest::state(const engine::RunReport& report, const std::string& task) {
  for (const engine::TaskReport& t : report.tasks)
    if (t.task == task && t.kind != dag::NodeKind::fit) return t.state;
  ADD_FAILURE() << "no task " << task;
  return engine::TaskState::pending;
}

}  // namespace weirflow::testing
