// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Records into rows of kafka.source's columns. One thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "consumer.h"
#include "weirflow/batch.hpp"

namespace weirflow::kafka {

/// Why a record is no row.
struct Problem {
  std::string_view code;  ///< "bad_json", "bad_value", "missing_value", "bad_encoding", "tombstone"
  std::string message;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  [[nodiscard]] virtual const wf::Schema& schema() const = 0;
  /// Appends a row for the record that the consumer peeks at, or says why not and appends nothing.
  virtual std::optional<Problem> add(const Record& record, const Consumer& from) = 0;
  [[nodiscard]] virtual int64_t rows() const = 0;
  /// The rows added so far; none afterwards. `schema` is the same as schema().
  virtual wf::Batch finish(const wf::SchemaPtr& schema) = 0;
};

/// invalid_config that names the key.
wf::Result<std::unique_ptr<Decoder>> make_decoder(const SourceConfig& config);

}  // namespace weirflow::kafka
