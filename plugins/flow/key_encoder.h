// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Keys of rows as bytes whose plain byte order is the wanted order, so that sorting, merging and
/// grouping compare with memcmp whatever the types.
///
/// Order: numbers by value, NaN above all of them and equal to itself, -0.0 equal to 0.0; texts by
/// bytes (code points); false before true; nulls first or last as asked, both ways.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::flow {

struct KeyColumn {
  int column = 0;
  bool descending = false;
  bool nulls_last = true;
};

/// "score", "score desc", "score asc nulls first"; `descending` is the direction of a key that says
/// none. A name with such words in quotes: "\"a desc\"".
/// invalid_config (place with `key`, offset and length in `text`) when there is no such column or
/// it is a list or struct.
wf::Result<KeyColumn> parse_key(std::string_view text, const wf::Schema& schema,
                                std::string_view key, bool descending = false);

/// The place of an item of a list option, so that an error points at it alone.
inline std::string item_key(std::string_view key, size_t index) {
  return std::string(key) + "[" + std::to_string(index) + "]";
}

/// Plain columns, ascending, nulls last.
wf::Result<std::vector<KeyColumn>> parse_columns(const std::vector<std::string>& names,
                                                 const wf::Schema& schema, std::string_view key);

class KeyEncoder {
 public:
  explicit KeyEncoder(std::vector<KeyColumn> keys) : keys_(std::move(keys)) {}
  /// Appends the key of the row.
  void encode(const wf::Batch& batch, int64_t row, std::string& out) const;

 private:
  std::vector<KeyColumn> keys_;
};

/// From encoded keys (plain columns, ascending, nulls last) back to columns. -0.0 comes back as
/// 0.0.
class KeyDecoder {
 public:
  explicit KeyDecoder(const std::vector<wf::Field>& columns);
  KeyDecoder(KeyDecoder&&) noexcept;
  ~KeyDecoder();
  /// Takes one key off the front of `in`. invalid_data when it is none.
  wf::Status append(std::string_view& in);
  /// The columns; starts again.
  std::vector<wf::ArrayPtr> finish();

 private:
  struct Column;
  std::vector<Column> columns_;
};

}  // namespace weirflow::flow
