// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Import half of weirflow/bridge.hpp.

#include <cstring>
#include <unordered_set>

#include "weirflow/bridge.hpp"

namespace wf {
namespace detail {

/// Releases a struct at the end of the scope, whatever happens.
template <typename T>
struct Releaser {
  T* target;
  explicit Releaser(T* t) : target(t) {}
  ~Releaser() { release(target); }
  Releaser(const Releaser&) = delete;
  Releaser& operator=(const Releaser&) = delete;
};

/// Most bytes that a metadata value or key may have.
inline constexpr int32_t kMaxMetadata = 1 << 20;

inline Result<Metadata> decode_metadata(const char* at) {
  Metadata metadata;
  if (!at) return metadata;
  const auto number = [&] {
    int32_t n;
    std::memcpy(&n, at, sizeof(n));
    at += sizeof(n);
    return n;
  };
  const int32_t count = number();
  if (count < 0 || count > 4096) return invalid_data("metadata has an impossible number of pairs");
  for (int32_t i = 0; i < count; ++i) {
    std::pair<std::string, std::string> pair;
    for (std::string* part : {&pair.first, &pair.second}) {
      const int32_t length = number();
      if (length < 0 || length > kMaxMetadata)
        return invalid_data("metadata has an impossible length");
      part->assign(at, static_cast<size_t>(length));
      at += length;
    }
    metadata.push_back(std::move(pair));
  }
  return metadata;
}

/// The number behind `"v":` in the JSON of an extension's metadata, or -1.
inline int64_t extension_version(std::string_view json) {
  size_t at = json.find("\"v\"");
  if (at == std::string_view::npos) return -1;
  at = json.find_first_not_of(" \t", at + 3);
  if (at == std::string_view::npos || json[at] != ':') return -1;
  at = json.find_first_not_of(" \t", at + 1);
  int64_t version = -1;
  for (; at < json.size() && json[at] >= '0' && json[at] <= '9' && version < 1'000'000; ++at)
    version = std::max<int64_t>(version, 0) * 10 + (json[at] - '0');
  return version;
}

/// The only extension with a meaning here; every other one is its storage type.
inline Status check_extension(const Field& field) {
  if (field.meta(kExtensionName) != kSparseExtension) return {};
  const std::string_view parameters = field.meta(kExtensionMetadata);
  if (extension_version(parameters) != 1)
    return invalid_data("column '" + field.name +
                        "': weirflow.sparse of an unknown version: " + std::string(parameters));
  if (!(field.type == DataType::sparse()))
    return invalid_data("column '" + field.name + "': weirflow.sparse is stored as " +
                        DataType::sparse().to_string() + ", not " + field.type.to_string());
  return {};
}

inline Result<std::vector<Field>> read_children(const ArrowSchema& schema, int depth);

inline Result<DataType> read_type(const ArrowSchema& schema, int depth) {
  if (!schema.format) return invalid_data("a column has no format");
  if (schema.dictionary)
    return invalid_data("dictionary-encoded columns are not accepted: decode them first");
  const std::string_view format = schema.format;
  if (format.size() == 1) {
    static constexpr std::pair<char, Type> kSimple[] = {
        {'n', Type::null},       {'b', Type::boolean},     {'i', Type::int32}, {'l', Type::int64},
        {'f', Type::float32},    {'g', Type::float64},     {'u', Type::utf8},  {'z', Type::binary},
        {'U', Type::large_utf8}, {'Z', Type::large_binary}};
    for (const auto& [code, type] : kSimple)
      if (format[0] == code) return DataType(type);
  }
  if (format.starts_with("tsu:")) return DataType(Type::timestamp);
  if (format == "+l") {
    WF_ASSIGN(std::vector<Field> children, read_children(schema, depth));
    if (children.size() != 1) return invalid_data("a list has one child");
    return DataType::list_of(std::move(children[0]));
  }
  if (format == "+s") {
    WF_ASSIGN(std::vector<Field> children, read_children(schema, depth));
    return DataType::struct_of(std::move(children));
  }
  return invalid_data("Arrow format '" + std::string(format) + "' is not supported");
}

inline Result<Field> read_field(const ArrowSchema& schema, int depth) {
  if (depth > kMaxDepth)
    return invalid_data("columns are nested more than " + std::to_string(kMaxDepth) + " deep");
  Field field;
  field.name = schema.name ? schema.name : "";
  Result<DataType> type = read_type(schema, depth);
  if (!type.ok()) {
    Status status = std::move(type).status();
    return std::move(status).with_context("column '" + field.name + "'");
  }
  field.type = std::move(*type);
  field.nullable = (schema.flags & ARROW_FLAG_NULLABLE) != 0;
  WF_ASSIGN(field.metadata, decode_metadata(schema.metadata));
  WF_TRY(check_extension(field));
  return field;
}

inline Result<std::vector<Field>> read_children(const ArrowSchema& schema, int depth) {
  std::vector<Field> fields;
  const bool named = std::string_view(schema.format) == "+s";  // a list's item may go without
  if (schema.n_children < 0 || schema.n_children > (1 << 20) ||
      (schema.n_children > 0 && !schema.children))
    return invalid_data("an impossible number of children");
  for (int64_t i = 0; i < schema.n_children; ++i) {
    if (!schema.children[i]) return invalid_data("a child is NULL");
    if (named && !schema.children[i]->name)
      return invalid_data("child " + std::to_string(i) + " has no name");
    WF_ASSIGN(Field field, read_field(*schema.children[i], depth + 1));
    fields.push_back(std::move(field));
  }
  return fields;
}

/// Bytes of one element of a fixed-width type, 0 for the others.
inline int64_t width_of(Type type) {
  switch (type) {
    case Type::int32:
    case Type::float32:
      return 4;
    case Type::int64:
    case Type::float64:
    case Type::timestamp:
      return 8;
    default:
      return 0;
  }
}

/// Bytes of one offset, 0 for types without offsets.
inline int64_t offset_width(Type type) {
  switch (type) {
    case Type::utf8:
    case Type::binary:
    case Type::list:
      return 4;
    case Type::large_utf8:
    case Type::large_binary:
      return 8;
    default:
      return 0;
  }
}

/// A column taken over, released with the last array that borrows from it.
struct TakenArray {
  explicit TakenArray(ArrowArray* moved) : array(*moved) { moved->release = nullptr; }
  TakenArray(const TakenArray&) = delete;
  TakenArray& operator=(const TakenArray&) = delete;
  ~TakenArray() { release(&array); }
  ArrowArray array;
};
using Owner = std::shared_ptr<const TakenArray>;

/// A buffer borrowed from `owner`, or a copy when it is not aligned for its element.
inline Buffer borrow(const Owner& owner, const void* data, int64_t size, int64_t alignment) {
  Buffer buffer;
  if (!data || size == 0) {
    buffer.data = static_cast<const uint8_t*>(no_bytes());
    return buffer;
  }
  if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(alignment) != 0) {
    BufferBuilder<uint8_t> copy;
    copy.append(static_cast<const uint8_t*>(data), static_cast<size_t>(size));
    return copy.finish();
  }
  buffer.owner = owner;
  buffer.data = static_cast<const uint8_t*>(data);
  buffer.size = static_cast<size_t>(size);
  return buffer;
}

inline int64_t offset_at(const Array& array, int64_t i) {
  return offset_width(array.type.id()) == 8 ? array.buffers[1].as<int64_t>()[i]
                                            : array.buffers[1].as<int32_t>()[i];
}

inline Status fill_offsets(Array& array, const ArrowArray& from, const Owner& owner) {
  const int64_t width = offset_width(array.type.id());
  const int64_t end = array.offset + array.length;
  if (!from.buffers[1]) {
    if (array.length > 0) return invalid_data("the offsets are NULL");
    array.offset = 0;  // an empty array without offsets: one zero stands for them
    array.buffers[1].data = static_cast<const uint8_t*>(no_bytes());
    array.buffers[1].size = static_cast<size_t>(width);
    return {};
  }
  array.buffers[1] = borrow(owner, from.buffers[1], (end + 1) * width, width);
  const int64_t first = offset_at(array, array.offset), last = offset_at(array, end);
  if (first < 0 || last < first) return invalid_data("the offsets run backwards");
  return {};
}

/// What every array must keep, whatever its type.
inline Status check_numbers(const ArrowArray& array) {
  constexpr int64_t kLimit = int64_t{1} << 48;
  if (array.dictionary) return invalid_data("is dictionary-encoded: decode it first");
  if (array.length < 0 || array.offset < 0 || array.length > kLimit || array.offset > kLimit)
    return invalid_data("has an impossible length or offset");
  if (array.null_count < -1 || array.null_count > array.length)
    return invalid_data("has an impossible null count");
  return {};
}

inline Result<ArrayPtr> read_array(const ArrowArray& from, const Owner& owner, const DataType& type,
                                   int depth);

inline Status fill_children(Array& array, const ArrowArray& from, const Owner& owner, int depth) {
  const auto& wanted = array.type.children();
  if (from.n_children != static_cast<int64_t>(wanted.size()) || (!wanted.empty() && !from.children))
    return invalid_data("has " + std::to_string(from.n_children) + " children, not " +
                        std::to_string(wanted.size()));
  array.children.reserve(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!from.children[i]) return invalid_data("a child is NULL");
    if (!from.children[i]->release) return invalid_data("a child has been released already");
    WF_ASSIGN(ArrayPtr child, read_array(*from.children[i], owner, wanted[i].type, depth + 1));
    array.children.push_back(std::move(child));
  }
  return {};
}

/// The array `from` and those below it, whose memory belongs to `owner`.
inline Result<ArrayPtr> read_array(const ArrowArray& from, const Owner& owner, const DataType& type,
                                   int depth) {
  if (depth > kMaxDepth) return invalid_data("is nested too deep");
  WF_TRY(check_numbers(from));
  const int64_t buffers = buffer_count(type.id());
  const bool old_null = type.id() == Type::null && from.n_buffers == 1;
  if ((from.n_buffers != buffers && !old_null) || (buffers > 0 && !from.buffers))
    return invalid_data("has " + std::to_string(from.n_buffers) + " buffers, not " +
                        std::to_string(buffers));
  auto array = std::make_shared<Array>();
  array->type = type;
  array->length = from.length;
  array->offset = from.offset;
  const int64_t end = array->offset + array->length;
  if (type.id() == Type::null) return ArrayPtr(array);
  if (from.buffers[0]) {
    array->buffers[0] = borrow(owner, from.buffers[0], (end + 7) / 8, 1);
  } else {
    if (from.null_count > 0) return invalid_data("has nulls but no validity bitmap");
    array->null_count_cache = 0;
  }
  if (type.id() == Type::boolean || width_of(type.id())) {
    const int64_t width = width_of(type.id());
    if (!from.buffers[1] && array->length > 0) return invalid_data("the values are NULL");
    array->buffers[1] =
        borrow(owner, from.buffers[1], width ? end * width : (end + 7) / 8, width ? width : 1);
  }
  if (offset_width(type.id())) WF_TRY(fill_offsets(*array, from, owner));
  if (buffers == 3) {
    const int64_t bytes = offset_at(*array, array->offset + array->length);
    if (bytes > offset_at(*array, array->offset) && !from.buffers[2])
      return invalid_data("the bytes are NULL");
    array->buffers[2] = borrow(owner, from.buffers[2], bytes, 1);
  }
  WF_TRY(fill_children(*array, from, owner, depth));
  if (type.id() == Type::list &&
      array->children[0]->length < offset_at(*array, array->offset + array->length))
    return invalid_data("the offsets point behind the child's end");
  if (type.id() == Type::structure)
    for (const ArrayPtr& child : array->children)
      if (child->length < end) return invalid_data("a child is shorter than the struct");
  return ArrayPtr(array);
}

/// Takes *moved over, whose release is NULL afterwards: a column has one owner, so that it can be
/// dropped without the others of its batch.
inline Result<ArrayPtr> take_array(ArrowArray* moved, const DataType& type, int depth) {
  if (!moved->release) return invalid_data("has been released already");
  const auto owner = std::make_shared<const TakenArray>(moved);
  return read_array(owner->array, owner, type, depth);
}

/// The struct around the columns: no row of it may be null.
inline Status check_batch(const ArrowArray& array) {
  WF_TRY(check_numbers(array));
  if (array.n_buffers != 1)
    return invalid_data("has " + std::to_string(array.n_buffers) + " buffers, not 1");
  const auto* bits = array.buffers ? static_cast<const uint8_t*>(array.buffers[0]) : nullptr;
  if (array.length == 0) return {};
  if (array.null_count > 0 ||
      (bits && count_bits(bits, array.offset, array.length) != array.length))
    return invalid_data("has null rows; only columns may have nulls");
  return {};
}

}  // namespace detail

inline Result<Field> import_field(ArrowSchema* schema) {
  const detail::Releaser<ArrowSchema> release_at_end(schema);
  if (!schema->release) return invalid_data("the schema has been released already");
  return detail::read_field(*schema, 0);
}

inline Result<Schema> import_schema(ArrowSchema* schema) {
  const detail::Releaser<ArrowSchema> release_at_end(schema);
  if (!schema->release) return invalid_data("the schema has been released already");
  if (!schema->format || std::string_view(schema->format) != "+s")
    return invalid_data("a batch's schema must be a struct");
  WF_ASSIGN(std::vector<Field> fields, detail::read_children(*schema, 0));
  std::unordered_set<std::string_view> names;
  for (const Field& field : fields)
    if (!names.insert(field.name).second)
      return invalid_data("there are two columns '" + field.name + "'");
  WF_ASSIGN(Metadata metadata, detail::decode_metadata(schema->metadata));
  return Schema(std::move(fields), std::move(metadata));
}

inline Result<ArrayPtr> import_array(ArrowArray* array, const DataType& type) {
  const detail::Releaser<ArrowArray> release_at_end(array);
  return detail::take_array(array, type, 0);
}

inline Result<Batch> import_batch(ArrowArray* array, const SchemaPtr& schema) {
  const detail::Releaser<ArrowArray> release_at_end(array);
  if (!array->release) return invalid_data("the batch has been released already");
  if (Status status = detail::check_batch(*array); !status.ok())
    return std::move(status).with_context("the batch");
  const auto& fields = schema->fields();
  if (array->n_children != static_cast<int64_t>(fields.size()) ||
      (!fields.empty() && !array->children))
    return invalid_data("the batch has " + std::to_string(array->n_children) + " columns, not " +
                        std::to_string(fields.size()));
  std::vector<ArrayPtr> columns;
  columns.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!array->children[i]) return invalid_data("column '" + fields[i].name + "' is NULL");
    Result<ArrayPtr> column = detail::take_array(array->children[i], fields[i].type, 1);
    if (column.ok() && (*column)->length < array->offset + array->length)
      column = invalid_data("is shorter than the batch");
    if (!column.ok()) {
      Status status = std::move(column).status();
      return std::move(status).with_context("column '" + fields[i].name + "'");
    }
    columns.push_back(slice(*column, array->offset, array->length));
  }
  return Batch(schema, array->length, std::move(columns));
}

}  // namespace wf
