// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Export half of weirflow/bridge.hpp.

#include "weirflow/bridge.hpp"

namespace wf {
namespace detail {

/// Private data of an exported schema: everything its pointers refer to.
struct SchemaBox {
  std::string format, name, metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  SchemaBox() = default;
  SchemaBox(const SchemaBox&) = delete;
  SchemaBox& operator=(const SchemaBox&) = delete;
  /// Releases the children that nobody moved out.
  ~SchemaBox() {
    for (ArrowSchema& child : children) release(&child);
  }
};

inline void release_schema(ArrowSchema* schema) {
  delete static_cast<SchemaBox*>(schema->private_data);
  schema->release = nullptr;
}

inline std::string format_of(const DataType& type) {
  switch (type.id()) {
    case Type::null:
      return "n";
    case Type::boolean:
      return "b";
    case Type::int32:
      return "i";
    case Type::int64:
      return "l";
    case Type::float32:
      return "f";
    case Type::float64:
      return "g";
    case Type::utf8:
      return "u";
    case Type::binary:
      return "z";
    case Type::large_utf8:
      return "U";
    case Type::large_binary:
      return "Z";
    case Type::timestamp:
      return "tsu:UTC";
    case Type::list:
      return "+l";
    case Type::structure:
      return "+s";
  }
  return "n";
}

/// The length-prefixed form of the C Data Interface; empty for no metadata.
inline std::string encode_metadata(const Metadata& metadata) {
  std::string out;
  if (metadata.empty()) return out;
  const auto number = [&](size_t n) {
    const auto v = static_cast<int32_t>(n);
    out.append(reinterpret_cast<const char*>(&v), sizeof(v));
  };
  number(metadata.size());
  for (const auto& [key, value] : metadata) {
    number(key.size());
    out += key;
    number(value.size());
    out += value;
  }
  return out;
}

inline void fill_schema(ArrowSchema* out, std::string format, std::string name, bool nullable,
                        const Metadata& metadata, const std::vector<Field>& children) {
  auto box = std::make_unique<SchemaBox>();
  box->format = std::move(format);
  box->name = std::move(name);
  box->metadata = encode_metadata(metadata);
  box->children.resize(children.size());
  for (size_t i = 0; i < children.size(); ++i) {
    export_field(children[i], &box->children[i]);
    box->pointers.push_back(&box->children[i]);
  }
  *out = ArrowSchema{};
  out->format = box->format.c_str();
  out->name = box->name.c_str();
  out->metadata = box->metadata.empty() ? nullptr : box->metadata.data();
  out->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  out->n_children = static_cast<int64_t>(children.size());
  out->children = box->pointers.empty() ? nullptr : box->pointers.data();
  out->release = release_schema;
  out->private_data = box.release();
}

/// Private data of an exported array: keeps the column alive, holds the pointer tables.
struct ArrayBox {
  ArrayPtr array;
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrayBox() = default;
  ArrayBox(const ArrayBox&) = delete;
  ArrayBox& operator=(const ArrayBox&) = delete;
  /// Releases the children that nobody moved out.
  ~ArrayBox() {
    for (ArrowArray& child : children) release(&child);
  }
};

inline void release_array(ArrowArray* array) {
  delete static_cast<ArrayBox*>(array->private_data);
  array->release = nullptr;
}

inline int64_t buffer_count(Type type) {
  switch (type) {
    case Type::null:
      return 0;
    case Type::structure:
      return 1;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      return 3;
    default:
      return 2;
  }
}

/// An address for buffers of size zero, which some consumers do not accept as NULL.
inline const void* no_bytes() {
  alignas(kAlignment) static const uint8_t zeros[kAlignment] = {};
  return zeros;
}

inline void link_children(ArrayBox& box, ArrowArray* out) {
  for (ArrowArray& child : box.children) box.pointers.push_back(&child);
  out->n_children = static_cast<int64_t>(box.children.size());
  out->children = box.pointers.empty() ? nullptr : box.pointers.data();
}

}  // namespace detail

inline void export_field(const Field& field, ArrowSchema* out) {
  detail::fill_schema(out, detail::format_of(field.type), field.name, field.nullable,
                      field.metadata, field.type.children());
}

inline void export_schema(const Schema& schema, ArrowSchema* out) {
  detail::fill_schema(out, "+s", "", false, schema.metadata(), schema.fields());
}

inline void export_array(const ArrayPtr& array, ArrowArray* out) {
  auto box = std::make_unique<detail::ArrayBox>();
  box->array = array;
  const int64_t buffers = detail::buffer_count(array->type.id());
  for (int64_t i = 0; i < buffers; ++i) {
    const auto& buffer = array->buffers[static_cast<size_t>(i)];
    box->buffers[static_cast<size_t>(i)] =
        buffer.data ? buffer.data : (i == 0 ? nullptr : detail::no_bytes());
  }
  box->children.resize(array->children.size());
  for (size_t i = 0; i < array->children.size(); ++i)
    export_array(array->children[i], &box->children[i]);
  *out = ArrowArray{};
  out->length = array->length;
  out->null_count = array->type.id() == Type::null ? array->length
                    : array->buffers[0].data
                        ? array->null_count_cache.load(std::memory_order_relaxed)
                        : 0;
  out->offset = array->offset;
  out->n_buffers = buffers;
  out->buffers = box->buffers.data();
  detail::link_children(*box, out);
  out->release = detail::release_array;
  out->private_data = box.release();
}

inline void export_batch(const Batch& batch, ArrowArray* out) {
  auto box = std::make_unique<detail::ArrayBox>();
  box->children.resize(batch.columns().size());
  for (size_t i = 0; i < batch.columns().size(); ++i)
    export_array(batch.columns()[i], &box->children[i]);
  *out = ArrowArray{};
  out->length = batch.rows();
  out->n_buffers = 1;
  out->buffers = box->buffers.data();
  detail::link_children(*box, out);
  out->release = detail::release_array;
  out->private_data = box.release();
}

}  // namespace wf
