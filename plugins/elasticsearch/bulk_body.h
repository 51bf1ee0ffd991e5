// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rows to documents of the bulk API.
///
/// Threads: one at a time. Untyped actions, as Elasticsearch 7 to 9 and OpenSearch 2 and 3 take
/// them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "column_text.h"
#include "config.h"
#include "document.h"
#include "weirflow/batch.hpp"
#include "weirflow/io/output.hpp"

namespace weirflow::elasticsearch {

/// Longest _id that a node takes, in bytes.
inline constexpr size_t kMaxId = 512;

class DocumentEncoder {
 public:
  /// Checks the configuration against the columns; invalid_config with key and place.
  static wf::Result<DocumentEncoder> make(const SinkConfig& config, const wf::Schema& schema);

  /// Why a row makes no document.
  struct Problem {
    std::string_view code;
    std::string message;
  };
  /// Before encode(): the batch whose rows follow, borrowed until the next call.
  void begin(const wf::Batch& batch);
  std::optional<Problem> encode(int64_t row, Document* out);

 private:
  [[nodiscard]] std::optional<Problem> encode_action(int64_t row, Document* out) const;
  void encode_source(int64_t row, Document* out);
  void encode_rest(int64_t row, Document* out) const;
  [[nodiscard]] Problem null_part(std::string_view what, int column) const;

  Op op_ = Op::index;
  ColumnText index_, id_, routing_;
  int version_ = -1;
  std::string version_type_;
  bool upsert_ = true;
  wf::SchemaPtr schema_, source_schema_;
  std::vector<int> source_columns_;  ///< of the input, in the order of source_schema_
  std::vector<int> rest_columns_;    ///< in no document
  std::vector<int> float_columns_;   ///< in the document, unless NaN or infinite
  std::unique_ptr<wf::io::RowEncoder> encoder_;
  const wf::Batch* batch_ = nullptr;
  wf::Batch source_batch_;
};

}  // namespace weirflow::elasticsearch
