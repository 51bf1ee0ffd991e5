// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <variant>

#include "key_encoder.h"
#include "state_bytes.h"
#include "values.h"

namespace weirflow::flow {

using wf::Status;
using wf::Type;

namespace {

using AnyBuilder = std::variant<std::monostate, wf::BoolBuilder, wf::Int32Builder, wf::Int64Builder,
                                wf::Float32Builder, wf::Float64Builder, wf::StringBuilder>;

AnyBuilder builder_of(Type type) {
  switch (type) {
    case Type::boolean:
      return wf::BoolBuilder();
    case Type::int32:
      return wf::Int32Builder();
    case Type::int64:
    case Type::timestamp:
      return wf::Int64Builder(type);
    case Type::float32:
      return wf::Float32Builder();
    case Type::float64:
      return wf::Float64Builder();
    case Type::utf8:
    case Type::binary:
      return wf::StringBuilder(type);
    default:
      return std::monostate();
  }
}

bool take_text(std::string_view& in, std::string& out) {
  out.clear();
  for (;;) {
    const size_t zero = in.find('\0');
    if (zero == std::string_view::npos || zero + 1 >= in.size()) return false;
    out.append(in, 0, zero);
    const char next = in[zero + 1];
    in.remove_prefix(zero + 2);
    if (next == '\0') return true;
    if (next != '\xFF') return false;
    out += '\0';
  }
}

bool take_double(std::string_view& in, double* value) {
  if (in.size() < 8) return false;
  constexpr uint64_t kSign = uint64_t{1} << 63;
  // ordered_at() has flipped the sign bit, which is right for numbers above zero.
  const auto bits = static_cast<uint64_t>(ordered_at(in));
  *value = std::bit_cast<double>(bits & kSign ? ~(bits ^ kSign) : bits);
  in.remove_prefix(8);
  return true;
}

struct Take {
  std::string_view& in;
  bool operator()(std::monostate) const { return false; }
  bool operator()(wf::BoolBuilder& out) const {
    if (in.empty()) return false;
    out.append(in.front() != '\0');
    in.remove_prefix(1);
    return true;
  }
  template <typename T>
  bool operator()(wf::NumericBuilder<T>& out) const {
    if constexpr (std::is_floating_point_v<T>) {
      double value = 0;
      if (!take_double(in, &value)) return false;
      out.append(static_cast<T>(value));
    } else {
      if (in.size() < 8) return false;
      out.append(static_cast<T>(ordered_at(in)));
      in.remove_prefix(8);
    }
    return true;
  }
  bool operator()(wf::StringBuilder& out) const {
    std::string text;
    if (!take_text(in, text)) return false;
    out.append(text);
    return true;
  }
};

struct AppendNull {
  void operator()(std::monostate) const {}
  template <typename B>
  void operator()(B& out) const {
    out.append_null();
  }
};

}  // namespace

struct KeyDecoder::Column {
  wf::DataType type;
  AnyBuilder builder;
  int64_t rows = 0;
};

KeyDecoder::KeyDecoder(const std::vector<wf::Field>& columns) {
  for (const wf::Field& field : columns)
    columns_.push_back({field.type, builder_of(field.type.id()), 0});
}
KeyDecoder::KeyDecoder(KeyDecoder&&) noexcept = default;
KeyDecoder::~KeyDecoder() = default;

Status KeyDecoder::append(std::string_view& in) {
  for (Column& column : columns_) {
    if (in.empty()) return damaged_state();
    const bool null = in.front() != '\0';
    in.remove_prefix(1);
    ++column.rows;
    if (null)
      std::visit(AppendNull(), column.builder);
    else if (!std::visit(Take{in}, column.builder))
      return damaged_state();
  }
  return {};
}

std::vector<wf::ArrayPtr> KeyDecoder::finish() {
  std::vector<wf::ArrayPtr> arrays;
  for (Column& column : columns_) {
    arrays.push_back(std::visit(
        [&](auto& builder) -> wf::ArrayPtr {
          if constexpr (std::is_same_v<std::decay_t<decltype(builder)>, std::monostate>) {
            auto nulls = std::make_shared<wf::Array>();
            nulls->type = column.type;
            nulls->length = column.rows;
            return nulls;
          } else {
            return builder.finish();
          }
        },
        column.builder));
    column.rows = 0;
  }
  return arrays;
}

}  // namespace weirflow::flow
