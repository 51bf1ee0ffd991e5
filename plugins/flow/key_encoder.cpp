// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "key_encoder.h"

#include <bit>
#include <cmath>
#include <limits>

namespace weirflow::flow {

using wf::Array;
using wf::Result;
using wf::Type;

namespace {

void put_big_endian(uint64_t bits, std::string& out) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(bits >> (56 - 8 * i));
  out.append(bytes, 8);
}

constexpr uint64_t kSign = uint64_t{1} << 63;

void put_integer(int64_t value, std::string& out) {
  put_big_endian(static_cast<uint64_t>(value) ^ kSign, out);
}

void put_double(double value, std::string& out) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  const auto bits = std::bit_cast<uint64_t>(value);
  put_big_endian(bits & kSign ? ~bits : bits | kSign, out);
}

// A zero byte is followed by 0xFF, the end is two zero bytes: a prefix sorts before what it begins.
void put_text(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t zero = std::min(text.find('\0', at), text.size());
    out.append(text, at, zero - at);
    if (zero < text.size()) out.append("\0\xFF", 2);
    at = zero + 1;
  }
  out.append("\0\0", 2);
}

void put_value(const Array& a, int64_t i, std::string& out) {
  switch (a.type.id()) {
    case Type::boolean:
      out += wf::BoolView(a)[i] ? '\1' : '\0';
      break;
    case Type::int32:
      put_integer(wf::NumericView<int32_t>(a)[i], out);
      break;
    case Type::int64:
    case Type::timestamp:
      put_integer(wf::NumericView<int64_t>(a)[i], out);
      break;
    case Type::float32:
      put_double(wf::NumericView<float>(a)[i], out);
      break;
    case Type::float64:
      put_double(wf::NumericView<double>(a)[i], out);
      break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      put_text(wf::StringView(a)[i], out);
      break;
    default:
      break;
  }
}

/// Takes the last word off `text` when it is `word`, whatever the case.
bool take_word(std::string_view& text, std::string_view word) {
  std::string_view rest = text;
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (rest.size() <= word.size() || rest[rest.size() - word.size() - 1] != ' ') return false;
  for (size_t i = 0; i < word.size(); ++i)
    if ((rest[rest.size() - word.size() + i] | 0x20) != word[i]) return false;
  rest.remove_suffix(word.size());
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  text = rest;
  return true;
}

}  // namespace

Result<KeyColumn> parse_key(std::string_view text, const wf::Schema& schema, std::string_view key,
                            bool descending) {
  const auto spot = [&](std::string_view part) {
    return static_cast<uint32_t>(part.data() - text.data());
  };
  KeyColumn out;
  out.descending = descending;
  std::string_view name = text;
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  if (schema.index_of(name) < 0) {
    std::string_view rest = name;
    if (take_word(rest, "first") && take_word(rest, "nulls")) {
      out.nulls_last = false;
      name = rest;
    } else if (rest = name; take_word(rest, "last") && take_word(rest, "nulls")) {
      name = rest;
    }
    if (take_word(name, "desc"))
      out.descending = true;
    else if (take_word(name, "asc"))
      out.descending = false;
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
  }
  Result<int> index = schema.require(name, key);
  if (!index.ok()) {
    const std::string hint = index.error().place()->hint;
    return wf::Status(index.error())
        .at({std::string(key), spot(name), static_cast<uint32_t>(name.size()), hint});
  }
  out.column = *index;
  const Type type = schema.field(*index).type.id();
  if (type == Type::list || type == Type::structure)
    return wf::invalid_config("column '" + std::string(name) + "' is a " +
                              schema.field(*index).type.to_string() + ", which has no order")
        .at({std::string(key), spot(name), static_cast<uint32_t>(name.size()), ""});
  return out;
}

Result<std::vector<KeyColumn>> parse_columns(const std::vector<std::string>& names,
                                             const wf::Schema& schema, std::string_view key) {
  std::vector<KeyColumn> keys;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const std::string place = item_key(key, i);
    WF_ASSIGN(const int index, schema.require(name, place));
    const Type type = schema.field(index).type.id();
    if (type == Type::list || type == Type::structure)
      return wf::invalid_config("column '" + name + "' is a " +
                                schema.field(index).type.to_string() + "; it cannot be a key")
          .at({place, 0, 0, ""});
    keys.push_back({index, false, true});
  }
  return keys;
}

void KeyEncoder::encode(const wf::Batch& batch, int64_t row, std::string& out) const {
  for (const KeyColumn& key : keys_) {
    const Array& column = *batch.column(key.column);
    const bool null = column.is_null(row);
    out += null == key.nulls_last ? '\1' : '\0';
    if (null) continue;
    const size_t begin = out.size();
    put_value(column, row, out);
    if (key.descending)
      for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
  }
}

}  // namespace weirflow::flow
