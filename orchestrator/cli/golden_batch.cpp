// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cli/golden_rows.h"
#include "core/text.h"
#include "weirflow/io/values.hpp"

namespace weirflow::cli {

using dag::Member;
using dag::Value;

namespace {

/// Makes a column of a type out of values with places; a null pointer is a null.
class ColumnMaker {
 public:
  ColumnMaker(std::string name, dag::Diagnostics& diagnostics)
      : name_(std::move(name)), diagnostics_(diagnostics) {}

  wf::ArrayPtr make(const wf::DataType& type, const std::vector<const Value*>& values) {
    switch (type.id()) {
      case wf::Type::boolean: {
        wf::BoolBuilder b;
        for (const Value* v : values)
          if (const bool* value = v ? v->boolean() : nullptr)
            b.append(*value);
          else
            null(b, v, type);
        return b.finish();
      }
      case wf::Type::int32:
        return integers<int32_t>(type, values);
      case wf::Type::int64:
        return integers<int64_t>(type, values);
      case wf::Type::float32:
        return floats<float>(type, values);
      case wf::Type::float64:
        return floats<double>(type, values);
      case wf::Type::timestamp:
        return times(type, values);
      case wf::Type::utf8:
      case wf::Type::binary: {
        wf::StringBuilder b(type.id());
        for (const Value* v : values)
          if (const std::string* text = v ? v->string() : nullptr)
            b.append(*text);
          else
            null(b, v, type);
        return b.finish();
      }
      case wf::Type::list:
        return list(type, values);
      case wf::Type::structure:
        return structure(type, values);
      default:
        for (const Value* v : values)
          if (v) wrong(*v, type);
        wf::StringBuilder b;
        for (size_t i = 0; i < values.size(); ++i) b.append_null();
        return b.finish();
    }
  }

 private:
  void wrong(const Value& value, const wf::DataType& type) {
    diagnostics_.error(
        "bad-test", value.range,
        "column `" + name_ + "` is " + type.to_string() + ", and the value " +
            (value.string() && type.id() == wf::Type::timestamp ? "no time (2024-01-01T00:00:10Z)"
                                                                : std::string(value.kind())));
  }
  template <typename Builder>
  void null(Builder& builder, const Value* value, const wf::DataType& type) {
    if (value && !value->is_null()) wrong(*value, type);
    builder.append_null();
  }

  template <typename T>
  wf::ArrayPtr integers(const wf::DataType& type, const std::vector<const Value*>& values) {
    wf::NumericBuilder<T> b;
    for (const Value* v : values) {
      const int64_t* n = v ? v->integer() : nullptr;
      if (n && std::in_range<T>(*n))
        b.append(static_cast<T>(*n));
      else
        null(b, v, type);
    }
    return b.finish();
  }
  template <typename T>
  wf::ArrayPtr floats(const wf::DataType& type, const std::vector<const Value*>& values) {
    wf::NumericBuilder<T> b;
    for (const Value* v : values) {
      if (const double* x = v ? v->floating() : nullptr)
        b.append(static_cast<T>(*x));
      else if (const int64_t* n = v ? v->integer() : nullptr)
        b.append(static_cast<T>(*n));
      else
        null(b, v, type);
    }
    return b.finish();
  }
  wf::ArrayPtr times(const wf::DataType& type, const std::vector<const Value*>& values) {
    wf::TimestampBuilder b;
    for (const Value* v : values) {
      const std::string* text = v ? v->string() : nullptr;
      const auto us = text ? wf::io::parse_timestamp(*text) : std::nullopt;
      if (us)
        b.append(*us);
      else
        null(b, v, type);
    }
    return b.finish();
  }
  wf::ArrayPtr list(const wf::DataType& type, const std::vector<const Value*>& values) {
    std::vector<const Value*> items;
    wf::BufferBuilder<int32_t> offsets;
    offsets.push_back(0);
    wf::ValidityBuilder validity;
    for (const Value* v : values) {
      if (const Value::List* these = v ? v->list() : nullptr) {
        for (const Value& item : *these) items.push_back(&item);
        validity.append_valid();
      } else {
        if (v) wrong(*v, type);
        validity.append_null();
      }
      offsets.push_back(static_cast<int32_t>(items.size()));
    }
    auto array = std::make_shared<wf::Array>();
    array->type = type;
    validity.finish(*array);
    array->buffers[1] = offsets.finish();
    array->children.push_back(make(type.children()[0].type, items));
    return array;
  }
  wf::ArrayPtr structure(const wf::DataType& type, const std::vector<const Value*>& values) {
    auto array = std::make_shared<wf::Array>();
    array->type = type;
    wf::ValidityBuilder validity;
    for (const Value* v : values) {
      if (v && v->table()) {
        validity.append_valid();
        continue;
      }
      if (v) wrong(*v, type);
      validity.append_null();
    }
    validity.finish(*array);
    for (const wf::Field& member : type.children()) {
      std::vector<const Value*> of;
      for (const Value* v : values) {
        const Member* m = v ? v->find(member.name) : nullptr;
        of.push_back(m ? &m->value : nullptr);
      }
      array->children.push_back(make(member.type, of));
    }
    return array;
  }

  const std::string name_;
  dag::Diagnostics& diagnostics_;
};

}  // namespace

std::optional<wf::Batch> golden_batch(const wf::SchemaPtr& schema, const Value& rows,
                                      dag::Diagnostics& diagnostics) {
  const size_t before = diagnostics.errors();
  std::vector<std::string> names;
  for (const wf::Field& f : schema->fields()) names.push_back(f.name);
  for (const Value& row : *rows.list())
    for (const Member& m : *row.table()) {
      if (schema->index_of(m.key) >= 0) continue;
      auto& d =
          diagnostics.error("bad-test", m.key_range, "the source has no column `" + m.key + "`");
      if (const auto nearest = nearest_name(m.key, names))
        d.hint = "did you mean `" + *nearest + "`?";
      else
        d.hint = "its columns: " + schema->to_string();
    }
  std::vector<wf::ArrayPtr> columns;
  for (const wf::Field& f : schema->fields()) {
    std::vector<const Value*> values;
    for (const Value& row : *rows.list()) {
      const Member* m = row.find(f.name);
      values.push_back(m ? &m->value : nullptr);
    }
    columns.push_back(ColumnMaker(f.name, diagnostics).make(f.type, values));
  }
  if (diagnostics.errors() > before) return std::nullopt;
  return wf::Batch(schema, static_cast<int64_t>(rows.list()->size()), std::move(columns));
}

}  // namespace weirflow::cli
