// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the JSON-lines reader and its inference share. Internal to weirflow-io.

#include <memory>
#include <string>
#include <vector>

#include "record_files.h"
#include "weirflow/io/json.hpp"

namespace wf::io {

/// The JSON pointer of a column.
std::string pointer_of(const JsonColumn& column);

/// A field of that type; a sparse vector gets its extension name.
Field column_field(const JsonColumn& column, const DataType& type);

/// `first`: the opened first file, or null.
std::unique_ptr<RecordReader> make_lines_reader(const std::vector<std::string>& paths,
                                                const JsonlOptions& options,
                                                std::unique_ptr<LineParser> parser,
                                                BadRecordSink sink,
                                                std::unique_ptr<ByteInput> first);

/// Columns and types from the first options.sample_rows objects.
Result<Schema> infer_jsonl(std::unique_ptr<ByteInput> input, const std::string& name,
                           const JsonlOptions& options);

}  // namespace wf::io
