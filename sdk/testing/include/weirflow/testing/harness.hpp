// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One task without an engine: drives one instance through its C ABI as the host does, and keeps
/// what comes out. For the tests of plugins, in any test framework.
///
///   auto h = wf::testing::Harness::of<Flag>();               // or Harness(wf_component_class*)
///   EXPECT_TRUE(h.run({{"column", "score"}}, {wf::testing::batch("score:float64\n 0.7")}).ok());
///   EXPECT_EQ(h.text(), "score:float64 flag:bool\n0.7 | true\n");
///   EXPECT_TRUE(h.conservation().ok());
///
/// run() is configure, bind, open, push..., finish, commit, close; each can be called by itself.
/// Sources: start() and drain(). Actions: start() and act(). Estimators: fit() gives the state,
/// load() before bind() takes it.
///
/// Besides what the component answers, the harness checks that every input batch is released
/// exactly once, that every emitted batch fits the schema that bind announced, and that the
/// counters add up. Threads: one, except cancel() and wake(). Errors: the component's own Status;
/// internal when the component broke a rule of the ABI.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/testing/detail/session.hpp"

namespace wf::testing {

class Harness {
 public:
  explicit Harness(const wf_component_class* cls) : impl_(std::make_unique<detail::Session>()) {
    impl_->cls = cls;
    impl_->create();
  }
  /// For a component class of the SDK.
  template <typename T>
  static Harness of() {
    return Harness(Trampoline<T>::component_class());
  }
  Harness(Harness&&) = default;
  ~Harness() {
    if (impl_) impl_->destroy();
  }

  /// The mock host: set the clock, the budget, the threads; read logs, metrics and memory.
  MockHost& host() { return impl_->host; }

  /// Checks names against the descriptor, fills in defaults, and configures. A single value given
  /// for a list key is made a list of one.
  Status configure(Value::Table values = {});

  /// Names of dynamic inputs, before bind; default "in0", "in1", ...
  void input_names(std::vector<std::string> names) { impl_->given_input_names = std::move(names); }
  /// Input schemas in port order; nullopt: unconnected or unknown. Missing ones are unconnected.
  Status bind(const std::vector<std::optional<Schema>>& inputs = {});
  /// After bind: the columns of an output, or nothing while unknown.
  [[nodiscard]] const std::optional<Schema>& output_schema(int port = 0) const {
    return impl_->outputs[static_cast<size_t>(port)].schema;
  }
  [[nodiscard]] const std::vector<std::string>& output_names() const { return impl_->output_names; }
  /// Bytes that bind remembered; given back at the next bind.
  [[nodiscard]] const std::string& remembered() const { return impl_->remembered; }
  /// What bind reported besides its answer.
  [[nodiscard]] const std::vector<Status>& warnings() const { return impl_->warnings; }
  [[nodiscard]] const std::vector<Status>& errors() const { return impl_->errors; }

  /// Makes and attaches the committer of a sink that has one, then opens.
  Status open();
  /// configure, bind, open.
  Status start(Value::Table values = {}, const std::vector<std::optional<Schema>>& inputs = {}) {
    WF_TRY(configure(std::move(values)));
    WF_TRY(bind(inputs));
    return open();
  }
  /// One batch, then calls without input for as long as the component asks for MORE. After DONE
  /// further batches are dropped.
  Status push(const Batch& batch, int port = 0);
  /// The same with an array of the test's own making, which is taken over: sliced, with unknown
  /// null counts, or wrong. `rows`: what refuse_row() shows and what is counted as input.
  Status push_array(ArrowArray* array, const Batch& rows, int port = 0);
  /// finish_input of every connected input, then finish.
  Status finish();
  Status finish_input(int port);
  /// Sources: calls next until the end, or `max_calls` times. Answers true at the end.
  Result<bool> drain(int max_calls = 1'000'000, Duration max_wait = Duration(0));
  /// Sources: one call of next; WF_SOURCE_MORE, _IDLE or _END.
  Result<int32_t> next(Duration max_wait = Duration(0));
  /// Actions: runs until DONE.
  Status act();
  /// Sinks with a committer: prepares and commits the epoch.
  Status commit(uint64_t epoch = 1);
  Result<std::string> prepare(uint64_t epoch = 1);
  Status commit_blob(std::string_view blob, uint64_t epoch = 1,
                     std::string_view manifest_hash = "");
  Status abort_blob(std::string_view blob, uint64_t epoch = 1);
  Status close();
  /// The whole life over batches of one schema on input 0.
  Status run(Value::Table values, const std::vector<Batch>& batches);

  /// [any]
  void cancel() {
    impl_->host.cancelled = true;
    if (impl_->fn.cancel) impl_->fn.cancel(impl_->instance);
  }
  void wake() {
    if (impl_->fn.wake) impl_->fn.wake(impl_->instance);
  }

  /// Estimators: start() first. The state that fit wrote.
  Result<std::string> fit(const std::vector<Batch>& batches);
  /// Estimators: after configure, before bind.
  Status load(std::string_view state);
  /// Sources: the position; other components: their state (wf.state/1). Given to restore() of
  /// another harness after open(); state by key is handed over by host().state().
  Result<std::string> snapshot(uint64_t epoch = 0);
  Status restore(std::string_view bytes);
  /// Sources.
  void committed(uint64_t epoch);
  void paused(bool is_paused);
  void retired(uint64_t epoch);
  /// Event timers up to `us` in order, then on_watermark(); a value not above the last does
  /// nothing.
  Status advance_watermark(int64_t us);
  /// Sets the host's clock and fires the processing timers up to it.
  Status advance_time(int64_t now_us);
  /// Sinks whose committer decides: after open().
  Result<Committer::Recorded> recover();

  /// Answers PAUSE to every emit, as a full queue does.
  void pause_outputs(bool on) { impl_->pause = on; }
  /// Answers CLOSED on this output from now on.
  void close_output(int port = 0) { impl_->closed.insert(static_cast<uint32_t>(port)); }

  /// How often the component said that its watermark is idle.
  [[nodiscard]] int64_t idle_watermarks() const { return impl_->idle_watermarks; }
  /// Watermarks that the component emitted, in order.
  [[nodiscard]] const std::vector<int64_t>& watermarks() const { return impl_->watermarks; }
  [[nodiscard]] const std::vector<Batch>& output(int port = 0) const {
    return impl_->outputs[static_cast<size_t>(port)].batches;
  }
  /// All rows of an output as batch text: header and rows; the header alone when there are none.
  [[nodiscard]] std::string text(int port = 0) const {
    const auto& out = impl_->outputs[static_cast<size_t>(port)];
    if (!out.batches.empty()) return to_text(out.batches);
    return out.schema ? to_text(*out.schema) + "\n" : "";
  }
  /// All cells of one column of an output, as batch text writes them.
  [[nodiscard]] std::vector<std::string> column(std::string_view name, int port = 0) const;
  [[nodiscard]] std::vector<Refused> refused() const { return impl_->host.refused(); }
  [[nodiscard]] Counters counters() const;
  /// Ok when the counters of the attempt satisfy the component's cardinality.
  [[nodiscard]] Status conservation() const;
  /// A key of the task's result, null when not set.
  [[nodiscard]] Value result(const std::string& key) const {
    const auto results = impl_->host.results();
    const auto found = results.find(key);
    return found == results.end() ? Value() : found->second;
  }
  /// Input batches that the component still holds; 0 is expected after close().
  [[nodiscard]] int64_t unreleased() const {
    return std::count_if(impl_->tracked.begin(), impl_->tracked.end(),
                         [](const auto& t) { return !t->released; });
  }
  /// Input batches whose release was called a second time.
  [[nodiscard]] int64_t released_twice() const { return impl_->released_twice; }
  [[nodiscard]] bool is_done() const { return impl_->done; }
  /// The instance itself, null when create refused.
  [[nodiscard]] wf_instance* instance() const { return impl_->instance; }
  /// What create answered.
  [[nodiscard]] const Status& created() const { return impl_->created; }
  [[nodiscard]] const wf_descriptor& descriptor() const { return *impl_->cls->descriptor; }

 private:
  Status fire(TimeKind time, int64_t up_to_us);
  std::unique_ptr<detail::Session> impl_;
};

}  // namespace wf::testing

#include "weirflow/testing/detail/harness_impl.hpp"
