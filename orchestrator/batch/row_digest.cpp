// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/row_digest.h"

#include <cmath>
#include <limits>

namespace weirflow::batch {

namespace {

using wf::Array;
using wf::ArrayPtr;
using wf::DataType;
using wf::Field;
using wf::Type;

/// Canonical bytes are hashed in pieces of about this size.
constexpr size_t kPiece = size_t{256} << 10;

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<uint64_t>(text.size()));
  out += text;
}

template <typename T>
void put_float(std::string& out, T value) {
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  put(out, value == 0 ? T{0} : value);
}

DataType ordinary(const DataType& type) {
  switch (type.id()) {
    case Type::large_utf8:
      return Type::utf8;
    case Type::large_binary:
      return Type::binary;
    case Type::list:
      return DataType::list_of(ordinary(type.children()[0].type));
    case Type::structure: {
      std::vector<Field> members = type.children();
      for (Field& member : members) member.type = ordinary(member.type);
      return DataType::struct_of(std::move(members));
    }
    default:
      return type;
  }
}

void put_value(std::string& out, const Array& a, int64_t i) {
  const bool null = a.is_null(i);
  out += null ? '\0' : '\1';
  if (null) return;
  switch (a.type.id()) {
    case Type::null:
      break;
    case Type::boolean:
      out += wf::BoolView(a)[i] ? '\1' : '\0';
      break;
    case Type::int32:
      put(out, wf::NumericView<int32_t>(a)[i]);
      break;
    case Type::float32:
      put_float(out, wf::NumericView<float>(a)[i]);
      break;
    case Type::int64:
    case Type::timestamp:
      put(out, wf::NumericView<int64_t>(a)[i]);
      break;
    case Type::float64:
      put_float(out, wf::NumericView<double>(a)[i]);
      break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      put_text(out, wf::StringView(a)[i]);
      break;
    case Type::list: {
      const wf::ListView list(a);
      put(out, static_cast<uint64_t>(list.end(i) - list.begin(i)));
      for (int64_t k = list.begin(i); k < list.end(i); ++k) put_value(out, *list.items(), k);
      break;
    }
    case Type::structure:
      for (const ArrayPtr& child : a.children) put_value(out, *child, a.offset + i);
      break;
  }
}

}  // namespace

void RowDigest::begin(const wf::Schema& schema) {
  begun_ = true;
  std::string head = "weirflow.rows.1\n";
  for (const Field& field : schema.fields()) {
    put_text(head, field.name);
    put_text(head, ordinary(field.type).to_string());
  }
  head += '\xFF';
  hash_.update(head);
}

void RowDigest::update(const wf::Batch& batch) {
  if (!begun_) begin(batch.schema());
  for (int64_t i = 0; i < batch.rows(); ++i) {
    for (const ArrayPtr& column : batch.columns()) put_value(scratch_, *column, i);
    if (scratch_.size() < kPiece) continue;
    hash_.update(scratch_);
    scratch_.clear();
  }
  rows_ += batch.rows();
}

std::string RowDigest::hex() {
  if (!begun_) begin(wf::Schema());
  put(scratch_, static_cast<uint64_t>(rows_));
  hash_.update(scratch_);
  return hash_.finish_hex();
}

}  // namespace weirflow::batch
