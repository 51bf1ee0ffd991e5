// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a plugin author derives from: Transform, Source, Sink, Estimator, Action, and WF_PLUGIN.
///
/// A component class has `static constexpr auto kInfo = wf::component(...)`, and when it needs them
/// `kConfig = wf::fields(...)` and `kPorts = wf::ports(...)`. Every virtual returns a Status; an
/// exception that escapes one is caught and becomes an error, it never crosses the boundary.
///
/// Threads: two of an instance's functions never run at once, except cancel() and wake(), which
/// come from any thread at any time. The thread may change from call to call.

#include <atomic>
#include <cassert>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/abi/draft/commit.h"
#include "weirflow/abi/draft/estimator.h"
#include "weirflow/abi/draft/source.h"
#include "weirflow/abi/draft/state.h"
#include "weirflow/abi/draft/timers.h"
#include "weirflow/abi/entry.h"
#include "weirflow/batch.hpp"
#include "weirflow/bridge.hpp"
#include "weirflow/descriptor.hpp"
#include "weirflow/error.hpp"
#include "weirflow/host.hpp"

namespace wf {

/// An input at bind: its name and, when known, its columns.
struct BindInput {
  std::string name;
  bool connected = false;
  std::optional<Schema> schema;  ///< empty: unconnected, or known only when the region starts
};

/// The question and the answers of bind_ports(). Ports are indices among those of their direction.
class BindContext {
 public:
  [[nodiscard]] const std::vector<BindInput>& inputs() const { return inputs_; }
  /// Names of the outputs, dynamic ones resolved.
  [[nodiscard]] const std::vector<std::string>& output_names() const { return output_names_; }
  [[nodiscard]] bool output_connected(int port) const {
    return output_connected_[static_cast<size_t>(port)];
  }
  /// The columns of an output; starts empty. Not touching an output leaves it without columns.
  SchemaBuilder& output(int port) { return outputs_[static_cast<size_t>(port)]; }
  /// What an earlier bind of the same configuration remembered, or empty.
  [[nodiscard]] std::string_view remembered() const { return remembered_; }
  /// Bytes that the next bind is given (an inferred schema with its file's size and time).
  void remember(std::string bytes) { remember_ = std::move(bytes); }
  /// A further error or a warning besides the Status that bind returns.
  void error(Status status) { errors_.push_back(std::move(status)); }
  void warn(Status status) { warnings_.push_back(std::move(status)); }

 private:
  friend class ComponentBase;
  std::vector<BindInput> inputs_;
  std::vector<std::string> output_names_;
  std::vector<bool> output_connected_;
  std::vector<SchemaBuilder> outputs_;
  std::string_view remembered_;
  std::optional<std::string> remember_;
  std::vector<Status> errors_, warnings_;
};

/// What became of an emitted batch, and what to do next.
enum class Emit { go_on, pause, closed };

/// Where a component puts its rows and says what became of those it did not emit. Valid during the
/// call that it is given to.
///
/// Counting: the SDK counts what a call leaves unsaid. Of the rows of an input batch those refused
/// and those reported by filtered() are taken off; the rest count as passed (map, filter, route,
/// expand, sink) or absorbed (regroup). A component that counts by itself (rows acknowledged
/// later, rows kept for later) says so with `kCountsRows = true` and calls passed(), absorbed().
class Emitter {
 public:
  /// Hands a batch on. `pause` asks to return soon; call more() when there is more to emit.
  Emit emit(int port, const Batch& batch) {
    ArrowArray array{};
    export_batch(batch, &array);
    emitted_ += batch.rows();
    const int32_t answer = abi_->emit(abi_->context, static_cast<uint32_t>(port), &array);
    if (answer < 0 && status_.ok())
      status_ = Status(static_cast<Code>(answer),
                       "the batch emitted on output " + std::to_string(port) + " was not accepted");
    return answer == WF_EMIT_PAUSE      ? Emit::pause
           : answer == WF_EMIT_CONTINUE ? Emit::go_on
                                        : Emit::closed;
  }
  Emit emit(const Batch& batch) { return emit(0, batch); }
  /// The columns that bind announced for an output.
  [[nodiscard]] const SchemaPtr& schema(int port = 0) const {
    return (*schemas_)[static_cast<size_t>(port)];
  }

  /// Refuses row `row` of the current input batch. `code`: a short stable word, e.g. "bad_number".
  void refuse(int64_t row, std::string_view code, std::string_view message) {
    ++refused_;
    if (Status s = host_->refuse_row(port_, row, code, message); !s.ok() && status_.ok())
      status_ = std::move(s);
  }
  /// Refuses a record that never became a row (sources).
  void refuse_raw(std::string_view raw, std::string_view position, std::string_view code,
                  std::string_view message) {
    ++refused_;
    if (Status s = host_->refuse_raw(raw, position, code, message); !s.ok() && status_.ok())
      status_ = std::move(s);
  }
  /// Rows of the input that end here on purpose.
  void filtered(int64_t rows) {
    filtered_ += rows;
    count(WF_COUNT_FILTERED, rows);
  }
  void passed(int64_t rows) { count(WF_COUNT_PASSED, rows); }
  void absorbed(int64_t rows) { count(WF_COUNT_ABSORBED, rows); }
  /// Records read (sources); without it, emitted + refused + filtered count as read.
  void read(int64_t records) {
    read_said_ = true;
    count(WF_COUNT_READ, records);
  }

  /// Sources, and transforms that say emits_watermarks(): the event times of what follows are at
  /// least `us`, late rows apart; microseconds since 1970. See WatermarkTracker for sources with
  /// splits.
  void watermark(int64_t us) {
    if (abi_->struct_size > offsetof(wf_emitter, watermark) && abi_->watermark)
      abi_->watermark(abi_->context, us);
  }

  /// Nothing comes for now, and the watermarks of others need not wait for this one; until the next
  /// batch or watermark.
  void idle_watermark() {
    if (abi_->struct_size > offsetof(wf_emitter, idle) && abi_->idle) abi_->idle(abi_->context);
  }

  /// Call me again without input (resume(), or next() at once) before the next input.
  void more() { verdict_ = WF_MORE; }
  /// No more input is wanted; for a source: the end.
  void done() { verdict_ = WF_DONE; }
  /// A source has nothing for now.
  void idle() { idle_ = true; }

 private:
  friend class ComponentBase;
  Emitter(const wf_emitter* abi, const Host* host, const std::vector<SchemaPtr>* schemas,
          uint32_t port)
      : abi_(abi), host_(host), schemas_(schemas), port_(port) {}
  void count(uint32_t what, int64_t rows) {
    if (rows) abi_->count(abi_->context, what, rows);
  }
  const wf_emitter* abi_;
  const Host* host_;
  const std::vector<SchemaPtr>* schemas_;
  uint32_t port_;
  int32_t verdict_ = WF_CONTINUE;
  bool idle_ = false, read_said_ = false;
  int64_t emitted_ = 0, refused_ = 0, filtered_ = 0;
  Status status_;
};

/// The rows to fit on: complete, re-readable, in order. Valid during fit().
class Spool {
 public:
  explicit Spool(const wf_spool* abi) : abi_(abi) {}
  [[nodiscard]] int64_t rows() const { return abi_->rows; }
  [[nodiscard]] int64_t bytes() const { return abi_->bytes; }

  /// One pass from the first row. Several may be open; each is used by one thread.
  class Reader {
   public:
    Reader(Reader&& o) noexcept : stream_(o.stream_), schema_(std::move(o.schema_)) {
      o.stream_.release = nullptr;
    }
    Reader& operator=(Reader&&) = delete;
    ~Reader() {
      if (stream_.release) stream_.release(&stream_);
    }
    [[nodiscard]] const SchemaPtr& schema() const { return schema_; }
    /// The next batch, or nothing at the end. Batches may be kept while fit() runs.
    Result<std::optional<Batch>> next() {
      ArrowArray array{};
      if (const int code = stream_.get_next(&stream_, &array)) return failed("read", code);
      if (!array.release) return std::optional<Batch>();
      WF_ASSIGN(Batch batch, import_batch(&array, schema_));
      return std::optional<Batch>(std::move(batch));
    }

   private:
    friend class Spool;
    Reader() = default;
    Status failed(const char* what, int code) {
      const char* text = stream_.get_last_error(&stream_);
      return io_error(std::string("spool: ") + what + ": " + (text ? text : std::strerror(code)));
    }
    ArrowArrayStream stream_{};
    SchemaPtr schema_;
  };
  [[nodiscard]] Result<Reader> open() const {
    Reader reader;
    wf_error error = make_error();
    if (const int32_t code = abi_->open_reader(abi_->context, &reader.stream_, &error); code < 0)
      return from_abi(code, error);
    ArrowSchema schema{};
    if (const int code = reader.stream_.get_schema(&reader.stream_, &schema))
      return reader.failed("schema", code);
    WF_ASSIGN(Schema columns, import_schema(&schema));
    reader.schema_ = std::make_shared<const Schema>(std::move(columns));
    return reader;
  }

 private:
  const wf_spool* abi_;
};

/// The other side of a sink's epochs; see abi/draft/commit.h for the protocol and its promises.
class Committer {
 public:
  virtual ~Committer() = default;
  /// Everything the attached sinks took is staged and durable; the blob says how to commit it.
  virtual Result<std::string> prepare(uint64_t epoch) = 0;
  /// Makes it visible. Idempotent; after a crash called on a fresh object with the blob alone.
  virtual Status commit(uint64_t epoch, std::string_view manifest_hash, std::string_view blob) = 0;
  /// Removes what was staged. Idempotent. Empty blob: whatever was not prepared.
  virtual Status abort(uint64_t epoch, std::string_view blob) = 0;

  /// What the other side has on record.
  struct Recorded {
    int64_t epoch = -1;  ///< -1: none
    std::string manifest_hash;
  };
  /// First of all calls: what an earlier process left open can commit no more; then the record.
  /// Only for those that decide (CommitMode::decides).
  virtual Result<Recorded> recover() { return Recorded(); }
  /// [any] The last epoch of which everything has its verdict, -1 for none of this committer's.
  /// Only asked when kSendsLater is set: when commit() returns before all is sent.
  virtual int64_t delivered() { return -1; }
  /// [any] A running call returns soon.
  virtual void cancel() {}
};

/// How a sink takes part in epochs: not at all, rolled forward behind the commit point, or its
/// commit is the commit point.
enum class CommitMode : uint32_t {
  none = WF_COMMIT_NONE,
  follows = WF_COMMIT_FOLLOWS,
  decides = WF_COMMIT_DECIDES,
};

template <typename T>
struct Trampoline;

class ComponentBase {
 public:
  virtual ~ComponentBase() = default;
  ComponentBase() = default;
  ComponentBase(const ComponentBase&) = delete;
  ComponentBase& operator=(const ComponentBase&) = delete;

  /// True: the component counts passed and absorbed rows itself, see Emitter.
  static constexpr bool kCountsRows = false;
  /// True: snapshot() and restore() hold state for checkpoints (sources always have them).
  static constexpr bool kHasState = false;
  /// True: on_watermark() and on_timer() are called, and timers can be set.
  static constexpr bool kHasTimers = false;
  /// True: its committer goes on sending after commit(), see Committer::delivered().
  static constexpr bool kSendsLater = false;

 protected:
  /// Input columns in, output columns out; for several ports. Pure.
  virtual Status bind_ports(BindContext& context) = 0;
  virtual Status open() { return {}; }
  /// One batch of input `port`.
  virtual Status process_port(int port, const Batch& in, Emitter& out) {
    (void)port, (void)in, (void)out;
    return not_implemented("this component takes no input");
  }
  /// After Emitter::more(): go on without input.
  virtual Status resume(Emitter& out) { return (void)out, Status(); }
  virtual Status finish_input(int port, Emitter& out) { return (void)port, (void)out, Status(); }
  virtual Status finish(Emitter& out) { return (void)out, Status(); }
  /// [any] Stop soon; host().is_cancelled() is already true.
  virtual void cancel() {}
  /// [any] Return early from a waiting next().
  virtual void wake() {}
  virtual Status close() { return {}; }

  [[nodiscard]] const Host& host() const { return *host_; }
  /// Columns of an input, after bind.
  [[nodiscard]] const SchemaPtr& input_schema(int port = 0) const {
    return input_schemas_[static_cast<size_t>(port)];
  }
  [[nodiscard]] const SchemaPtr& output_schema(int port = 0) const {
    return output_schemas_[static_cast<size_t>(port)];
  }
  [[nodiscard]] int input_count() const { return static_cast<int>(input_schemas_.size()); }

  // What each kind adds, reached through extensions.
  virtual Status read_config(const wf_config_item* items, uint32_t n) {
    return (void)items, (void)n, Status();
  }
  virtual bool is_bounded() const { return true; }
  virtual Status next(Emitter& out, Duration max_wait) {
    return (void)out, (void)max_wait, not_implemented("not a source");
  }
  /// What restore() of a fresh instance needs to go on behind the last row seen (a source: the last
  /// emitted). At the barrier of `epoch`, 0: at none. A sink first waits, within its own limit,
  /// until the other side has what it took; what it has not is part of the snapshot.
  virtual Result<std::string> snapshot(uint64_t epoch) { return (void)epoch, std::string(); }
  /// After open(), before the first row.
  virtual Status restore(std::string_view snapshot) { return (void)snapshot, Status(); }
  /// Sources: checkpoint `epoch`, and all before it, are committed.
  virtual void committed(uint64_t epoch) { (void)epoch; }
  /// Sources: no checkpoint before `epoch` is kept any more.
  virtual void retired(uint64_t epoch) { (void)epoch; }
  /// Sources: no rows are wanted for now, because those behind do not keep up.
  virtual void paused(bool is_paused) { (void)is_paused; }
  /// The watermark of the inputs has advanced; INT64_MAX once all have ended.
  virtual Status on_watermark(int64_t us, Emitter& out) { return (void)us, (void)out, Status(); }
  /// A timer set by host().set_timer() has come due.
  virtual Status on_timer(TimeKind time, int64_t at_us, std::string_view key, Emitter& out) {
    return (void)time, (void)at_us, (void)key, (void)out, Status();
  }
  virtual int64_t total_bytes() const { return -1; }
  virtual int64_t read_bytes() const { return -1; }
  virtual Status fit(const Spool& in, std::string& state) {
    return (void)in, (void)state, not_implemented("not an estimator");
  }
  virtual Status load(std::span<const std::byte> state) {
    return (void)state, not_implemented("not an estimator");
  }
  virtual std::string commit_key() const { return {}; }
  virtual Status attach(Committer& committer) { return (void)committer, Status(); }
  virtual CommitMode commit_mode() const { return CommitMode::follows; }
  /// WF_REPLAY_* of this configuration; 0: the descriptor's.
  virtual uint32_t replay() const { return 0; }
  /// What must be equal in all sinks with the same commit_key().
  virtual std::string shared_options() const { return {}; }

 private:
  template <typename T>
  friend struct wf::Trampoline;

  Status do_bind(const wf_bind_context& abi);
  int32_t do_process(uint32_t port, ArrowArray* array, const wf_emitter* abi, wf_error* error);
  template <typename Call>
  int32_t run(const wf_emitter* abi, wf_error* error, uint32_t port, int64_t rows, Call&& call);
  void count_unsaid(Emitter& out, int64_t rows);

  std::optional<Host> host_;
  std::vector<SchemaPtr> input_schemas_, output_schemas_;
  uint32_t cardinality_ = WF_CARDINALITY_MAP;
  bool counts_rows_ = false;
  bool source_ = false;
  std::atomic<int> working_{0};
};

/// For a component without configuration.
struct NoConfig {};

namespace detail {
/// Configuration of a component: read by the derived class's kConfig table.
template <typename Config>
class Configured : public ComponentBase {
 public:
  using ConfigType = Config;

 protected:
  /// The values, after configure; constant from then on.
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  template <typename T>
  friend struct wf::Trampoline;
  Config config_{};
};
}  // namespace detail

/// Rows in, rows out. One input and one output unless kPorts says otherwise.
template <typename Config = NoConfig>
class Transform : public detail::Configured<Config> {
 public:
  static constexpr uint32_t kKind = WF_KIND_TRANSFORM;

 protected:
  /// `out` starts with the input's columns.
  virtual Status bind(const Schema& in, SchemaBuilder& out) {
    return (void)in, (void)out, Status();
  }
  virtual Status process(const Batch& in, Emitter& out) {
    return (void)in, (void)out, not_implemented("process");
  }
  Status bind_ports(BindContext& context) override {
    const auto& in = context.inputs()[0];
    for (size_t i = 0; i < context.output_names().size(); ++i) {
      SchemaBuilder& out = context.output(static_cast<int>(i));
      if (!in.schema) {
        out.unknown_yet();
        continue;
      }
      out = SchemaBuilder(*in.schema);
      WF_TRY(bind(*in.schema, out));
    }
    return {};
  }
  Status process_port(int, const Batch& in, Emitter& out) override { return process(in, out); }
};

/// Rows from outside. next() emits about one batch, waits at most `max_wait`, and calls out.done()
/// at the end or out.idle() when there is nothing for now.
template <typename Config = NoConfig>
class Source : public detail::Configured<Config> {
 public:
  static constexpr uint32_t kKind = WF_KIND_SOURCE;

 protected:
  /// `out` starts empty.
  virtual Status bind(SchemaBuilder& out) { return (void)out, not_implemented("bind"); }
  Status bind_ports(BindContext& context) override { return bind(context.output(0)); }
  Status next(Emitter& out, Duration max_wait) override = 0;
  // is_bounded(), snapshot(), restore(), committed(), total_bytes(), read_bytes(): ComponentBase.
};

/// Rows to outside. A sink whose output becomes visible with an epoch answers commit_key() and has
/// `static Result<std::unique_ptr<Committer>> make_committer(const Host&, const T* of,
/// std::string_view key, std::string_view shard)`, T being the class itself and `of` null when what
/// an earlier process left is rolled forward; attach() is then called before open().
template <typename Config = NoConfig>
class Sink : public detail::Configured<Config> {
 public:
  static constexpr uint32_t kKind = WF_KIND_SINK;

 protected:
  virtual Status bind(const Schema& in) { return (void)in, Status(); }
  virtual Status process(const Batch& in, Emitter& out) = 0;
  Status bind_ports(BindContext& context) override {
    return context.inputs()[0].schema ? bind(*context.inputs()[0].schema) : Status();
  }
  Status process_port(int, const Batch& in, Emitter& out) override { return process(in, out); }
};

/// A transform with fitted state: fit() makes the state from the rows, load() takes it before bind
/// in apply. bind() is called without state at plan and with it in the run; see is_fitted().
template <typename Config = NoConfig>
class Estimator : public Transform<Config> {
 public:
  static constexpr uint32_t kKind = WF_KIND_ESTIMATOR;

 protected:
  Status fit(const Spool& in, std::string& state) override = 0;
  /// `state` lives as long as the instance, aligned to 64 bytes.
  Status load(std::span<const std::byte> state) override = 0;
};

/// Work without rows: run() is called until it calls out.done() (or returns without out.more()).
template <typename Config = NoConfig>
class Action : public detail::Configured<Config> {
 public:
  static constexpr uint32_t kKind = WF_KIND_ACTION;

 protected:
  virtual Status run() = 0;

 private:
  template <typename T>
  friend struct wf::Trampoline;

 protected:
  Status bind_ports(BindContext&) override { return {}; }
};

}  // namespace wf

#include "weirflow/detail/trampoline.hpp"

/// Once per library, after the component classes: makes the library's one exported function.
/// The library's name is the part before the dot of the first component's id.
#define WF_PLUGIN(...)                                            \
  extern "C" WF_EXPORT const wf_entry* wf_plugin_entry_v1(void);  \
  extern "C" WF_EXPORT const wf_entry* wf_plugin_entry_v1(void) { \
    return ::wf::detail::make_entry<__VA_ARGS__>();               \
  }
