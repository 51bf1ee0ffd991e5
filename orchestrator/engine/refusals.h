// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows that a task refused, on their way to the `errors` output or the dead-letter file: one
/// envelope a row, with the reason and where it came from.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "weirflow/batch.hpp"
#include "weirflow/status.hpp"

namespace weirflow::engine {

/// Columns of the `errors` output: task, code, message, position, row (JSON, or the raw record,
/// cut to 64 KiB), run: utf8; attempt: int32; time: timestamp.
const wf::SchemaPtr& envelope_schema();
/// Columns of dead letters: those, and what they are put back with: port (of the task, utf8), input
/// (see refused_input.h, or null), raw (the record as it was read, or null).
const wf::SchemaPtr& letter_schema();

/// One refused row.
struct Refusal {
  std::string code, message, position, row;
  std::string port, input, raw;  ///< kept for dead letters alone; else empty
};

/// How often rows that are replayed were refused before, by refusal_key().
using EarlierAttempts = std::map<std::string, int, std::less<>>;
std::string refusal_key(std::string_view task, std::string_view row);

/// Makes the envelopes of one task and attempt.
class EnvelopeBuilder {
 public:
  EnvelopeBuilder(std::string task, std::string run, int attempt, const EarlierAttempts* earlier)
      : task_(std::move(task)), run_(std::move(run)), attempt_(attempt), earlier_(earlier) {}
  void add(const Refusal& refusal, int64_t time_us);
  [[nodiscard]] int64_t rows() const { return code_.length(); }
  /// Columns of letter_schema().
  wf::Batch finish();

 private:
  const std::string task_, run_;
  const int attempt_;
  const EarlierAttempts* const earlier_;  ///< of a replay; else null
  wf::StringBuilder task_column_, code_, message_, position_, row_, run_column_;
  wf::StringBuilder port_;
  wf::StringBuilder input_{wf::Type::binary}, raw_{wf::Type::binary};
  wf::Int32Builder attempt_column_;
  wf::TimestampBuilder time_;
};

/// What of a letter goes to the `errors` output.
wf::Batch envelope_of(const wf::Batch& letters);

/// The dead-letter file of one region attempt: JSON lines, one envelope each. Written beside its
/// final name; publish() makes it visible, the destructor removes what was not published.
/// With checkpoints it is visible from the start, and goes on from what the checkpoint remembers.
/// Threads: append() from any.
class DeadLetterFile {
 public:
  /// Nothing is created before the first append.
  explicit DeadLetterFile(std::string final_path) : path_(std::move(final_path)) {}
  struct Extent {
    int64_t bytes = 0, rows = 0;
  };
  /// Appends to the file itself, behind `extent`; what stands there is cut off. Before the first
  /// append.
  wf::Status go_on(Extent extent);
  /// Appends behind whatever is there; rows() counts from here. Before the first append.
  void go_on_at_end();
  /// Synced so far, since go_on().
  wf::Result<Extent> sync();
  ~DeadLetterFile();
  DeadLetterFile(const DeadLetterFile&) = delete;
  DeadLetterFile& operator=(const DeadLetterFile&) = delete;

  /// `epoch`: that they are committed with; 1 in a bounded region.
  wf::Status append(const wf::Batch& letters, int64_t epoch);
  /// fsync, rename, fsync of the folder. Nothing to do without rows.
  wf::Status publish();
  [[nodiscard]] int64_t rows() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  wf::Status open_locked();
  const std::string path_;
  mutable std::mutex mutex_;
  int fd_ = -1;
  int64_t rows_ = 0, bytes_ = 0;
  bool goes_on_ = false, at_end_ = false;
  bool published_ = false;
};

}  // namespace weirflow::engine
