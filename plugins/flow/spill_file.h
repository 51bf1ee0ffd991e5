// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Batches on disk, for what does not fit in memory. One file, written once from front to back,
/// read from front to back as often as wanted. The file has no name: it is gone when the process
/// is, however that ends.
///
/// Threads: one at a time. Errors: io_error or resource_exhausted (disk full) with the system's
/// words. The format is private to one run of one binary.

#include <memory>
#include <optional>
#include <string>

#include "weirflow/batch.hpp"

namespace weirflow::flow {

class SpillFile {
 public:
  /// Makes a nameless file in `folder`.
  static wf::Result<std::shared_ptr<SpillFile>> create(const std::string& folder);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Appends a batch; all batches of a file have one schema.
  wf::Status write(const wf::Batch& batch);
  [[nodiscard]] int64_t bytes() const { return end_; }

  class Reader {
   public:
    explicit Reader(std::shared_ptr<const SpillFile> file) : file_(std::move(file)) {}
    /// The next batch, or nothing at the end.
    wf::Result<std::optional<wf::Batch>> next();

   private:
    friend class SpillFile;
    wf::Status read(void* to, size_t size);
    wf::Result<wf::Buffer> read_buffer();
    wf::Result<wf::ArrayPtr> read_array(const wf::DataType& type);
    std::shared_ptr<const SpillFile> file_;
    int64_t at_ = 0;
  };

 private:
  explicit SpillFile(int fd) : fd_(fd) {}
  wf::Status append(const void* data, size_t size);
  wf::Status append_buffer(const wf::Buffer& buffer);
  wf::Status append_array(const wf::Array& array);
  wf::Status flush();

  int fd_;
  int64_t end_ = 0;  ///< bytes appended, flushed or not
  std::string pending_;
  wf::SchemaPtr schema_;
};

}  // namespace weirflow::flow
