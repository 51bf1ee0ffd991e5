// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The part of a record reader that knows nothing of records' syntax: files one after another,
/// lines, positions, bad records, when a batch is full. Internal to weirflow-io.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "record_buffer.h"
#include "weirflow/io/records.hpp"

namespace wf::io {

/// An input whose first bytes were already read from elsewhere.
std::unique_ptr<ByteInput> replay_input(std::string head, std::unique_ptr<ByteInput> rest);

/// The input of `shared`; what is read is also appended to *log when that is not null.
std::unique_ptr<ByteInput> tee_input(std::shared_ptr<ByteInput> shared, std::string* log);

class FileRecordReader : public RecordReader {
 public:
  struct Settings {
    std::vector<std::string> paths;
    InputOptions input;
    BatchLimits limits;
    BadLines bad_lines = BadLines::refuse;
    size_t buffer_size = 1 << 18;
    bool lone_cr_ends_line = false;
  };

  Result<Next> next(Batch* out) override;
  Status seek(const Position& position) override;
  [[nodiscard]] Position position() const override;
  [[nodiscard]] ReaderCounts counts() const override { return counts_; }
  [[nodiscard]] int64_t total_bytes() const override { return total_bytes_; }
  [[nodiscard]] int64_t read_bytes() const override {
    return read_bytes_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] int wait_descriptor() const override {
    return buffer_.started() ? buffer_.input().wait_descriptor() : -1;
  }

 protected:
  FileRecordReader(Settings settings, BadRecordSink sink);

  /// Takes `first` as the already opened input of the first file.
  void use_input(std::unique_ptr<ByteInput> first) { first_input_ = std::move(first); }

  // --- What a format does -----------------------------------------------------------------------
  /// The buffer stands at a file's first byte: check and consume what comes before the records.
  virtual Status begin_file() = 0;
  /// Turns the records in the buffer into rows, until the batch is full or no whole record is left
  /// in it; consumes them. With buffer().last() what is left is the last record.
  virtual Status parse_block() = 0;
  /// Ends the batch of rows() rows.
  virtual Result<Batch> finish_batch() = 0;

  // --- What a format uses -----------------------------------------------------------------------
  [[nodiscard]] RecordBuffer& buffer() { return buffer_; }
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  [[nodiscard]] int64_t line_at(const char* place) { return buffer_.line_at(place); }
  void consume(const char* to) { buffer_.consume(to); }
  /// Rows of the batch under way, and their bytes in the file.
  [[nodiscard]] int64_t rows() const { return rows_; }
  void add_row(int64_t bytes) {
    ++rows_;
    ++counts_.records;
    bytes_ += bytes;
  }
  /// A row counted by add_row() became none.
  void take_row_back() {
    --rows_;
    --counts_.records;
  }
  [[nodiscard]] bool batch_full() const {
    return rows_ >= settings_.limits.rows || (rows_ > 0 && bytes_ >= settings_.limits.bytes);
  }
  /// Counts the record and does what the policy says.
  Status bad_record(int64_t line, std::string_view raw, std::string_view code, std::string message);
  /// "FILE:LINE: message" as invalid_data.
  [[nodiscard]] Status file_error(int64_t line, const std::string& message) const;

 private:
  Status open_file();
  Status close_file();
  Result<Next> hand_out(Batch* out);

  Settings settings_;
  BadRecordSink sink_;
  RecordBuffer buffer_;
  std::unique_ptr<ByteInput> first_input_;
  std::string file_name_;
  size_t file_ = 0;
  FileStamp stamp_;
  int64_t rows_ = 0, bytes_ = 0;
  ReaderCounts counts_;
  int64_t total_bytes_ = 0;
  int64_t closed_bytes_ = 0;
  std::atomic<int64_t> read_bytes_{0};
};

}  // namespace wf::io
