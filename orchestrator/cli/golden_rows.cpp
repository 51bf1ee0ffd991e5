// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_rows.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "weirflow/io/values.hpp"
#include "weirflow/print.hpp"

namespace weirflow::cli {

using dag::Member;
using dag::Value;

namespace {

bool near(double expected, double actual, double tolerance) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) == std::isnan(actual);
  if (expected == actual) return true;
  return std::abs(expected - actual) <= tolerance * std::max(1.0, std::abs(expected));
}

bool number_equal(const Value& expected, double actual, double tolerance) {
  if (const double* x = expected.floating()) return near(*x, actual, tolerance);
  const int64_t* n = expected.integer();
  return n && near(static_cast<double>(*n), actual, tolerance);
}

bool integer_equal(const Value& expected, int64_t actual, double tolerance) {
  if (const int64_t* n = expected.integer(); n && *n == actual) return true;
  return (tolerance > 0 || expected.floating()) &&
         number_equal(expected, static_cast<double>(actual), tolerance);
}

bool list_equal(const Value& expected, const wf::Array& array, int64_t i, double tolerance) {
  const Value::List* items = expected.list();
  const wf::ListView view(array);
  if (!items || static_cast<int64_t>(items->size()) != view.end(i) - view.begin(i)) return false;
  for (size_t k = 0; k < items->size(); ++k)
    if (!golden_equal(&(*items)[k], *view.items(), view.begin(i) + static_cast<int64_t>(k),
                      tolerance))
      return false;
  return true;
}

bool structure_equal(const Value& expected, const wf::Array& array, int64_t i, double tolerance) {
  const Value::Table* members = expected.table();
  if (!members) return false;
  for (size_t k = 0; k < array.children.size(); ++k) {
    const Member* m = expected.find(array.type.children()[k].name);
    if (!golden_equal(m ? &m->value : nullptr, *array.children[k], array.offset + i, tolerance))
      return false;
  }
  return std::all_of(members->begin(), members->end(), [&](const Member& m) {
    return std::any_of(array.type.children().begin(), array.type.children().end(),
                       [&](const wf::Field& f) { return f.name == m.key; });
  });
}

}  // namespace

bool golden_equal(const Value* expected, const wf::Array& array, int64_t i, double tolerance) {
  const bool null = !expected || expected->is_null();
  if (array.is_null(i) || array.type.id() == wf::Type::null) return null;
  if (null) return false;
  switch (array.type.id()) {
    case wf::Type::null:
      return null;
    case wf::Type::boolean: {
      const bool* value = expected->boolean();
      return value && *value == wf::BoolView(array)[i];
    }
    case wf::Type::int32:
      return integer_equal(*expected, wf::NumericView<int32_t>(array)[i], tolerance);
    case wf::Type::int64:
      return integer_equal(*expected, wf::NumericView<int64_t>(array)[i], tolerance);
    case wf::Type::float32: {
      // What a file says in decimal is meant as the float nearest to it.
      const float actual = wf::NumericView<float>(array)[i];
      if (const double* x = expected->floating(); x && static_cast<float>(*x) == actual)
        return true;
      return number_equal(*expected, static_cast<double>(actual), tolerance);
    }
    case wf::Type::float64:
      return number_equal(*expected, wf::NumericView<double>(array)[i], tolerance);
    case wf::Type::timestamp: {
      const std::string* text = expected->string();
      const auto us = text ? wf::io::parse_timestamp(*text) : std::nullopt;
      return us && *us == wf::NumericView<int64_t>(array)[i];
    }
    case wf::Type::utf8:
    case wf::Type::large_utf8: {
      const std::string* text = expected->string();
      return text && *text == wf::StringView(array)[i];
    }
    case wf::Type::binary:
    case wf::Type::large_binary: {
      const std::string* text = expected->string();
      std::string base64;
      wf::append_base64(base64, wf::StringView(array)[i]);
      return text && (*text == base64 || *text == wf::StringView(array)[i]);
    }
    case wf::Type::list:
      return list_equal(*expected, array, i, tolerance);
    case wf::Type::structure:
      return structure_equal(*expected, array, i, tolerance);
  }
  return false;
}

std::string golden_key(std::string_view key) {
  const auto bare = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  if (!key.empty() && std::all_of(key.begin(), key.end(), bare)) return std::string(key);
  return dag::toml_string(key);
}

std::optional<std::string> golden_text(const wf::Array& array, int64_t i) {
  if (array.is_null(i)) return std::nullopt;
  switch (array.type.id()) {
    case wf::Type::null:
      return std::nullopt;
    case wf::Type::boolean:
      return wf::BoolView(array)[i] ? "true" : "false";
    case wf::Type::int32:
      return std::to_string(wf::NumericView<int32_t>(array)[i]);
    case wf::Type::int64:
      return std::to_string(wf::NumericView<int64_t>(array)[i]);
    case wf::Type::float32: {
      std::string text;
      wf::io::append_float32(wf::NumericView<float>(array)[i], &text);
      return text;
    }
    case wf::Type::float64:
      return format_float(wf::NumericView<double>(array)[i]);
    case wf::Type::timestamp: {
      std::string text;
      wf::io::append_timestamp(wf::NumericView<int64_t>(array)[i], &text);
      return text.ends_with('Z') ? text : dag::toml_string(text);
    }
    case wf::Type::utf8:
    case wf::Type::large_utf8:
      return dag::toml_string(wf::StringView(array)[i]);
    case wf::Type::binary:
    case wf::Type::large_binary: {
      std::string base64;
      wf::append_base64(base64, wf::StringView(array)[i]);
      return dag::toml_string(base64);
    }
    case wf::Type::list: {
      const wf::ListView view(array);
      std::string text = "[";
      for (int64_t k = view.begin(i); k < view.end(i); ++k)
        text += (k > view.begin(i) ? ", " : "") + golden_text(*view.items(), k).value_or("{}");
      return text + "]";
    }
    case wf::Type::structure: {
      std::string text;
      for (size_t k = 0; k < array.children.size(); ++k)
        if (const auto member = golden_text(*array.children[k], array.offset + i))
          text += (text.empty() ? " " : ", ") + golden_key(array.type.children()[k].name) + " = " +
                  *member;
      return "{" + text + (text.empty() ? "}" : " }");
    }
  }
  return std::nullopt;
}

std::string golden_row_text(const wf::Batch& batch, int64_t row,
                            const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& name : columns)
    if (const wf::ArrayPtr column = batch.find(name))
      if (const auto value = golden_text(*column, row))
        text += (text.empty() ? " " : ", ") + golden_key(name) + " = " + *value;
  return "{" + text + (text.empty() ? "}" : " }");
}

}  // namespace weirflow::cli
