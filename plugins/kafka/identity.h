// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The columns that say where a record stood: kafka_topic, kafka_partition, kafka_offset,
/// kafka_timestamp, kafka_key, kafka_headers. One thread.

#include <memory>
#include <string>
#include <vector>

#include "consumer.h"
#include "weirflow/batch.hpp"
#include "weirflow/io/columns.hpp"

namespace weirflow::kafka {

class IdentityColumns {
 public:
  /// Those of `names`, in that order. invalid_config for a name that stands twice.
  static wf::Result<IdentityColumns> make(const std::vector<std::string>& names);

  [[nodiscard]] std::vector<wf::Field> fields() const;
  /// Appends the record that the consumer peeks at.
  void add(const Record& record, const Consumer& from);
  std::vector<wf::ArrayPtr> finish();

 private:
  enum class Kind : uint8_t { topic, partition, offset, timestamp, key, headers };
  struct Column {
    Kind kind;
    wf::Field field;
    std::unique_ptr<wf::io::ColumnBuilder> builder;
  };
  static wf::Field field_of(Kind kind, const std::string& name);
  std::vector<Column> columns_;
};

}  // namespace weirflow::kafka
