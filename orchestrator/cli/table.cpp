// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/text.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t n = wf::detail::utf8_sequence(text.substr(i));
    if (n == 0)
      out += "\xEF\xBF\xBD";
    else if (n == 1 && (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F))
      out += ' ';
    else if (n == 2 && text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      out += ' ';  // C1 controls, which some terminals obey
    else
      out.append(text.substr(i, n));
    i += std::max<size_t>(n, 1);
  }
  return out;
}

std::string cut(const std::string& text, size_t width) {
  if (display_width(text) <= width) return text;
  std::string out;
  size_t used = 0;
  for (size_t i = 0; i < text.size();) {
    const size_t n =
        std::max<size_t>(wf::detail::utf8_sequence(std::string_view(text).substr(i)), 1);
    const size_t w = display_width(std::string_view(text).substr(i, n));
    if (used + w > width - 1) break;
    out.append(text, i, n);
    used += w;
    i += n;
  }
  return out + "\xE2\x80\xA6";
}

namespace {

constexpr size_t kGap = 2;
constexpr size_t kNarrowest = 6;
constexpr size_t kLongestFloat = 9;

void append_cell(std::string& line, const std::string& cell, size_t width, bool right, bool last) {
  const std::string text = cut(cell, width);
  const size_t pad = width - std::min(width, display_width(text));
  if (right) line.append(pad, ' ');
  line += text;
  if (!right && !last) line.append(pad, ' ');
  if (!last) line.append(kGap, ' ');
}

bool is_float(wf::Type type) { return type == wf::Type::float32 || type == wf::Type::float64; }

std::string cell_text(const wf::Array& array, int64_t i) {
  if (array.is_null(i)) return "-";
  if (array.type.id() == wf::Type::utf8 || array.type.id() == wf::Type::large_utf8)
    return std::string(wf::StringView(array)[i]);
  std::string text;
  wf::append_value_json(array, i, text);
  if (text.size() > kLongestFloat && is_float(array.type.id())) {
    char rounded[32];
    std::snprintf(rounded, sizeof(rounded), "%.6g", std::strtod(text.c_str(), nullptr));
    return rounded;
  }
  if (text.size() > 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

bool is_number(wf::Type type) {
  return type == wf::Type::int32 || type == wf::Type::int64 || is_float(type);
}

}  // namespace

std::string format_table(const std::vector<TableColumn>& columns,
                         const std::vector<std::vector<std::string>>& rows, int width) {
  std::vector<std::vector<std::string>> cells;
  std::vector<size_t> widths;
  for (const TableColumn& c : columns) widths.push_back(display_width(c.title));
  for (const auto& row : rows) {
    auto& line = cells.emplace_back();
    for (size_t k = 0; k < columns.size(); ++k) {
      line.push_back(k < row.size() ? printable(row[k]) : "");
      widths[k] = std::max(widths[k], display_width(line.back()));
    }
  }
  const auto total = [&] {
    size_t sum = columns.empty() ? 0 : kGap * (columns.size() - 1);
    for (const size_t w : widths) sum += w;
    return sum;
  };
  while (width > 0 && total() > static_cast<size_t>(width)) {
    size_t* widest = nullptr;
    for (size_t k = 0; k < widths.size(); ++k)
      if (!columns[k].whole && (!widest || widths[k] > *widest)) widest = &widths[k];
    if (!widest || *widest <= kNarrowest) break;
    const size_t over = total() - static_cast<size_t>(width);
    *widest -= std::min(over, std::max<size_t>(*widest / 8, 1));
    *widest = std::max(*widest, kNarrowest);
  }
  std::string out;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t k = 0; k < columns.size(); ++k)
      append_cell(line, row[k], widths[k], columns[k].right, k + 1 == columns.size());
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + '\n';
  };
  std::vector<std::string> titles;
  for (const TableColumn& c : columns) titles.push_back(c.title);
  add(titles);
  for (const auto& row : cells) add(row);
  return out;
}

std::string format_batches(const std::vector<wf::Batch>& batches, int width) {
  if (batches.empty()) return {};
  std::vector<TableColumn> columns;
  for (const wf::Field& f : batches[0].schema().fields())
    columns.push_back({f.name, is_number(f.type.id())});
  std::vector<std::vector<std::string>> rows;
  for (const wf::Batch& batch : batches)
    for (int64_t i = 0; i < batch.rows(); ++i) {
      auto& row = rows.emplace_back();
      for (const wf::ArrayPtr& column : batch.columns()) row.push_back(cell_text(*column, i));
    }
  return format_table(columns, rows, width);
}

}  // namespace weirflow::cli
