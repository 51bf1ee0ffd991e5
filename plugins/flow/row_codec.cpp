// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "row_codec.h"

#include "state_bytes.h"

namespace weirflow::flow {

using wf::Array;
using wf::ArrayPtr;
using wf::Status;
using wf::Type;

namespace {

constexpr char kNull = 1, kValue = 0;

size_t width_of(Type type) {
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

void put_cell(const Array& a, int64_t i, std::string& out) {
  const bool null = a.is_null(i);
  out += null ? kNull : kValue;
  if (null) return;
  const Type type = a.type.id();
  if (const size_t width = width_of(type); width > 0) {
    const char* values = a.buffers[1].as<char>();
    out.append(values + static_cast<size_t>(a.offset + i) * width, width);
    return;
  }
  switch (type) {
    case Type::boolean:
      out += wf::BoolView(a)[i] ? '\1' : '\0';
      break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      put_bytes(out, wf::StringView(a)[i]);
      break;
    case Type::list: {
      const wf::ListView list(a);
      put_raw(out, static_cast<uint32_t>(list.end(i) - list.begin(i)));
      for (int64_t k = list.begin(i); k < list.end(i); ++k) put_cell(*list.items(), k, out);
      break;
    }
    case Type::structure:
      for (const ArrayPtr& child : a.children) put_cell(*child, a.offset + i, out);
      break;
    default:
      break;
  }
}

}  // namespace

void put_row(const wf::Batch& batch, int64_t row, std::string& out) {
  for (const ArrayPtr& column : batch.columns()) put_cell(*column, row, out);
}

struct RowDecoder::Column {
  wf::DataType type;
  wf::ValidityBuilder validity;
  wf::BufferBuilder<uint8_t> values;   // fixed widths, and bits
  wf::BufferBuilder<int32_t> offsets;  // texts and lists
  wf::BufferBuilder<char> bytes;
  std::vector<Column> children;

  explicit Column(wf::DataType of) : type(std::move(of)) {
    for (const wf::Field& child : type.children()) children.emplace_back(child.type);
    start();
  }
  void start() {
    const Type id = type.id();
    if (id == Type::utf8 || id == Type::binary || id == Type::list) offsets.push_back(0);
  }
  [[nodiscard]] int64_t length() const { return validity.length(); }

  void append_null() {
    fill(std::string(width_of(type.id()), '\0'));
    if (type.id() == Type::structure)
      for (Column& child : children) child.append_null();
    validity.append_null();
  }
  /// What stands in a row besides its children, before the row is counted.
  void fill(std::string_view fixed) {
    const Type id = type.id();
    if (!fixed.empty()) values.append(reinterpret_cast<const uint8_t*>(fixed.data()), fixed.size());
    if (id == Type::boolean && static_cast<size_t>(length() / 8) >= values.size())
      values.push_back(0);
    if (id == Type::utf8 || id == Type::binary)
      offsets.push_back(static_cast<int32_t>(bytes.size()));
    if (id == Type::list) offsets.push_back(static_cast<int32_t>(children[0].length()));
  }
  bool append(std::string_view& in) {
    char null = 0;
    if (!take_raw(in, &null)) return false;
    if (null == kNull) return append_null(), true;
    const Type id = type.id();
    std::string_view fixed;
    if (const size_t width = width_of(id); width > 0) {
      if (in.size() < width) return false;
      fixed = in.substr(0, width);
      in.remove_prefix(width);
    }
    char bit = 0;
    if (id == Type::boolean && !take_raw(in, &bit)) return false;
    if (id == Type::utf8 || id == Type::binary) {
      std::string_view text;
      if (!take_bytes(in, &text)) return false;
      if (text.size() > static_cast<size_t>(INT32_MAX) - bytes.size())
        throw std::length_error("a column of a batch holds less than 2 GiB of text");
      bytes.append(text.data(), text.size());
    }
    if (id == Type::list) {
      uint32_t items = 0;
      if (!take_raw(in, &items)) return false;
      for (uint32_t k = 0; k < items; ++k)
        if (!children[0].append(in)) return false;
    }
    if (id == Type::structure)
      for (Column& child : children)
        if (!child.append(in)) return false;
    if (id == Type::null) return false;
    fill(fixed);
    if (bit) wf::set_bit(values.data(), length());
    validity.append_valid();
    return true;
  }
  ArrayPtr finish() {
    auto array = std::make_shared<Array>();
    array->type = type;
    validity.finish(*array);
    switch (type.id()) {
      case Type::null:
        array->buffers[0] = {};
        break;
      case Type::utf8:
      case Type::binary:
        array->buffers[1] = offsets.finish();
        array->buffers[2] = bytes.finish();
        break;
      case Type::list:
        array->buffers[1] = offsets.finish();
        break;
      case Type::structure:
        break;
      default:
        array->buffers[1] = values.finish();
    }
    for (Column& child : children) array->children.push_back(child.finish());
    start();
    return array;
  }
};

RowDecoder::RowDecoder(const std::vector<wf::Field>& columns) {
  for (const wf::Field& field : columns) columns_.emplace_back(field.type);
}
RowDecoder::RowDecoder(RowDecoder&&) noexcept = default;
RowDecoder& RowDecoder::operator=(RowDecoder&&) noexcept = default;
RowDecoder::~RowDecoder() = default;

Status RowDecoder::append(std::string_view row) {
  for (Column& column : columns_)
    if (!column.append(row)) return damaged_state();
  ++rows_;
  return row.empty() ? Status() : damaged_state();
}

void RowDecoder::append_nulls() {
  for (Column& column : columns_) column.append_null();
  ++rows_;
}

std::vector<ArrayPtr> RowDecoder::finish() {
  std::vector<ArrayPtr> arrays;
  for (Column& column : columns_) arrays.push_back(column.finish());
  rows_ = 0;
  return arrays;
}

}  // namespace weirflow::flow
