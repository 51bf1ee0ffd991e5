// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The identity of a sequence of rows: SHA-256 over their values in order. Two models were trained
/// on the same data when schema and rows have the same digest.
///
/// What counts: names and types of the columns, their order, the values and the order of the rows.
/// What does not: batch boundaries, offsets, bytes under nulls, metadata, nullability, which NaN a
/// NaN is, the sign of zero, and whether text has large offsets.
///
/// Bytes of a digest, little-endian, stable for ever: first the text "weirflow.rows.1\n"; per
/// column u64 length and bytes of its name, then of its type (large_utf8 as utf8, large_binary as
/// binary; list items without a name, as DataType::to_string() writes them); one 0xFF byte. Then
/// row by row, column by column: 0 for null, else 1 and the value: bool one byte; int32, float32 4
/// bytes; int64, float64, timestamp 8 bytes; text and binary u64 length and bytes; list u64 length
/// and its items; struct its members. Items and members are written as values of their own (0 or 1
/// first). Last the u64 number of rows.

#include <cstdint>
#include <string>

#include "core/digest.h"
#include "weirflow/batch.hpp"

namespace weirflow::batch {

/// Threads: one at a time.
class RowDigest {
 public:
  /// The schema is that of the first batch; without any batch it has no columns.
  RowDigest() = default;
  explicit RowDigest(const wf::Schema& schema) { begin(schema); }
  /// Precondition: all batches have the same columns.
  void update(const wf::Batch& batch);
  [[nodiscard]] int64_t rows() const { return rows_; }
  /// 64 lower-case hex digits. Ends the digest: call it once, last.
  std::string hex();

 private:
  void begin(const wf::Schema& schema);
  bool begun_ = false;
  Sha256 hash_;
  std::string scratch_;
  int64_t rows_ = 0;
};

}  // namespace weirflow::batch
