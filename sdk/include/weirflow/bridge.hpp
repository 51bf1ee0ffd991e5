// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Between wf::Batch and the structs of the Arrow C Data Interface (abi/arrow.h).
///
/// Export: the structs own references to the shared buffers; each child owns its own, so that a
/// consumer may move a child out. Import: takes the struct over (its release is NULL afterwards, in
/// every outcome, also on error); buffers are borrowed, not copied, unless one is not aligned for
/// its type. Import checks what can be checked in constant time per column (level `basic`: lengths,
/// buffer counts, null pointers, first and last offset, depth, overflow); the contents of offsets
/// and of text are checked by weirflow/validate.hpp. A null count is not believed: nulls are
/// counted in the validity bitmap when somebody asks.
///
/// Threads: any; no shared state.

#include <string>

#include "weirflow/abi/arrow.h"
#include "weirflow/batch.hpp"

namespace wf {

/// Deepest nesting that is accepted on import.
inline constexpr int kMaxDepth = 16;

void export_schema(const Schema& schema, ArrowSchema* out);
void export_field(const Field& field, ArrowSchema* out);
/// Precondition: the batch is valid; *out is overwritten.
void export_batch(const Batch& batch, ArrowArray* out);
void export_array(const ArrayPtr& array, ArrowArray* out);

/// Takes *schema over. invalid_data names the column and the format that is not supported.
Result<Schema> import_schema(ArrowSchema* schema);
Result<Field> import_field(ArrowSchema* schema);
/// Takes *array over. `schema` is the one agreed at bind.
Result<Batch> import_batch(ArrowArray* array, const SchemaPtr& schema);
Result<ArrayPtr> import_array(ArrowArray* array, const DataType& type);

/// Calls release if it is not NULL.
inline void release(ArrowArray* array) {
  if (array && array->release) array->release(array);
}
inline void release(ArrowSchema* schema) {
  if (schema && schema->release) schema->release(schema);
}

}  // namespace wf

#include "weirflow/detail/bridge_export.hpp"
#include "weirflow/detail/bridge_import.hpp"
