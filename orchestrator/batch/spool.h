// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Spool files: batches of one schema on disk, written once, then read as often as one wants.
///
/// Format 2, little-endian. Header: "WFSPOOL2", u32 length of the schema, u32 CRC of the schema,
/// the schema (frame.h). Then frames, each at a multiple of 64 bytes: a head of 64 bytes {u32
/// magic, u32 CRC of the rest of the head and of the payload, u64 payload length, u64 rows, zeros},
/// then the payload. Last a footer {u64 frames, rows, bytes of payload, u32 CRC of these three and
/// of all frames' CRCs, u32 0, "WFSPEND2"}, which makes the file complete. Inside a payload every
/// buffer starts at a multiple of 64 bytes, so that a mapped file is read in place. CRC is CRC-32.
///
/// A file is taken for whole only with its footer and, frame by frame, with the right CRC; anything
/// else is invalid_data naming the file. No space left is resource_exhausted. While it is written,
/// the file has another name (".part" behind it); reading an incomplete one is refused.
///
/// Threads: a writer belongs to one thread at a time; an open Spool is immutable and shared by any
/// number of readers, each used by one thread. Batches keep the mapping alive, also when the file
/// has been removed.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::batch {

class SpoolWriter {
 public:
  /// Starts a file; one of that name stays until finish().
  static wf::Result<std::unique_ptr<SpoolWriter>> create(const std::string& path,
                                                         wf::SchemaPtr schema);
  /// Removes what was written if it was not finished.
  ~SpoolWriter();
  SpoolWriter(const SpoolWriter&) = delete;
  SpoolWriter& operator=(const SpoolWriter&) = delete;

  /// Precondition: the batch has the schema's columns. After an error all calls answer that error.
  wf::Status append(const wf::Batch& batch);
  /// Makes the file complete under its name. Not synced: spools do not outlive their run.
  wf::Status finish();
  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  SpoolWriter(std::string path, wf::SchemaPtr schema, int fd);
  wf::Status write(std::string_view bytes);
  wf::Status pad();
  wf::Status append_frame(const wf::Batch& batch);
  wf::Status complete();
  const std::string path_;
  const std::string part_path_;
  const wf::SchemaPtr schema_;
  int fd_ = -1;
  uint64_t position_ = 0;
  int64_t rows_ = 0, bytes_ = 0, frames_ = 0;
  uint32_t crc_of_crcs_ = 0;
  bool finished_ = false;
  wf::Status failed_;
  std::string scratch_;
};

class Spool {
 public:
  /// Maps a complete file.
  static wf::Result<std::shared_ptr<const Spool>> open(const std::string& path);
  [[nodiscard]] const wf::Schema& schema() const { return *schema_; }
  [[nodiscard]] const wf::SchemaPtr& schema_ptr() const { return schema_; }
  [[nodiscard]] int64_t rows() const { return rows_; }
  [[nodiscard]] int64_t bytes() const { return bytes_; }
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Reads from the first batch to the last.
  class Reader {
   public:
    explicit Reader(std::shared_ptr<const Spool> spool) : spool_(std::move(spool)) {}
    /// The next batch, nothing at the end, invalid_data where the file is damaged.
    wf::Result<std::optional<wf::Batch>> next();

   private:
    void let_go_behind(uint64_t position);
    std::shared_ptr<const Spool> spool_;
    size_t frame_ = 0;
    uint64_t let_go_ = 0;  ///< the file up to here is no longer in this process's memory
  };

 private:
  struct Frame {
    uint64_t position;  ///< of the payload
    uint64_t length;
    uint64_t rows;
    uint32_t crc;
  };
  struct Mapping;
  Spool() = default;
  wf::Status read_index();
  wf::Status read_frames(uint64_t at, uint64_t end, uint64_t count, uint32_t& crc_of_crcs);
  wf::Status check_frame(size_t i) const;
  [[nodiscard]] wf::Status damaged(const std::string& what) const;
  std::string path_;
  std::shared_ptr<const Mapping> map_;
  wf::SchemaPtr schema_;
  std::vector<Frame> frames_;
  /// Frames whose CRC was right once: later passes do not count it again.
  std::unique_ptr<std::atomic<bool>[]> checked_;
  int64_t rows_ = 0, bytes_ = 0;
};

}  // namespace weirflow::batch
