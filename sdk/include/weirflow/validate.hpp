// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Is a batch what it claims to be? Four levels, each with the checks of those before it:
///
///   none     nothing
///   minimal  structure: as many columns as fields, each of the field's type and of the batch's
///            length; children; no negative length or offset; nesting at most kMaxDepth
///   basic    constant time per array: buffers present and long enough, first and last offset in
///            order and inside the bytes or the child, children long enough
///   full     every value: offsets in order, text is UTF-8, the null count is right, no null where
///            the field says so, indices of weirflow.sparse ascending and inside its size
///
/// `minimal` reads no buffer. Precondition of the others: each Buffer's size can be read.
/// Errors: invalid_data that names the column, the way down into it and, where one is to blame, the
/// row ("column 'tags': item: row 7: not UTF-8"); Status::row() is the batch's row, or -1 below a
/// list. Threads: any; pure.

#include <cstdint>
#include <string>

#include "weirflow/bridge.hpp"
#include "weirflow/kernels/gather.hpp"
#include "weirflow/print.hpp"

namespace wf {

enum class ValidationLevel : uint8_t { none = 1, minimal, basic, full };

/// A column against the field that describes it.
Status validate(const Array& array, const Field& field, ValidationLevel level);
Status validate(const Batch& batch, ValidationLevel level);

namespace detail {

inline Status check_structure(const Array& a, const DataType& type, int depth) {
  if (depth > kMaxDepth) return invalid_data("is nested too deep");
  if (!(a.type == type))
    return invalid_data("is " + a.type.to_string() + ", not " + type.to_string());
  if (a.length < 0 || a.offset < 0 || a.length > (int64_t{1} << 48) ||
      a.offset > (int64_t{1} << 48))
    return invalid_data("has an impossible length or offset");
  if (a.children.size() != type.children().size())
    return invalid_data("has " + std::to_string(a.children.size()) + " children, not " +
                        std::to_string(type.children().size()));
  for (size_t k = 0; k < a.children.size(); ++k) {
    if (!a.children[k]) return invalid_data("child " + std::to_string(k) + " is missing");
    WF_TRY(check_structure(*a.children[k], type.children()[k].type, depth + 1));
  }
  return {};
}

inline Status check_size(const Array& a, size_t k, int64_t bytes, const char* what) {
  if (bytes > 0 && !a.buffers[k].data) return invalid_data(std::string("has no buffer of ") + what);
  if (static_cast<uint64_t>(bytes) > a.buffers[k].size)
    return invalid_data(std::string("needs ") + std::to_string(bytes) + " bytes of " + what +
                        ", has " + std::to_string(a.buffers[k].size));
  return {};
}

/// First and last offset, against the number of bytes or items that there are.
inline Status check_ends(const Array& a) {
  const bool list = a.type.id() == Type::list;
  const int64_t limit = list ? a.children[0]->length : static_cast<int64_t>(a.buffers[2].size);
  const int64_t first = element_offset(a, 0), last = element_offset(a, a.length);
  if (first < 0 || last < first)
    return invalid_data("has offsets from " + std::to_string(first) + " to " +
                        std::to_string(last));
  if (last > limit)
    return invalid_data("has offsets up to " + std::to_string(last) + ", behind the end at " +
                        std::to_string(limit));
  return {};
}

inline Status check_buffers(const Array& a) {
  if (a.type.id() == Type::null) return {};
  const int64_t end = a.offset + a.length;
  if (a.buffers[0].data) WF_TRY(check_size(a, 0, (end + 7) / 8, "validity"));
  if (!a.buffers[0].data && a.null_count_cache.load(std::memory_order_relaxed) > 0)
    return invalid_data("has nulls but no validity");
  if (const int64_t width = width_of(a.type.id())) {
    if (a.length > 0) WF_TRY(check_size(a, 1, end * width, "values"));
  } else if (a.type.id() == Type::boolean) {
    if (a.length > 0) WF_TRY(check_size(a, 1, (end + 7) / 8, "values"));
  } else if (const int64_t offsets = offset_width(a.type.id())) {
    WF_TRY(check_size(a, 1, (end + 1) * offsets, "offsets"));
    WF_TRY(check_ends(a));
  }
  for (size_t k = 0; k < a.children.size(); ++k) {
    if (a.type.id() == Type::structure && a.children[k]->length < end)
      return invalid_data("member '" + a.type.children()[k].name + "' is too short");
    WF_TRY(check_buffers(*a.children[k]));
  }
  return {};
}

inline Status at_row(int64_t row, const std::string& what) {
  return invalid_data("row " + std::to_string(row) + ": " + what).at_row(row);
}

inline Status check_offsets(const Array& a) {
  // A slice ends where no check of the whole has looked: [0, 9, 9, 5] is in order from 1 to 2.
  WF_TRY(check_ends(a));
  int64_t before = element_offset(a, 0);
  for (int64_t i = 1; i <= a.length; ++i) {
    const int64_t next = element_offset(a, i);
    if (next < before) return at_row(i - 1, "the offsets run backwards");
    before = next;
  }
  return {};
}

inline Status check_text(const Array& a) {
  const StringView texts(a);
  for (int64_t i = 0; i < a.length; ++i) {
    if (a.is_null(i)) continue;
    const std::string_view text = texts[i];
    for (size_t k = 0; k < text.size();) {
      const size_t n = utf8_sequence(text.substr(k));
      if (n == 0) return at_row(i, "not UTF-8 at byte " + std::to_string(k));
      k += n;
    }
  }
  return {};
}

inline Status check_values(const Array& a, const Field& field);

inline Status check_members(const Array& a, const Field& field) {
  const auto& members = field.type.children();
  const bool no_nulls = a.null_count() == 0;
  for (size_t k = 0; k < members.size(); ++k) {
    Field member = members[k];
    member.nullable = member.nullable || !no_nulls;  // under a null struct anything goes
    Status status = check_values(*slice(a.children[k], a.offset, a.length), member);
    if (!status.ok()) return std::move(status).with_context("'" + member.name + "'");
  }
  return {};
}

inline Status check_items(const Array& a, const Field& field) {
  const int64_t first = element_offset(a, 0), last = element_offset(a, a.length);
  Field item = field.type.children()[0];
  item.nullable = item.nullable || a.null_count() > 0;
  Status status = check_values(*slice(a.children[0], first, last - first), item);
  return std::move(status).at_row(-1).with_context("item");
}

/// The vector's size from the extension's metadata, or -1.
inline int64_t sparse_size(const Field& field) {
  const std::string_view json = field.meta(kExtensionMetadata);
  const size_t at = json.find("\"size\":");
  if (at == std::string_view::npos) return -1;
  int64_t size = -1;
  std::from_chars(json.data() + at + 7, json.data() + json.size(), size);
  return size;
}

inline Status check_sparse(const Array& a, const Field& field) {
  const int64_t size = sparse_size(field);
  const SparseView view(a);
  for (int64_t i = 0; i < a.length; ++i) {
    int64_t before = -1;
    for (int64_t k = view.begin(i); k < view.end(i); ++k) {
      const int64_t index = view.indices()[k];
      if (index <= before) return at_row(i, "the indices do not ascend");
      if (size >= 0 && index >= size)
        return at_row(
            i, "index " + std::to_string(index) + " of a vector of size " + std::to_string(size));
      before = index;
    }
  }
  return {};
}

inline Status check_nulls(const Array& a, const Field& field) {
  if (a.type.id() == Type::null) return {};
  const uint8_t* bits = a.buffers[0].data;
  const int64_t nulls = bits ? a.length - count_bits(bits, a.offset, a.length) : 0;
  const int64_t claimed = a.null_count_cache.load(std::memory_order_relaxed);
  if (claimed >= 0 && claimed != nulls)
    return invalid_data("claims " + std::to_string(claimed) + " nulls, has " +
                        std::to_string(nulls));
  if (nulls == 0 || field.nullable) return {};
  int64_t row = 0;
  while (!a.is_null(row)) ++row;
  return at_row(row, "null in a column that has none by its schema");
}

inline Status check_values(const Array& a, const Field& field) {
  WF_TRY(check_nulls(a, field));
  switch (a.type.id()) {
    case Type::utf8:
    case Type::large_utf8:
      WF_TRY(check_offsets(a));
      return check_text(a);
    case Type::binary:
    case Type::large_binary:
      return check_offsets(a);
    case Type::list:
      WF_TRY(check_offsets(a));
      WF_TRY(check_items(a, field));
      return field.meta(kExtensionName) == kSparseExtension ? check_sparse(a, field) : Status();
    case Type::structure:
      return check_members(a, field);
    default:
      return {};
  }
}

}  // namespace detail

inline Status validate(const Array& array, const Field& field, ValidationLevel level) {
  const auto check = [&]() -> Status {
    if (level < ValidationLevel::minimal) return {};
    WF_TRY(detail::check_structure(array, field.type, 1));
    if (level < ValidationLevel::basic) return {};
    WF_TRY(detail::check_buffers(array));
    if (level < ValidationLevel::full) return {};
    WF_TRY(detail::check_extension(field));
    return detail::check_values(array, field);
  };
  return check().with_context("column '" + field.name + "'");
}

inline Status validate(const Batch& batch, ValidationLevel level) {
  if (level < ValidationLevel::minimal) return {};
  const auto& fields = batch.schema().fields();
  if (fields.size() != batch.columns().size())
    return invalid_data("the batch has " + std::to_string(batch.columns().size()) +
                        " columns, its schema " + std::to_string(fields.size()));
  for (size_t k = 0; k < fields.size(); ++k) {
    const ArrayPtr& column = batch.columns()[k];
    if (!column) return invalid_data("column '" + fields[k].name + "': is missing");
    if (column->length != batch.rows())
      return invalid_data("column '" + fields[k].name + "': has " + std::to_string(column->length) +
                          " rows, the batch " + std::to_string(batch.rows()));
    WF_TRY(validate(*column, fields[k], level));
  }
  return {};
}

}  // namespace wf
