// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Columns of JSON objects as a DAG declares them.

#include <vector>

#include "weirflow/config.hpp"
#include "weirflow/io/json.hpp"

namespace wf::io {

/// A column is a type ("int64"), "" for an inferred one, or a table with `path` (JSON pointer),
/// `type` and `required`. invalid_config at the key "columns.<name>", with what is wrong.
Result<std::vector<JsonColumn>> json_columns(const Map<Value>& declared);

}  // namespace wf::io
