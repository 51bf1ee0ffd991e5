// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "row_template.h"

#include <algorithm>

#include "client.h"
#include "weirflow/io/output.hpp"

namespace weirflow::http {

using wf::Result;

Result<RowTemplate> RowTemplate::make(const std::string& text, const wf::Schema& schema,
                                      const std::string& key,
                                      const std::vector<std::string>& words) {
  RowTemplate made;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find('{', at);
    Part& part = made.parts_.emplace_back();
    part.literal = text.substr(at, open - at);
    if (open == std::string::npos) return made;
    const size_t close = text.find('}', open);
    const auto offset = static_cast<uint32_t>(open);
    if (close == std::string::npos)
      return wf::invalid_config("'{' is not closed; write {column}").at({key, offset, 1, ""});
    const std::string name = text.substr(open + 1, close - open - 1);
    const auto length = static_cast<uint32_t>(close + 1 - open);
    at = close + 1;
    if (std::find(words.begin(), words.end(), name) != words.end()) {
      part.column = kWord;
      continue;
    }
    auto column = schema.require(name, key);
    if (!column.ok()) {
      const auto* place = column.error().place();
      return wf::Status(column.error().code(), column.error().message())
          .at({key, offset, length, place ? place->hint : ""});
    }
    part.column = *column;
    const wf::DataType& type = schema.field(*column).type;
    if (!type.children().empty() || type.id() == wf::Type::null)
      return wf::invalid_config("column '" + name + "' is " + type.to_string() +
                                ", which is no plain value")
          .at({key, offset, length, ""});
  }
}

bool RowTemplate::has_columns() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.column >= 0; });
}

std::optional<std::string> RowTemplate::render(const wf::Batch& batch, int64_t row, bool escape,
                                               const std::string& word, std::string* null) const {
  std::string out;
  for (const Part& part : parts_) {
    out += part.literal;
    if (part.column == kNone) continue;
    std::string value = word;
    if (part.column >= 0) {
      const wf::Array& column = *batch.column(part.column);
      if (column.is_null(row)) {
        *null = batch.schema().field(part.column).name;
        return std::nullopt;
      }
      value.clear();
      if (column.type.id() == wf::Type::utf8 || column.type.id() == wf::Type::large_utf8)
        value = wf::StringView(column)[row];
      else
        wf::io::append_json_value(column, row, &value);
      if (value.size() > 1 && value.front() == '"' && column.type.id() != wf::Type::utf8 &&
          column.type.id() != wf::Type::large_utf8)
        value = value.substr(1, value.size() - 2);
    }
    out += escape ? url_escaped(value) : value;
  }
  return out;
}

}  // namespace weirflow::http
