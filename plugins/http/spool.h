// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A queue on disk between those who send and a source that reads: a write-ahead log in segment
/// files. What append() has answered survives a crash of the process and of the machine.
///
/// On disk: `<number>.spool` begins with 8 bytes "WFSPOOL1"; a record is its length and the CRC-32
/// of length and bytes (both 32 bits, little-endian), then its bytes. A record that is not whole at
/// the end of the last segment was never answered and is cut off when the spool is opened; a
/// damaged one anywhere else is an error. `position`: up to where it was freed. `lock`: held while
/// open.
///
/// Threads: append() from any; read(), wait(), free_up_to() from one; wake(), used(), failure()
/// from any.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "weirflow/config.hpp"
#include "weirflow/status.hpp"

namespace weirflow::http {

struct SpoolPosition {
  uint64_t segment = 0;
  uint64_t offset = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): it sees a 0 in what the compiler makes of this
  friend auto operator<=>(const SpoolPosition&, const SpoolPosition&) = default;
  /// "3:120".
  [[nodiscard]] std::string to_string() const;
};

struct SpoolRecord {
  SpoolPosition at, next;
  std::string bytes;
};

class Spool {
 public:
  struct Options {
    std::string folder;
    int64_t limit = int64_t{1} << 30;     ///< bytes that are not freed
    int64_t segment = int64_t{64} << 20;  ///< a segment is closed once it has so many
  };
  /// Makes the folder. conflict when another process has it open; invalid_data when it is damaged.
  /// `visit` is shown every record that is there. `tell`: what a person should know.
  static wf::Result<std::unique_ptr<Spool>> open(
      Options options, const std::function<void(const std::string&)>& tell,
      const std::function<void(std::string_view bytes)>& visit);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Returns once the record is on the disk; concurrent calls share one fsync.
  /// invalid_data: it would never fit. resource_exhausted: over the limit, or the disk is full;
  /// nothing was taken. io_error: the disk failed, and the spool takes nothing more.
  wf::Status append(std::string_view bytes);

  /// The record at `from` or the next one behind it, if there is one.
  wf::Result<std::optional<SpoolRecord>> read(SpoolPosition from);
  /// Where the first record that is not freed begins.
  [[nodiscard]] SpoolPosition begin() const;
  /// Behind the last record.
  [[nodiscard]] SpoolPosition end() const;
  /// Whether freeing up to there deletes a segment.
  [[nodiscard]] bool deletes(SpoolPosition position) const;
  /// Nothing in front of `position` is wanted any more. Durable.
  wf::Status free_up_to(SpoolPosition position);
  /// Until there is something behind `position`, wake() is called, or the time has passed.
  void wait(SpoolPosition position, wf::Duration at_most);
  void wake();
  /// Bytes that are not freed.
  [[nodiscard]] int64_t used() const;
  /// Why append() takes nothing more, if that is so.
  [[nodiscard]] wf::Status failure() const;

 private:
  explicit Spool(Options options) : options_(std::move(options)) {}
  [[nodiscard]] std::string segment_path(uint64_t segment) const;
  wf::Status lock();
  wf::Status load(const std::function<void(const std::string&)>& tell,
                  const std::function<void(std::string_view)>& visit);
  wf::Status load_segment(uint64_t segment, bool is_last,
                          const std::function<void(const std::string&)>& tell,
                          const std::function<void(std::string_view)>& visit);
  wf::Status load_position();
  wf::Status begin_segment(uint64_t segment);
  wf::Status write_locked(std::string_view record, std::unique_lock<std::mutex>& held);
  wf::Status sync_locked(uint64_t number, std::unique_lock<std::mutex>& held);
  [[nodiscard]] int64_t used_locked() const;
  wf::Status open_for_reading(uint64_t segment);

  Options options_;
  int lock_ = -1;
  int reading_ = -1;  ///< of the reading thread
  uint64_t reading_segment_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable synced_or_woken_;
  int writing_ = -1;
  std::map<uint64_t, uint64_t> segments_;  ///< number and size
  SpoolPosition freed_;
  SpoolPosition durable_;              ///< behind the last record on the disk
  uint64_t written_ = 0, synced_ = 0;  ///< numbers of records since open
  bool syncing_ = false, woken_ = false;
  wf::Status failed_;
};

}  // namespace weirflow::http
