// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Hits to rows: declared columns by JSON pointer, and the document's id and index on request.
///
/// Threads: one at a time.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config.h"
#include "search_reply.h"
#include "weirflow/batch.hpp"
#include "weirflow/io/json.hpp"

namespace weirflow::elasticsearch {

class HitRows {
 public:
  /// invalid_config with the key: a column without a type, a name twice, no column at all.
  static wf::Result<HitRows> make(const SourceConfig& config);
  [[nodiscard]] const wf::SchemaPtr& schema() const { return schema_; }

  /// Called for a hit that makes no row; code: bad_json, bad_value, missing_value.
  using Refuse = std::function<void(const Hit& hit, std::string_view code, const std::string& why)>;
  [[nodiscard]] wf::Result<wf::Batch> rows_of(const std::vector<Hit>& hits, const Refuse& refuse);

 private:
  HitRows() = default;
  bool fits(const Hit& hit, const Refuse& refuse);

  std::vector<wf::io::JsonColumn> columns_;
  bool misfits_are_null_ = false, has_id_ = false, has_index_ = false;
  wf::SchemaPtr schema_;
  std::unique_ptr<wf::io::JsonFields> fields_;
  std::unique_ptr<wf::io::JsonNested> nested_ = std::make_unique<wf::io::JsonNested>();
  std::vector<wf::io::JsonCell> cells_;
};

}  // namespace weirflow::elasticsearch
