// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A document back into the row it came from, so that `errors` gets what the sink was given.
///
/// Threads: one at a time.

#include <memory>

#include "document.h"
#include "weirflow/batch.hpp"
#include "weirflow/io/json.hpp"

namespace weirflow::elasticsearch {

class RowReader {
 public:
  /// `schema`: the sink's input. large_utf8 and large_binary come back as utf8 and binary.
  static wf::Result<RowReader> make(const wf::Schema& schema, Op op);
  /// A batch of one row. NaN and infinities inside of lists come back as null.
  /// invalid_data when the document is damaged.
  wf::Result<wf::Batch> row_of(const Document& document);

 private:
  RowReader(wf::SchemaPtr schema, wf::io::JsonFields source, wf::io::JsonFields rest)
      : schema_(std::move(schema)), source_(std::move(source)), rest_(std::move(rest)) {}
  wf::SchemaPtr schema_;
  wf::io::JsonFields source_, rest_;
  std::unique_ptr<wf::io::JsonNested> nested_ = std::make_unique<wf::io::JsonNested>();
};

}  // namespace weirflow::elasticsearch
