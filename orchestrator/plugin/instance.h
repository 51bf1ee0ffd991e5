// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One instance of a component, as the host drives it (abi/component.h):
///
///   create, configure, bind (any number of times), open, process*, finish, close, ~Instance
///
/// Threads: as the tags say. [setup] and [worker] calls of one instance never overlap, the thread
/// may change between them; [any] calls come at any time. Builds with assertions check it.
/// Errors: the component's own Status; internal when it breaks a rule of the ABI.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/entry_reader.h"
#include "plugin/host_adapter.h"
#include "weirflow/abi/component.h"
#include "weirflow/abi/draft/commit.h"
#include "weirflow/abi/draft/estimator.h"
#include "weirflow/abi/draft/source.h"
#include "weirflow/abi/draft/state.h"
#include "weirflow/abi/draft/timers.h"
#include "weirflow/batch.hpp"
#include "weirflow/component.hpp"

namespace weirflow::plugin {

/// A port at bind. Outputs have no schema.
struct BindPort {
  std::string name;
  bool connected = false;
  wf::SchemaPtr schema;  ///< null: unconnected, or known only when the region starts
};

struct BindRequest {
  std::vector<BindPort> inputs, outputs;  ///< in the descriptor's order, dynamic ones resolved
  std::string remembered;                 ///< of an earlier bind, or empty
};

struct BindReply {
  wf::Status status;                   ///< the first error: what bind returned, or what it reported
  std::vector<wf::SchemaPtr> outputs;  ///< null: known only when the region starts
  std::optional<std::string> remembered;
  std::vector<wf::Status> errors;  ///< all, the returned one last
  std::vector<wf::Status> warnings;
  [[nodiscard]] bool ok() const { return status.ok(); }
};

/// Names of a component's outputs, those of a dynamic port taken from the configuration.
std::vector<std::string> output_names(const ComponentInfo& component,
                                      const wf::Value::Table& config);

/// Where an instance's rows and counts go; called on the thread of the running call. Must not
/// throw.
class Output {
 public:
  virtual ~Output() = default;
  /// The batch fits the schema that bind announced for the port.
  virtual wf::Emit emit(uint32_t port, wf::Batch batch) = 0;
  /// `what` is WF_COUNT_*, `rows` >= 0.
  virtual void count(uint32_t what, int64_t rows) = 0;
  /// See wf_emitter::watermark.
  virtual void watermark(int64_t us) { (void)us; }
  virtual void idle() {}
};

/// What a component wants next.
enum class Step { go_on, more, done };

/// Takes bytes that a component writes.
using ByteSink = std::function<wf::Status(std::string_view)>;

/// The rows that an estimator is fitted to: re-readable, in order.
class FitInput {
 public:
  class Reader {
   public:
    virtual ~Reader() = default;
    /// The next batch, or nothing at the end.
    virtual wf::Result<std::optional<wf::Batch>> next() = 0;
  };
  virtual ~FitInput() = default;
  [[nodiscard]] virtual int64_t rows() const = 0;
  [[nodiscard]] virtual int64_t bytes() const = 0;
  [[nodiscard]] virtual const wf::SchemaPtr& schema() const = 0;
  /// [any] A reader from the first row; several may be open, each on one thread.
  virtual wf::Result<std::unique_ptr<Reader>> open() = 0;
};

/// The protocol of abi/draft/commit.h for one key and shard. All calls [worker].
class Committer {
 public:
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;
  wf::Result<std::string> prepare(uint64_t epoch);
  wf::Status commit(uint64_t epoch, std::string_view manifest_hash, std::string_view blob);
  wf::Status abort(uint64_t epoch, std::string_view blob);
  /// What the other side has on record; epoch -1: nothing. Fences what came before.
  using Recorded = wf::Committer::Recorded;
  wf::Result<Recorded> recover();
  /// It goes on sending after commit().
  [[nodiscard]] bool sends_later() const { return fn_.delivered != nullptr; }
  /// [any] The last epoch of which everything has its verdict. Precondition: sends_later().
  [[nodiscard]] int64_t delivered() { return fn_.delivered(abi_); }
  /// [any]
  void cancel();

 private:
  friend class Instance;
  explicit Committer(HostServices& services) : host_(services) {}
  HostAdapter host_;
  wf_committer* abi_ = nullptr;
  wf_committer fn_{};
};

class Instance {
 public:
  /// `services` lives longer than the instance.
  static wf::Result<std::unique_ptr<Instance>> create(const ComponentClass& cls,
                                                      HostServices& services);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  /// [setup] Typed values; defaults are filled in by the caller.
  wf::Status configure(const wf::Value::Table& values);
  /// [setup]
  BindReply bind(const BindRequest& request);
  /// [worker]
  wf::Status open();
  /// [worker] One batch of input `port`.
  wf::Result<Step> process(uint32_t port, const wf::Batch& batch, Output& out);
  /// [worker] On without input after Step::more of process; for actions each step.
  wf::Result<Step> resume(uint32_t port, Output& out);
  /// [worker]
  wf::Result<Step> finish_input(uint32_t port, Output& out);
  /// [worker]
  wf::Result<Step> finish(Output& out);
  /// [worker] Once, when open was called; also when that failed. Further calls do nothing.
  wf::Status close();
  /// [any]
  void cancel();
  void wake();

  // Sources.
  [[nodiscard]] bool is_source() const { return source_.has_value(); }
  /// [setup] After configure.
  bool is_bounded();
  /// [worker] WF_SOURCE_MORE, _IDLE or _END.
  wf::Result<int32_t> next(int64_t max_wait_us, Output& out);
  wf::Result<std::string> snapshot(uint64_t epoch = 0);
  wf::Status restore(std::string_view snapshot);
  void committed(uint64_t epoch);
  void paused(bool is_paused);
  void retired(uint64_t epoch);
  /// [any] -1: not known.
  int64_t total_bytes();
  int64_t read_bytes();

  // Estimators.
  [[nodiscard]] bool is_estimator() const { return estimator_.has_value(); }
  /// [worker]
  wf::Status fit(FitInput& input, const ByteSink& state);
  /// [setup] `state` is aligned to 64 bytes and lives longer than the instance.
  wf::Status load(std::string_view state);

  // Sinks that commit with an epoch.
  [[nodiscard]] bool is_committing() const { return commit_.has_value(); }
  /// [setup] After configure.
  wf::Result<std::string> commit_key();
  wf::CommitMode commit_mode();
  wf::Result<std::string> shared_options();
  /// WF_REPLAY_* of the configuration, 0 when it is the descriptor's.
  uint32_t replay();
  enum class From { configuration, stored_key };
  /// [setup] `services` lives longer than the committer. From a stored key alone, without a
  /// configuration, what an earlier process left is rolled forward.
  wf::Result<std::unique_ptr<Committer>> create_committer(HostServices& services, From from,
                                                          std::string_view key,
                                                          std::string_view shard);
  /// [setup] Before open; the committer outlives the instance.
  wf::Status attach(Committer& committer);

  // Operator state.
  [[nodiscard]] bool has_state() const { return state_.has_value(); }
  /// [worker] A frozen view, to be written on any thread; it ends with the object.
  using FrozenState = std::unique_ptr<void, std::function<void(void*)>>;
  wf::Result<FrozenState> freeze(uint64_t epoch = 0);
  /// [any]
  wf::Status write_state(const FrozenState& frozen, const ByteSink& to);
  /// [worker]
  wf::Status restore_state(std::string_view bytes);

  // Time.
  [[nodiscard]] bool has_timers() const { return timers_.has_value(); }
  /// [worker]
  wf::Result<Step> on_watermark(int64_t us, Output& out);
  wf::Result<Step> on_timer(wf::TimeKind time, int64_t at_us, std::string_view key, Output& out);

  /// [any] An ability by id, or null.
  const void* extension(std::string_view id);

 private:
  explicit Instance(HostServices& services) : host_(services) {}
  wf::Status adopt(wf_instance* made);
  wf::Status find_extensions();
  template <typename Call>
  wf::Result<int32_t> run(Output& out, Call&& call);
  template <typename Call>
  wf::Result<Step> step(Output& out, Call&& call);

  HostAdapter host_;
  wf_instance* self_ = nullptr;
  wf_instance fn_{};  ///< the known functions, stubs where the component has none
  std::optional<wf_source> source_;
  std::optional<wf_estimator> estimator_;
  std::optional<wf_commit> commit_;
  std::optional<wf_state> state_;
  std::optional<wf_timers> timers_;
  std::vector<wf::SchemaPtr> outputs_;
  bool opened_ = false;
  std::atomic<int> busy_{0};  ///< running [setup] or [worker] calls; more than one is a defect
};

}  // namespace weirflow::plugin
