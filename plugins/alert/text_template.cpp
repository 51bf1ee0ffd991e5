// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_template.h"

#include <array>
#include <charconv>
#include <cmath>

#include "weirflow/io/output.hpp"
#include "weirflow/io/values.hpp"

namespace weirflow::alert {
namespace {

constexpr int kMostDecimals = 17;

/// Text as it is, all else as JSON has it.
void append_cell(const wf::Array& array, int64_t row, int decimals, std::string* out) {
  if (array.is_null(row)) return;
  switch (array.type.id()) {
    case wf::Type::utf8:
    case wf::Type::large_utf8:
      out->append(wf::StringView(array)[row]);
      return;
    case wf::Type::timestamp:
      wf::io::append_timestamp(wf::NumericView<int64_t>(array)[row], out);
      return;
    case wf::Type::float32:
      out->append(number_text(wf::NumericView<float>(array)[row], decimals));
      return;
    case wf::Type::float64:
      out->append(number_text(wf::NumericView<double>(array)[row], decimals));
      return;
    default:
      wf::io::append_json_value(array, row, out);
  }
}

}  // namespace

std::string number_text(double value, int decimals) {
  std::string text;
  if (decimals < 0 || !std::isfinite(value)) {
    wf::io::append_float64(value, &text);
    return text;
  }
  std::array<char, 512> room;
  const auto written = std::to_chars(room.data(), room.data() + room.size(), value,
                                     std::chars_format::fixed, std::min(decimals, kMostDecimals));
  return {room.data(), written.ptr};
}

wf::Result<TextTemplate> TextTemplate::parse(const std::string& text, const std::string& key) {
  TextTemplate made;
  const auto wrong = [&](size_t at, size_t length, const std::string& why) {
    return wf::invalid_config(why).at({key, static_cast<uint32_t>(at),
                                       static_cast<uint32_t>(length),
                                       "a part is {name}, or {name:.2} for two decimals"});
  };
  std::string literal;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '}') return wrong(at, 1, "there is no { to this }");
    if (text[at] != '{') {
      literal += text[at];
      continue;
    }
    const size_t end = text.find_first_of("{}", at + 1);
    if (end == std::string::npos || text[end] == '{') return wrong(at, 1, "this { is not closed");
    if (!literal.empty()) made.parts_.push_back({std::exchange(literal, {}), "", -1, 0});
    Part part;
    part.name = text.substr(at + 1, end - at - 1);
    part.offset = static_cast<uint32_t>(at + 1);
    if (const size_t colon = part.name.rfind(":."); colon != std::string::npos) {
      const std::string digits = part.name.substr(colon + 2);
      const auto read =
          std::from_chars(digits.data(), digits.data() + digits.size(), part.decimals);
      if (digits.empty() || read.ec != std::errc() || *read.ptr != '\0' || part.decimals < 0 ||
          part.decimals > kMostDecimals)
        return wrong(at, end - at + 1, "'" + digits + "' is no number of decimals (0 to 17)");
      part.name.resize(colon);
    }
    if (part.name.empty()) return wrong(at, end - at + 1, "the name is missing");
    made.parts_.push_back(std::move(part));
    at = end;
  }
  if (!literal.empty()) made.parts_.push_back({std::move(literal), "", -1, 0});
  return made;
}

std::string TextTemplate::render(
    const std::function<void(const Part& part, std::string* out)>& append) const {
  std::string text;
  for (const Part& part : parts_) {
    if (part.name.empty())
      text += part.literal;
    else
      append(part, &text);
  }
  return text;
}

wf::Result<RowTemplate> RowTemplate::make(const std::string& text, const wf::Schema& schema,
                                          const std::string& key) {
  RowTemplate made;
  WF_ASSIGN(made.text_, TextTemplate::parse(text, key));
  for (const TextTemplate::Part& part : made.text_.parts()) {
    int& column = made.columns_.emplace_back(-1);
    if (part.name.empty()) continue;
    const wf::Result<int> found = schema.require(part.name, key);
    const auto place = [&](std::string hint) {
      return wf::Status::Place{key, part.offset, static_cast<uint32_t>(part.name.size()),
                               std::move(hint)};
    };
    if (!found.ok()) {
      const wf::Status::Place* known = found.error().place();
      return wf::Status(found.error()).at(place(known ? known->hint : ""));
    }
    column = *found;
    const wf::Type type = schema.field(column).type.id();
    if (type == wf::Type::binary || type == wf::Type::large_binary)
      return wf::invalid_config("column '" + part.name + "' is binary, which is no text")
          .at(place(""));
  }
  return made;
}

std::string RowTemplate::of(const wf::Batch& batch, int64_t row) const {
  std::string text;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const TextTemplate::Part& part = text_.parts()[i];
    if (columns_[i] < 0)
      text += part.literal;
    else
      append_cell(*batch.column(columns_[i]), row, part.decimals, &text);
  }
  return text;
}

}  // namespace weirflow::alert
