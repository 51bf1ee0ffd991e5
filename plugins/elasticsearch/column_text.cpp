// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "column_text.h"

#include <ctime>

#include "weirflow/io/values.hpp"

namespace weirflow::elasticsearch {
namespace {

using wf::Type;

bool is_text_like(Type type) {
  return type != Type::list && type != Type::structure && type != Type::binary &&
         type != Type::large_binary;
}

void append_cell(const wf::Array& column, int64_t row, std::string* out) {
  switch (column.type.id()) {
    case Type::boolean:
      out->append(wf::BoolView(column)[row] ? "true" : "false");
      break;
    case Type::int32:
      wf::io::append_int64(wf::NumericView<int32_t>(column)[row], out);
      break;
    case Type::int64:
      wf::io::append_int64(wf::NumericView<int64_t>(column)[row], out);
      break;
    case Type::float32:
      wf::io::append_float32(wf::NumericView<float>(column)[row], out);
      break;
    case Type::float64:
      wf::io::append_float64(wf::NumericView<double>(column)[row], out);
      break;
    case Type::timestamp:
      wf::io::append_timestamp(wf::NumericView<int64_t>(column)[row], out);
      break;
    default:
      out->append(wf::StringView(column)[row]);
  }
}

void append_date(int64_t us, const std::string& format, std::string* out) {
  int64_t seconds = us / 1'000'000;
  if (us % 1'000'000 < 0) --seconds;
  const std::time_t time = seconds;
  std::tm parts{};
  char text[128];
  if (::gmtime_r(&time, &parts))
    out->append(text, std::strftime(text, sizeof text, format.c_str(), &parts));
}

wf::Status check_format(std::string_view format, const wf::Field& column,
                        const wf::Status::Place& place) {
  if (column.type.id() != Type::timestamp)
    return wf::invalid_config("column '" + column.name + "' has a date format but is " +
                              column.type.to_string())
        .at(place);
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i < format.size() &&
        std::string_view("YmdHjVG").find(format[i]) != std::string_view::npos)
      continue;
    wf::Status::Place hinted = place;
    hinted.hint = "%Y, %m, %d, %H, %j, %V and %G are known";
    return wf::invalid_config("'" + std::string(format) + "' is no date format").at(hinted);
  }
  return {};
}

}  // namespace

wf::Result<ColumnText> ColumnText::parse(const std::string& text, const wf::Schema& schema,
                                         const std::string& key) {
  ColumnText made;
  const auto place = [&](size_t from, size_t length, std::string hint = "") {
    return wf::Status::Place{key, static_cast<uint32_t>(from), static_cast<uint32_t>(length),
                             std::move(hint)};
  };
  for (size_t at = 0; at < text.size();) {
    const size_t open = text.find_first_of("{}", at);
    if (open != at) made.parts_.push_back({text.substr(at, open - at), -1});
    if (open == std::string::npos) break;
    const size_t close = text.find_first_of("{}", open + 1);
    if (text[open] == '}' || close == std::string::npos || text[close] == '{')
      return wf::invalid_config("a brace without its other half")
          .at(place(open, 1, "a column is written as {name}"));
    const std::string inside = text.substr(open + 1, close - open - 1);
    const size_t colon = inside.find(':');
    const std::string name = inside.substr(0, colon);
    auto column = schema.require(name, key);
    if (!column.ok()) {
      const std::string hint = column.error().place() ? column.error().place()->hint : "";
      return std::move(column).status().at(place(open + 1, name.size(), hint));
    }
    const wf::Field& field = schema.field(*column);
    if (!is_text_like(field.type.id()))
      return wf::invalid_config("column '" + name + "' is " + field.type.to_string() +
                                ", which is no text")
          .at(place(open + 1, name.size()));
    const std::string format = colon == std::string::npos ? "" : inside.substr(colon + 1);
    if (colon != std::string::npos)
      WF_TRY(check_format(format, field, place(open + 1 + colon + 1, format.size())));
    made.parts_.push_back({format, *column});
    at = close + 1;
  }
  return made;
}

int ColumnText::append(const wf::Batch& batch, int64_t row, std::string* out) const {
  for (const Part& part : parts_) {
    if (part.column < 0) {
      out->append(part.literal);
      continue;
    }
    const wf::Array& column = *batch.column(part.column);
    if (column.is_null(row)) return part.column;
    if (part.literal.empty())
      append_cell(column, row, out);
    else
      append_date(wf::NumericView<int64_t>(column)[row], part.literal, out);
  }
  return -1;
}

}  // namespace weirflow::elasticsearch
