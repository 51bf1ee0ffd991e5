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

struct ArrayBlock;

/// Private data of an exported array: keeps the column alive, holds its pointers.
struct ArrayBox {
  ArrayBlock* block = nullptr;
  ArrayPtr array;  ///< null for a batch
  std::array<const void*, 3> buffers{};
};

/// What an exported batch or column and all below it point into: one block, so that a batch costs a
/// handful of allocations whatever its columns. It lives until its last array is released, since a
/// consumer may move children out and release them on their own; each column goes with its array.
struct ArrayBlock {
  ArrayBlock(size_t arrays, size_t below)
      : alive(static_cast<int64_t>(arrays)), boxes(arrays), children(below), pointers(below) {}
  std::atomic<int64_t> alive;
  std::vector<ArrayBox> boxes;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  size_t boxes_used = 0, children_used = 0;
};

inline void release_array(ArrowArray* array) {
  // Those that nobody moved out.
  for (int64_t i = 0; i < array->n_children; ++i) release(array->children[i]);
  auto* const box = static_cast<ArrayBox*>(array->private_data);
  box->array.reset();
  array->release = nullptr;
  if (box->block->alive.fetch_sub(1, std::memory_order_acq_rel) == 1) delete box->block;
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

inline size_t arrays_below(const std::vector<ArrayPtr>& arrays) {
  size_t count = arrays.size();
  for (const ArrayPtr& array : arrays) count += arrays_below(array->children);
  return count;
}

inline void fill_array(ArrayBlock& block, const ArrayPtr& array, ArrowArray* out);

/// Fills what arrays and batches have in common.
inline ArrayBox& fill_common(ArrayBlock& block, const std::vector<ArrayPtr>& children,
                             ArrowArray* out) {
  ArrayBox& box = block.boxes[block.boxes_used++];
  box.block = &block;
  const size_t first = block.children_used;
  block.children_used += children.size();
  for (size_t i = 0; i < children.size(); ++i) {
    block.pointers[first + i] = &block.children[first + i];
    fill_array(block, children[i], &block.children[first + i]);
  }
  *out = ArrowArray{};
  out->n_children = static_cast<int64_t>(children.size());
  out->children = children.empty() ? nullptr : &block.pointers[first];
  out->buffers = box.buffers.data();
  out->release = release_array;
  out->private_data = &box;
  return box;
}

inline void fill_array(ArrayBlock& block, const ArrayPtr& array, ArrowArray* out) {
  ArrayBox& box = fill_common(block, array->children, out);
  box.array = array;
  out->n_buffers = buffer_count(array->type.id());
  for (size_t i = 0; i < static_cast<size_t>(out->n_buffers); ++i) {
    const Buffer& buffer = array->buffers[i];
    box.buffers[i] = buffer.data ? buffer.data : (i == 0 ? nullptr : no_bytes());
  }
  out->length = array->length;
  out->null_count = array->type.id() == Type::null ? array->length
                    : array->buffers[0].data
                        ? array->null_count_cache.load(std::memory_order_relaxed)
                        : 0;
  out->offset = array->offset;
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
  const size_t below = detail::arrays_below(array->children);
  detail::fill_array(*new detail::ArrayBlock(below + 1, below), array, out);
}

inline void export_batch(const Batch& batch, ArrowArray* out) {
  const size_t below = detail::arrays_below(batch.columns());
  detail::fill_common(*new detail::ArrayBlock(below + 1, below), batch.columns(), out);
  out->length = batch.rows();
  out->n_buffers = 1;
}

}  // namespace wf
