// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checkpoints of a running region: sends barriers, collects what the chains hand over, writes
/// it, and takes the sinks through their commit (design 03; abi/draft/commit.h for the protocol).
///
/// Epoch n:
///   1. barrier n at every source; every chain hands over its snapshot when the barrier is through;
///   2. every committer prepares; a sink that follows may take rows of epoch n+1 from here on;
///   3. checkpoint n is written and synced: prepared;
///   4. the committer that decides commits, or, without one, the folder gets its final name:
///      the commit point;
///   5. the others commit, held sinks go on, sources are told, old checkpoints are removed.
///
/// Before 4 an epoch can be given up: what followers had prepared for it is carried into the next.
/// Three in a row fail the region. An error in 4 leaves the outcome unknown: the region starts
/// again from what recovery finds. The epoch after one that was given up is begun only when the
/// barrier of that one has passed all chains.
///
/// When all chains have ended there is one more epoch, the final one, behind the check of the row
/// counts. stop() asks for one with the sources at rest behind it, and then for the end.
///
/// Threads: one of its own does all of the above; the functions below are [any] unless they say
/// otherwise.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/actor.h"
#include "engine/chain_snapshot.h"
#include "engine/checkpoint_figures.h"
#include "engine/checkpoint_store.h"
#include "engine/committer_services.h"
#include "engine/services.h"

namespace weirflow::engine {

struct CheckpointOptions {
  int64_t interval_us = 1'000'000;
  int64_t timeout_us = 600'000'000;  ///< for all tasks to answer
  int keep = 2;                      ///< committed ones that stay
};

/// A committer and the sinks behind it.
struct Committing {
  int node = 0;  ///< the first of its sinks
  std::string key, shared_options;
  wf::CommitMode mode = wf::CommitMode::follows;
  std::unique_ptr<CommitterServices> services;
  std::unique_ptr<plugin::Committer> committer;
  std::string blob;  ///< of a bounded region's one epoch; empty until it has prepared
};

struct CoordinatorInputs {
  const dag::Plan* plan = nullptr;
  AttemptContext* attempt = nullptr;
  Activity* activity = nullptr;
  CheckpointStore* store = nullptr;
  CheckpointOptions options;
  CheckpointFigures* figures = nullptr;
  std::vector<Committing>* committing = nullptr;
  int chains = 0;
  std::string lineage;
  int64_t epoch = 0;  ///< the last that there is; the first barrier is of the next
  /// The committer that decides has no record yet: of the checkpoint that the region goes on from,
  /// or, without one, of `epoch`, which is then written without any state.
  bool record_first = false;
  int64_t restored_epoch = -1;
  std::string restored_hash;
  std::function<void()> wake_sources;
  /// What works instead of something else from barrier `epoch` on is to be in place now.
  std::function<void(int64_t epoch)> replace;
  /// Rows from behind barrier `epoch` may go on: into sinks that follow, or into all.
  std::function<void(int64_t epoch, bool all)> release;
  /// Calls a function at a time; set when the run has a clock of its own.
  std::function<void(int64_t at_us, std::function<void()> wake)> wake_at;
  std::function<wf::Status()> check_rows;
  std::function<void(int node, wf::Status)> failed;
};

/// "task.port" of one end of an edge, as manifests name it.
std::string edge_name(const dag::Plan& plan, const dag::PlanEdge& edge, bool from);

class Coordinator {
 public:
  explicit Coordinator(CoordinatorInputs inputs);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// Commits epoch 0 when that is due, then begins. [setup]
  wf::Status start();
  /// A barrier has passed a chain, or the chain has ended.
  void take(ChainSnapshot snapshot);
  /// A sink asks that the sources rest, or no longer.
  void pressure(int node, bool rest, std::string_view reason);
  /// One more checkpoint with the sources at rest behind it, then is_stopped().
  void stop();
  /// One more checkpoint, also when nothing has happened since the last.
  void checkpoint();
  /// Gives up at once.
  void cancel();
  /// Joins. Precondition: cancelled, or ended by itself.
  void join();
  /// Drops what chains have handed over, which must not outlive them. Precondition: joined.
  void forget();

  [[nodiscard]] bool is_stopped() const { return stopped_; }
  /// All chains have ended and the final epoch is committed.
  [[nodiscard]] bool is_finished() const { return finished_; }
  /// The outcome of a commit is unknown: start again from what recovery finds.
  [[nodiscard]] bool wants_recovery() const { return recover_; }
  [[nodiscard]] int64_t last_committed() const { return committed_; }
  /// A checkpoint was committed since start().
  [[nodiscard]] bool has_progressed() const { return committed_ > in_.epoch; }
  /// The oldest checkpoint that is kept, 0 without any. Precondition: joined, or on the thread.
  /// Savepoints count, also those that another process has made meanwhile.
  [[nodiscard]] int64_t oldest_kept() const;
  /// [any] A sink of the committer that decides has failed.
  void lose_decider() { recover_ = true; }
  /// The task that sources rest for, and why. [any]
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> rests_for_task() const;

 private:
  struct Prepared {
    CommitEntry entry;
    std::string blob;
    Committing* by = nullptr;
  };
  enum class Wake { cancelled, ended, stop, due };
  enum class Epoch { ordinary, final };
  void run();
  wf::Status run_epochs();
  Wake wait_for_work();
  void wait_locked(std::unique_lock<std::mutex>& lock);
  void wake_locked();
  void set_alarm_locked();
  [[nodiscard]] bool has_moved() const;
  [[nodiscard]] int64_t now_us() const;
  wf::Status take_checkpoint(Epoch kind);
  wf::Status checkpoint(int64_t epoch, Epoch kind);
  wf::Status collect(int64_t epoch);
  void take_letters(ChainSnapshot& chain);
  wf::Status prepare(int64_t epoch);
  wf::Result<std::string> prepare_one(Committing& c, int64_t epoch);
  wf::Result<std::string> write(int64_t epoch, Epoch kind);
  wf::Status write_tasks(CheckpointStore::Writer& writer, Manifest& manifest);
  void add_edges(Manifest& manifest) const;
  void note_size(const Manifest& manifest);
  wf::Status commit(int64_t epoch, const std::string& hash);
  wf::Status commit_follower(const Prepared& prepared, const std::string& hash);
  wf::Status commit_all(int64_t epoch, const std::string& hash);
  void settle_deliveries();
  wf::Status await_deliveries(int64_t epoch);
  void retire();
  wf::Status give_up(int64_t epoch, wf::Status why);
  wf::Status await_barrier(int64_t epoch);
  [[nodiscard]] Committing* decider() const;
  void log(wf::LogLevel level, const std::string& message, int node = -1) const;

  CoordinatorInputs in_;
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false, stop_ = false;
  bool wanted_ = false;                   ///< a checkpoint was asked for
  bool resting_ = false;                  ///< the thread waits, and nothing was given to it
  std::map<int, ChainSnapshot> arrived_;  ///< by chain: of the last barrier
  std::map<int, ChainSnapshot> ended_;    ///< by chain: those that have finished
  std::map<int, std::string> pressure_;   ///< by node

  // Of the thread alone.
  int64_t asked_ = 0;  ///< epoch of the last barrier
  std::vector<ChainSnapshot> collected_;
  std::vector<wf::Batch> letters_;  ///< dead ones, not in the file yet
  int64_t decided_at_ = 0;
  int64_t began_ = 0;  ///< the epoch at work
  /// Of the last checkpoint. At first unlike any: a start has one at once, so that a source which
  /// begins at the end begins there only once.
  uint64_t moved_ = UINT64_MAX;
  int failures_ = 0;
  int64_t next_at_ = 0;
  int64_t wakes_at_ = 0;            ///< the last time that wake_at() was given
  std::vector<Prepared> carried_;   ///< of followers, from epochs that were given up
  std::vector<Prepared> prepared_;  ///< of the epoch at work
  std::vector<CheckpointStore::Listed> kept_;

  std::atomic<bool> stopped_{false}, finished_{false}, recover_{false};
  std::atomic<int64_t> committed_{0};
};

}  // namespace weirflow::engine
