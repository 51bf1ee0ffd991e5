// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A run in a process of its own. What a component does to that process, this one survives, and can
/// say which task it was: both share a flight record (engine/flight_record.h).

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "core/process.h"
#include "engine/flight_record.h"
#include "engine/run.h"

namespace weirflow::worker {

/// The number under which a worker finds its flight record.
inline constexpr int kRecordFd = 3;

class Worker {
 public:
  /// Starts `program`, which must call enter_worker() first of all. It inherits stdin, stdout,
  /// stderr and the process group.
  static wf::Result<std::unique_ptr<Worker>> start(const std::string& program,
                                                   const std::vector<std::string>& arguments);
  /// Kills it if it was not waited for.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Readable once the process has ended.
  [[nodiscard]] int ended_fd() const { return process_.get(); }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const;
  /// Blocks until it has ended. Once.
  ProcessEnd wait();
  /// What it was doing; empty when its run had not begun.
  [[nodiscard]] wf::Result<std::optional<engine::FlightReport>> record() const;

 private:
  Worker() = default;
  Fd memory_, process_;
  pid_t pid_ = -1;
};

/// In the worker: ends with the process that started it, and keeps the record's descriptor from
/// what it starts itself. invalid_config when it was not started by one.
wf::Status enter_worker(int record_fd);

/// In the worker: private memory beyond `bytes` is refused to it (RLIMIT_DATA), so that a task that
/// takes too much fails by itself and not by the kernel's choice. No effect under a sanitizer.
wf::Status cap_memory(int64_t bytes);

/// The report of a run whose worker is gone: the task on whose thread a signal struck, or else all
/// whose components were being called, have failed; what had succeeded stays so.
engine::RunReport report_of(const engine::FlightReport& record, ProcessEnd end);

}  // namespace weirflow::worker
