// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows of kafka.sink into messages. One thread.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config.h"
#include "weirflow/batch.hpp"
#include "weirflow/io/output.hpp"

namespace weirflow::kafka {

/// Bytes with fixed addresses. Moving it moves none of them.
class Arena {
 public:
  std::string_view keep(std::string_view bytes);

 private:
  static constexpr size_t kChunk = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t left_ = 0;
  char* next_ = nullptr;
};

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

struct Message {
  std::string_view topic;
  int32_t partition = -1;    ///< -1: the partitioner's choice
  int64_t timestamp_ms = 0;  ///< since 1970; 0: the time of sending
  std::optional<std::string_view> key, value;
  uint32_t first_header = 0, headers = 0;  ///< of Messages::headers
  int64_t row = -1;                        ///< of Messages::rows; -1: of none
};

/// Messages and all that their views point into.
struct Messages {
  wf::Batch rows;
  Arena arena;
  std::vector<Message> list;
  std::vector<Header> headers;

  /// Bytes that the broker counts for a message: key, value, headers, and what frames a message
  /// alone in its batch at most (record format 2, kafka.apache.org/documentation/#messageformat).
  [[nodiscard]] int64_t size_of(const Message& message) const;

  /// The messages at `which`, as bytes for a snapshot: a line for each, then its key, value and
  /// headers by length.
  void write(const std::vector<size_t>& which, std::string* out) const;
  /// What write() wrote. invalid_data for anything else.
  static wf::Result<Messages> read(std::string_view bytes);
};

/// Refuses a row of the batch being encoded.
using RefuseRow =
    std::function<void(int64_t row, std::string_view code, const std::string& message)>;

class Encoder {
 public:
  /// invalid_config that names the key.
  static wf::Result<std::unique_ptr<Encoder>> make(const SinkConfig& config, const wf::Schema& in);
  /// Messages of the rows that are not refused: bad_topic, bad_partition, bad_timestamp.
  Messages encode(const wf::Batch& batch, const RefuseRow& refuse);

 private:
  Encoder() = default;
  wf::Status find_columns(const SinkConfig& config, const wf::Schema& in);
  bool fill(const wf::Batch& batch, int64_t row, Messages& to, Message& message,
            const RefuseRow& refuse);
  std::optional<std::string_view> cell(const wf::Batch& batch, int column, int64_t row,
                                       Messages& to);

  std::string topic_;
  std::unique_ptr<wf::io::RowEncoder> json_;
  wf::SchemaPtr json_schema_;
  std::vector<int> json_columns_;
  int topic_column_ = -1, value_ = -1, key_ = -1, timestamp_ = -1, partition_ = -1;
  std::vector<int> headers_;
  std::vector<std::string> header_names_;
  std::string scratch_;
};

}  // namespace weirflow::kafka
