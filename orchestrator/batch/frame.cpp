// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/frame.h"

#include <cstring>

#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"

namespace weirflow::batch {

namespace {

using wf::Array;
using wf::ArrayPtr;
using wf::DataType;
using wf::Field;
using wf::Type;

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<uint32_t>(text.size()));
  out += text;
}
void pad(std::string& out) {
  out.resize((out.size() + wf::kAlignment - 1) / wf::kAlignment * wf::kAlignment);
}

/// Reads what put() wrote; every read is checked.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  bool get(T& value) {
    if (bytes_.size() - at_ < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return true;
  }
  bool text(std::string& value) {
    uint32_t n = 0;
    if (!get(n) || bytes_.size() - at_ < n) return false;
    value.assign(bytes_.substr(at_, n));
    at_ += n;
    return true;
  }
  bool block(uint64_t n, std::string_view& value) {
    at_ = (at_ + wf::kAlignment - 1) / wf::kAlignment * wf::kAlignment;
    if (at_ > bytes_.size() || bytes_.size() - at_ < n) return false;
    value = bytes_.substr(at_, n);
    at_ += n;
    return true;
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

void encode_field(const Field& field, std::string& out) {
  put_text(out, field.name);
  put(out, static_cast<uint8_t>(field.type.id()));
  put(out, static_cast<uint8_t>(field.nullable));
  put(out, static_cast<uint32_t>(field.metadata.size()));
  for (const auto& [k, v] : field.metadata) {
    put_text(out, k);
    put_text(out, v);
  }
  put(out, static_cast<uint32_t>(field.type.children().size()));
  for (const Field& child : field.type.children()) encode_field(child, out);
}

bool decode_metadata(Reader& in, wf::Metadata& metadata) {
  uint32_t pairs = 0;
  if (!in.get(pairs)) return false;
  for (uint32_t i = 0; i < pairs; ++i) {
    auto& [k, v] = metadata.emplace_back();
    if (!in.text(k) || !in.text(v)) return false;
  }
  return true;
}

bool decode_field(Reader& in, Field& field, int depth) {
  uint8_t id = 0, nullable = 0;
  uint32_t children = 0;
  if (depth > wf::kMaxDepth || !in.text(field.name) || !in.get(id) || !in.get(nullable) ||
      !decode_metadata(in, field.metadata) || !in.get(children))
    return false;
  field.nullable = nullable != 0;
  std::vector<Field> members;
  for (uint32_t i = 0; i < children; ++i)
    if (!decode_field(in, members.emplace_back(), depth + 1)) return false;
  const Type type = static_cast<Type>(id);
  if (type < Type::null || type > Type::structure) return false;
  if (type == Type::list) {
    if (members.size() != 1) return false;
    field.type = DataType::list_of(std::move(members[0]));
  } else if (type == Type::structure) {
    field.type = DataType::struct_of(std::move(members));
  } else {
    if (!members.empty()) return false;
    field.type = DataType(type);
  }
  return true;
}

bool is_text(Type type) { return wf::detail::buffer_count(type) == 3; }

/// An array whose buffers hold its rows and nothing else is written as it is.
bool is_tight(const Array& a) {
  if (a.offset != 0) return false;
  const Type type = a.type.id();
  if (is_text(type) || type == Type::list) {
    if (!a.buffers[1].data || wf::detail::element_offset(a, 0) != 0) return false;
    if (type == Type::list && a.children[0]->length != wf::detail::element_offset(a, a.length))
      return false;
  }
  for (const ArrayPtr& child : a.children) {
    if (type == Type::structure && child->length != a.length) return false;
    if (!is_tight(*child)) return false;
  }
  return true;
}

/// Bytes of buffers 0 and 1 of an array without offset.
uint64_t buffer_size(const Array& a, size_t k) {
  const auto n = static_cast<uint64_t>(a.length);
  if (k == 0) return a.buffers[0].data ? (n + 7) / 8 : 0;
  const Type type = a.type.id();
  if (type == Type::boolean) return (n + 7) / 8;
  if (const int64_t width = wf::detail::offset_width(type))
    return (n + 1) * static_cast<uint64_t>(width);
  return n * static_cast<uint64_t>(wf::detail::width_of(type));
}

/// Precondition: is_tight(a).
void encode_array(const Array& a, std::string& out) {
  put(out, a.length);
  put(out, a.type.id() == Type::null ? int64_t{0} : a.null_count());
  for (size_t k = 0; k < 3; ++k) {
    uint64_t size = k < 2 ? buffer_size(a, k) : 0;
    if (k == 0 && a.null_count() == 0) size = 0;
    if (k == 2 && is_text(a.type.id()))
      size = static_cast<uint64_t>(wf::detail::element_offset(a, a.length));
    put(out, size);
    if (size == 0) continue;
    pad(out);
    out.append(reinterpret_cast<const char*>(a.buffers[k].data), size);
  }
  for (const ArrayPtr& child : a.children) encode_array(*child, out);
}

bool offsets_fit(const Array& a) {
  const int64_t limit =
      a.type.id() == Type::list ? a.children[0]->length : static_cast<int64_t>(a.buffers[2].size);
  int64_t before = 0;
  for (int64_t i = 0; i <= a.length; ++i) {
    const int64_t next = wf::detail::element_offset(a, i);
    if (next < before) return false;
    before = next;
  }
  return before <= limit;
}

bool decode_buffers(Reader& in, Array& a, const std::shared_ptr<const void>& owner) {
  for (size_t k = 0; k < 3; ++k) {
    uint64_t size = 0;
    std::string_view block;
    if (!in.get(size) || (size > 0 && !in.block(size, block))) return false;
    wf::Buffer& buffer = a.buffers[k];
    buffer.size = size;
    buffer.owner = owner;
    buffer.data = reinterpret_cast<const uint8_t*>(block.data());
    if (size == 0) buffer = {};
    if (size == 0 && k > 0) buffer.data = static_cast<const uint8_t*>(wf::detail::no_bytes());
  }
  const bool bits = a.null_count_cache.load(std::memory_order_relaxed) > 0;
  return a.buffers[0].size == (bits ? static_cast<uint64_t>((a.length + 7) / 8) : 0) &&
         a.buffers[1].size == buffer_size(a, 1);
}

ArrayPtr decode_array(Reader& in, const DataType& type, const std::shared_ptr<const void>& owner) {
  constexpr int64_t kMostRows = int64_t{1} << 48;
  auto a = std::make_shared<Array>();
  a->type = type;
  int64_t nulls = 0;
  if (!in.get(a->length) || !in.get(nulls) || a->length < 0 || a->length > kMostRows || nulls < 0 ||
      nulls > a->length)
    return nullptr;
  a->null_count_cache = nulls;
  if (!decode_buffers(in, *a, owner)) return nullptr;
  for (const Field& child : type.children()) {
    a->children.push_back(decode_array(in, child.type, owner));
    if (!a->children.back()) return nullptr;
    if (type.id() == Type::structure && a->children.back()->length != a->length) return nullptr;
  }
  if ((is_text(type.id()) || type.id() == Type::list) && !offsets_fit(*a)) return nullptr;
  return a;
}

}  // namespace

void encode_schema(const wf::Schema& schema, std::string& out) {
  put(out, static_cast<uint32_t>(schema.metadata().size()));
  for (const auto& [k, v] : schema.metadata()) {
    put_text(out, k);
    put_text(out, v);
  }
  put(out, static_cast<uint32_t>(schema.size()));
  for (const Field& field : schema.fields()) encode_field(field, out);
}

wf::Result<wf::Schema> decode_schema(std::string_view bytes) {
  Reader in(bytes);
  wf::Metadata metadata;
  uint32_t count = 0;
  std::vector<Field> fields;
  bool good = decode_metadata(in, metadata) && in.get(count);
  for (uint32_t i = 0; good && i < count; ++i) good = decode_field(in, fields.emplace_back(), 0);
  if (!good) return wf::invalid_data("the schema is damaged");
  return wf::Schema(std::move(fields), std::move(metadata));
}

void encode_columns(const wf::Batch& batch, std::string& out) {
  for (const ArrayPtr& column : batch.columns())
    encode_array(is_tight(*column) ? *column : *wf::deep_copy(column), out);
}

wf::Result<wf::Batch> decode_columns(std::string_view bytes, int64_t rows,
                                     const wf::SchemaPtr& schema,
                                     const std::shared_ptr<const void>& owner) {
  Reader in(bytes);
  std::vector<ArrayPtr> columns;
  columns.reserve(schema->fields().size());
  for (const Field& field : schema->fields()) {
    ArrayPtr column = decode_array(in, field.type, owner);
    if (!column || column->length != rows)
      return wf::invalid_data("column '" + field.name + "' is damaged");
    columns.push_back(std::move(column));
  }
  return wf::Batch(schema, rows, std::move(columns));
}

}  // namespace weirflow::batch
