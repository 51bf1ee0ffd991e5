// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "vec.h"

#include <algorithm>

namespace wf::expr {

void merge_errors(RowErrors& into, RowErrors more) {
  if (more.empty()) return;
  if (into.empty()) {
    into = std::move(more);
    return;
  }
  RowErrors merged;
  merged.reserve(into.size() + more.size());
  size_t i = 0, j = 0;
  while (i < into.size() || j < more.size()) {
    if (j == more.size() || (i < into.size() && into[i].row <= more[j].row)) {
      if (j < more.size() && into[i].row == more[j].row) ++j;
      merged.push_back(std::move(into[i++]));
    } else {
      merged.push_back(std::move(more[j++]));
    }
  }
  into = std::move(merged);
}

Validity combine_validity(int64_t rows, std::span<const Vec> args) {
  bool any_null = false;
  for (const Vec& arg : args) {
    if (arg.array->type.id() == Type::null || (arg.constant && arg.array->is_null(0)))
      return {make_bits(rows, [](int64_t) { return false; })};
    any_null |= !arg.constant && arg.array->null_count() > 0;
  }
  if (!any_null) return {};
  BufferBuilder<uint64_t> words;
  words.resize_for_overwrite(static_cast<size_t>(word_count(rows)));
  std::fill_n(words.data(), words.size(), ~uint64_t{0});
  for (const Vec& arg : args) {
    if (arg.constant || arg.array->null_count() == 0) continue;
    const BitReader bits(arg.array->buffers[0], arg.array->offset);
    for (size_t i = 0; i < words.size(); ++i) words[i] &= bits.word(static_cast<int64_t>(i));
  }
  return {words.finish()};
}

ArrayPtr make_array(DataType type, int64_t rows, Validity validity, Buffer values) {
  auto array = std::make_shared<Array>();
  array->type = std::move(type);
  array->length = rows;
  array->null_count_cache = validity.all() ? 0 : -1;
  array->buffers[0] = std::move(validity.bits);
  array->buffers[1] = std::move(values);
  return array;
}

ArrayPtr make_nulls(const DataType& type, int64_t rows) {
  auto array = std::make_shared<Array>();
  array->type = type;
  array->length = rows;
  array->null_count_cache = rows;
  if (type.id() == Type::null) return array;
  const auto zeros = [](int64_t bytes) {
    BufferBuilder<uint8_t> buffer;
    buffer.resize(static_cast<size_t>(bytes));
    return buffer.finish();
  };
  array->buffers[0] = zeros((rows + 7) / 8);
  switch (type.id()) {
    case Type::boolean:
      array->buffers[1] = zeros((rows + 7) / 8);
      break;
    case Type::int32:
    case Type::float32:
      array->buffers[1] = zeros(rows * 4);
      break;
    case Type::utf8:
    case Type::binary:
      array->buffers[1] = zeros((rows + 1) * 4);
      array->buffers[2] = zeros(0);
      break;
    case Type::large_utf8:
    case Type::large_binary:
      array->buffers[1] = zeros((rows + 1) * 8);
      array->buffers[2] = zeros(0);
      break;
    case Type::list:
      array->buffers[1] = zeros((rows + 1) * 4);
      array->children.push_back(make_nulls(type.children()[0].type, 0));
      break;
    case Type::structure:
      for (const Field& member : type.children())
        array->children.push_back(make_nulls(member.type, rows));
      break;
    default:
      array->buffers[1] = zeros(rows * 8);
      break;
  }
  return array;
}

namespace {

template <typename T>
Buffer gather_values(const Array& array, std::span<const int64_t> indices) {
  const T* values = array.buffers[1].as<T>();
  BufferBuilder<T> out;
  out.resize(indices.size());
  for (size_t i = 0; i < indices.size(); ++i)
    if (indices[i] >= 0) out[i] = values[array.offset + indices[i]];
  return out.finish();
}

Validity gather_validity(const Array& array, std::span<const int64_t> indices) {
  const bool source_nulls = array.null_count() > 0;
  bool any = false;
  for (const int64_t i : indices) any |= i < 0 || (source_nulls && array.is_null(i));
  if (!any) return {};
  return {make_bits(static_cast<int64_t>(indices.size()), [&](int64_t row) {
    const int64_t i = indices[static_cast<size_t>(row)];
    return i >= 0 && !array.is_null(i);
  })};
}

ArrayPtr gather_text(const Array& array, std::span<const int64_t> indices) {
  const StringView view(array);
  StringBuilder out(array.type.id() == Type::binary || array.type.id() == Type::large_binary
                        ? Type::binary
                        : Type::utf8);
  for (const int64_t i : indices) {
    if (i < 0 || array.is_null(i))
      out.append_null();
    else
      out.append(view[i]);
  }
  return out.finish();
}

ArrayPtr gather_list(const Array& array, std::span<const int64_t> indices) {
  const ListView view(array);
  std::vector<int64_t> items;
  BufferBuilder<int32_t> offsets;
  offsets.push_back(0);
  for (const int64_t i : indices) {
    if (i >= 0 && !array.is_null(i))
      for (int64_t k = view.begin(i); k < view.end(i); ++k) items.push_back(k);
    if (items.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
      throw std::length_error("a list column of a batch holds less than 2^31 items");
    offsets.push_back(static_cast<int32_t>(items.size()));
  }
  auto out = std::make_shared<Array>();
  out->type = array.type;
  out->length = static_cast<int64_t>(indices.size());
  out->buffers[0] = gather_validity(array, indices).bits;
  out->buffers[1] = offsets.finish();
  out->children.push_back(gather(array.children[0], items));
  return out;
}

ArrayPtr gather_struct(const Array& array, std::span<const int64_t> indices) {
  auto out = std::make_shared<Array>();
  out->type = array.type;
  out->length = static_cast<int64_t>(indices.size());
  out->buffers[0] = gather_validity(array, indices).bits;
  for (size_t k = 0; k < array.children.size(); ++k)
    out->children.push_back(gather(struct_member(array, k), indices));
  return out;
}

}  // namespace

ArrayPtr gather(const ArrayPtr& array, std::span<const int64_t> indices) {
  const auto rows = static_cast<int64_t>(indices.size());
  if (array->length == 0) return make_nulls(array->type, rows);
  const auto fixed = [&](Buffer values) {
    return make_array(array->type, rows, gather_validity(*array, indices), std::move(values));
  };
  switch (array->type.id()) {
    case Type::null:
      return make_nulls(array->type, rows);
    case Type::boolean:
      return fixed(make_bits(rows, [&](int64_t row) {
        const int64_t i = indices[static_cast<size_t>(row)];
        return i >= 0 && get_bit(array->buffers[1].data, array->offset + i);
      }));
    case Type::int32:
      return fixed(gather_values<int32_t>(*array, indices));
    case Type::float32:
      return fixed(gather_values<float>(*array, indices));
    case Type::float64:
      return fixed(gather_values<double>(*array, indices));
    case Type::int64:
    case Type::timestamp:
      return fixed(gather_values<int64_t>(*array, indices));
    case Type::list:
      return gather_list(*array, indices);
    case Type::structure:
      return gather_struct(*array, indices);
    default:
      return gather_text(*array, indices);
  }
}

ArrayPtr expand(const Vec& vec, int64_t rows) {
  if (!vec.constant) return vec.array;
  return gather(vec.array, std::vector<int64_t>(static_cast<size_t>(rows), 0));
}

ArrayPtr with_nulls(const ArrayPtr& array, const RowErrors& rows) {
  if (rows.empty() || array->type.id() == Type::null) return array;
  // A fresh bitmap must have the offset of the other buffers, so bits are put before it.
  BufferBuilder<uint8_t> bits;
  const int64_t end = array->offset + array->length;
  bits.resize(static_cast<size_t>((end + 7) / 8));
  for (int64_t i = array->offset; i < end; ++i)
    if (!array->is_null(i - array->offset)) set_bit(bits.data(), i);
  for (const RowError& error : rows) clear_bit(bits.data(), array->offset + error.row);
  auto out = std::make_shared<Array>(*array);
  out->buffers[0] = bits.finish();
  out->null_count_cache = -1;
  return out;
}

}  // namespace wf::expr
