// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes of schemas and batches, as spool files hold them; see spool.h for the file.

#include <memory>
#include <string>
#include <string_view>

#include "weirflow/batch.hpp"

namespace weirflow::batch {

/// Appends a schema: fields with type, nullability and metadata.
void encode_schema(const wf::Schema& schema, std::string& out);
wf::Result<wf::Schema> decode_schema(std::string_view bytes);

/// Appends the columns of a batch. Buffers start at multiples of 64 bytes from the start of `out`.
void encode_columns(const wf::Batch& batch, std::string& out);
/// Columns in place: the buffers point into `bytes`, kept alive by `owner`. Every length is checked
/// against the bytes; offsets are checked against their child or text.
wf::Result<wf::Batch> decode_columns(std::string_view bytes, int64_t rows,
                                     const wf::SchemaPtr& schema,
                                     const std::shared_ptr<const void>& owner);

}  // namespace weirflow::batch
