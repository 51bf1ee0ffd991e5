// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checkpoints of one shard of a DAG on disk.
///
///   <home>/checkpoints/<dag>/<shard>/lock            held while the shard runs; the holder's pid
///                                    <n>.prepared/   checkpoint n, whole, not decided
///                                    <n>/            checkpoint n, committed
///                                      manifest.json what it consists of, with the hash of each
///                                      file <file>        state of tasks, blobs of committers
///                                      delivered     everything sent after its commit has its
///                                      verdict
///                                    savepoints/<name>@<n>/
///                                      checkpoint n under a name; nothing expires it
///
/// A folder gets its name only when it is whole and synced, so that one that is there and does not
/// verify was damaged afterwards. State is addressed by the task's name.
///
/// Threads: one at a time. Errors: io_error and the like with the path; invalid_data for a damaged
/// checkpoint, naming the file and what is wrong with it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::engine {

/// A part of a task's state: small ones stand in the manifest, others in a file beside it.
struct StatePart {
  std::string file;  ///< name in the folder, or "" when inline
  std::string inline_bytes;
  int64_t bytes = 0;   ///< of the file
  std::string sha256;  ///< of the file, hex
};

struct TaskSnapshot {
  std::string task;
  std::string component, version;
  /// "position" (a source), "state" (wf.state/1), "keyed" (a folder's name in `file`).
  std::map<std::string, StatePart> parts;
  int64_t watermark = INT64_MIN;            ///< of its inputs
  std::map<std::string, int64_t> counters;  ///< by name, see TaskCounters
  std::string model_version;
  bool ended = false;  ///< its inputs had ended
};

struct EdgeSnapshot {
  std::string from, to;  ///< "task.port"; port "errors" for the implicit one
  int64_t produced = 0, consumed = 0, discarded = 0, shed = 0;
};

struct CommitEntry {
  std::string task, component, key;
  int64_t epoch = 0;  ///< of an abandoned checkpoint before this one, or this one
  bool decides = false;
  StatePart blob;
};

struct Manifest {
  int64_t epoch = 0;
  std::string lineage;  ///< of all checkpoints that follow one another
  std::string dag, dag_version, run;
  bool final = false;     ///< all inputs had ended: nothing is left to go on with
  std::string savepoint;  ///< its name, or ""
  int64_t time_us = 0;
  int64_t duration_us = 0;  ///< from its barrier until all of it was written
  std::vector<TaskSnapshot> tasks;
  std::vector<EdgeSnapshot> edges;
  std::vector<CommitEntry> commits;
  std::string dead_letter_file;
  int64_t dead_letter_bytes = 0, dead_letter_rows = 0;

  [[nodiscard]] const TaskSnapshot* find(std::string_view task) const;
};

class CheckpointStore {
 public:
  struct Listed {
    int64_t epoch = 0;
    bool committed = false, delivered = false;
    std::string path;
  };
  struct Savepoint {
    std::string name;
    Listed checkpoint;  ///< its path is the savepoint's
  };
  /// A verified checkpoint: manifest and the hash under which its commit is recorded.
  struct Loaded {
    Manifest manifest;
    std::string hash;
    std::string path;
  };

  /// Makes the folder when absent. For reading alone; take lock() before anything is written.
  static wf::Result<std::unique_ptr<CheckpointStore>> open(const std::string& home,
                                                           const std::string& dag,
                                                           const std::string& shard);
  /// The same for one that is there: not_found when the DAG never had a checkpoint.
  static wf::Result<std::unique_ptr<CheckpointStore>> look_at(const std::string& home,
                                                              const std::string& dag,
                                                              const std::string& shard);
  ~CheckpointStore();
  CheckpointStore(const CheckpointStore&) = delete;
  CheckpointStore& operator=(const CheckpointStore&) = delete;
  [[nodiscard]] const std::string& folder() const { return folder_; }

  /// conflict, naming the process, when another one runs the shard.
  wf::Status lock();

  /// All whole checkpoints, oldest first; of an epoch that is there twice the committed one.
  [[nodiscard]] wf::Result<std::vector<Listed>> list() const;
  /// The manifest alone; nothing is verified.
  [[nodiscard]] static wf::Result<Manifest> manifest(const Listed& listed);
  /// Reads the manifest and verifies every file.
  [[nodiscard]] wf::Result<Loaded> load(const Listed& listed) const;
  /// The bytes of a part of a loaded checkpoint. Precondition: it is not a keyed folder.
  [[nodiscard]] static wf::Result<std::string> read(const Loaded& loaded, const StatePart& part);

  /// [a-z][a-z0-9_-]*, and not "none": what --from-checkpoint can tell from a number.
  static bool is_savepoint_name(std::string_view name);
  /// By name.
  [[nodiscard]] wf::Result<std::vector<Savepoint>> savepoints() const;
  /// The newest committed checkpoint under a name, verified; also while the shard runs in another
  /// process. conflict when there is one of that name, not_found when there is no checkpoint yet.
  [[nodiscard]] wf::Result<Savepoint> save(const std::string& name) const;
  /// Makes it one of list() again. Precondition: lock(). conflict when another one is there.
  wf::Result<Listed> bring_back(const Savepoint& saved);
  wf::Status remove(const Savepoint& saved);

  /// A checkpoint being written, in a folder without its name; removed by the destructor unless
  /// finished.
  class Writer {
   public:
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// Bytes of a part: synced, or inline when they are few.
    wf::Result<StatePart> add(const std::string& name, std::string_view bytes);
    /// Names the checkpoint `<n>.prepared`; answers the manifest's hash.
    wf::Result<std::string> finish(const Manifest& manifest);

   private:
    friend class CheckpointStore;
    Writer(std::string folder, std::string prepared)
        : folder_(std::move(folder)), prepared_(std::move(prepared)) {}
    std::string folder_, prepared_;
    bool finished_ = false;
  };
  wf::Result<std::unique_ptr<Writer>> begin(int64_t epoch);
  /// From prepared to committed; durable. Nothing to do when it is committed already.
  wf::Status mark_committed(int64_t epoch);
  wf::Status mark_delivered(int64_t epoch);
  wf::Status remove(const Listed& listed);
  /// Removes what a crash left unfinished. Precondition: lock().
  void remove_unfinished();

 private:
  explicit CheckpointStore(std::string folder) : folder_(std::move(folder)) {}
  const std::string folder_;
  int lock_ = -1;
};

}  // namespace weirflow::engine
