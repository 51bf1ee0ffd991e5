// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// format_table() of weirflow/print.hpp.

#include "weirflow/detail/text_width.hpp"
#include "weirflow/print.hpp"

namespace wf {
namespace detail {

inline constexpr int kLeastColumn = 8;  // narrower than this a cut column says nothing
inline constexpr int kNoLimit = 1 << 30;

/// Text of a cell, which stops growing once it is surely wider than the cell may be.
class CellText {
 public:
  explicit CellText(int max_width) : max_(max_width) {}
  [[nodiscard]] bool full() const { return width_ > max_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

  void add(std::string_view text) {
    for (size_t i = 0; i < text.size() && !full();) {
      const auto c = static_cast<unsigned char>(text[i]);
      const size_t n = utf8_sequence(text.substr(i));
      if (c < 0x20 || c == 0x7F)
        add_control(c);
      else
        add_glyph(n == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(i, n));
      i += n ? n : 1;
    }
  }
  void add_value(const Array& a, int64_t i, bool sparse) {
    if (full()) return;
    if (a.is_null(i)) return add("null");
    switch (a.type.id()) {
      case Type::utf8:
      case Type::large_utf8:
        return add(StringView(a)[i]);
      case Type::binary:
      case Type::large_binary:
        return add_binary(StringView(a)[i]);
      case Type::float32:
        return add_float(NumericView<float>(a)[i]);
      case Type::float64:
        return add_float(NumericView<double>(a)[i]);
      case Type::list:
        return sparse ? add_sparse(a, i) : add_list(a, i);
      case Type::structure:
        return add_struct(a, i);
      case Type::timestamp: {
        std::string text;
        append_timestamp(text, NumericView<int64_t>(a)[i]);
        return add(text);
      }
      default: {
        std::string text;
        append_value_json(a, i, text);
        return add(text);
      }
    }
  }

 private:
  void add_glyph(std::string_view glyph) {
    text_ += glyph;
    width_ += text_width(glyph);
    // Marks without width do not fill a cell: a text of nothing else ends all the same.
    if (++glyphs_ > 16 * static_cast<int64_t>(max_) + 64) width_ = kNoLimit;
  }
  void add_control(unsigned char c) {
    static constexpr char kHex[] = "0123456789abcdef";
    const char* name = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : nullptr;
    const char code[] = {'\\', 'x', kHex[c >> 4], kHex[c & 15], 0};
    const std::string_view shown = name ? name : code;
    text_ += shown;
    width_ += static_cast<int>(shown.size());
  }
  template <typename T>
  void add_float(T value) {
    if (std::isnan(value)) return add("nan");
    if (std::isinf(value)) return add(value > 0 ? "inf" : "-inf");
    std::string text;
    append_json_number(text, value);
    add(text);
  }
  void add_binary(std::string_view bytes) {
    std::string text;
    append_base64(text, bytes.substr(0, static_cast<size_t>(max_) + 3));
    add(text);
  }
  void add_list(const Array& a, int64_t i) {
    const ListView list(a);
    add("[");
    for (int64_t k = list.begin(i); k < list.end(i) && !full(); ++k) {
      if (k > list.begin(i)) add(", ");
      add_value(*list.items(), k, false);
    }
    add("]");
  }
  void add_struct(const Array& a, int64_t i) {
    add("{");
    for (size_t k = 0; k < a.children.size() && !full(); ++k) {
      if (k) add(", ");
      add(a.type.children()[k].name);
      add(": ");
      add_value(*a.children[k], a.offset + i, false);
    }
    add("}");
  }
  void add_sparse(const Array& a, int64_t i) {
    const SparseView pairs(a);
    add("{");
    for (int64_t k = pairs.begin(i); k < pairs.end(i) && !full(); ++k) {
      if (k > pairs.begin(i)) add(" ");
      add(std::to_string(pairs.indices()[k]));
      add(":");
      add_float(pairs.values()[k]);
    }
    add("}");
  }

  std::string text_;
  int width_ = 0;
  int64_t glyphs_ = 0;
  const int max_;
};

/// Appends `text` in `width` columns, cut with `mark` where it is wider, filled with blanks.
inline void append_cell(std::string& out, std::string_view text, int width, bool right,
                        std::string_view mark) {
  int used = text_width(text);
  std::string cut;
  if (used > width) {
    const int room = std::max(width - text_width(mark), 0);
    used = 0;
    size_t i = 0;
    while (i < text.size()) {
      const size_t n = std::max<size_t>(utf8_sequence(text.substr(i)), 1);
      const int w = text_width(text.substr(i, n));
      if (used + w > room) break;
      used += w;
      i += n;
    }
    cut = std::string(text.substr(0, i)) + std::string(mark);
    used += text_width(mark);
    text = cut;
  }
  const auto blanks = static_cast<size_t>(std::max(width - used, 0));
  if (right) out.append(blanks, ' ');
  out += text;
  if (!right) out.append(blanks, ' ');
}

struct TableColumn {
  std::vector<std::string> cells;  ///< name, type if shown, then the rows
  int width = 1;
  bool right = false;
};

inline TableColumn table_column(const Array& a, const Field& field, int64_t rows, int max_cell,
                                bool types) {
  TableColumn column;
  const Type id = field.type.id();
  column.right =
      id == Type::int32 || id == Type::int64 || id == Type::float32 || id == Type::float64;
  const bool sparse = id == Type::list && field.meta(kExtensionName) == kSparseExtension &&
                      field.type == DataType::sparse();
  const auto add = [&](CellText& cell) {
    column.cells.push_back(cell.take());
    column.width = std::max(column.width, std::min(text_width(column.cells.back()), max_cell));
  };
  CellText name(max_cell), type(max_cell);
  name.add(field.name);
  add(name);
  if (types) {
    type.add(sparse ? "sparse" : field.type.to_string());
    add(type);
  }
  for (int64_t i = 0; i < rows; ++i) {
    CellText cell(max_cell);
    cell.add_value(a, i, sparse);
    add(cell);
  }
  return column;
}

/// Makes the widest columns narrower until the sum is `room` or all are at the least width.
inline void shrink(std::vector<TableColumn>& columns, int room) {
  int64_t sum = 0;
  for (const TableColumn& c : columns) sum += c.width;
  while (sum > room) {
    TableColumn* widest = &columns[0];
    for (TableColumn& c : columns)
      if (c.width > widest->width) widest = &c;
    if (widest->width <= kLeastColumn) return;
    --widest->width;
    --sum;
  }
}

/// Columns from the left, as many as fit when cut as far as they may be, then shrunk to fit.
inline std::vector<TableColumn> fit_columns(const Batch& batch, const TableOptions& options,
                                            int64_t rows) {
  const int max_cell = options.max_cell > 0 ? options.max_cell : kNoLimit;
  const int total = batch.column_count();
  int room = options.width > 0 ? options.width : kNoLimit;
  const int rest = 4 + static_cast<int>(std::to_string(total).size());  // " | +12"
  std::vector<TableColumn> columns;
  std::vector<int> least;  // what the first k columns take at the least
  int used = 0;
  for (int k = 0; k < total && used <= room; ++k) {
    columns.push_back(table_column(*batch.column(k), batch.schema().field(k), rows,
                                   std::min(max_cell, room), options.types));
    used += std::min(columns.back().width, kLeastColumn) + (k ? 3 : 0);
    least.push_back(used);
  }
  const bool all = used <= room;
  if (!all) {
    room -= rest;
    while (columns.size() > 1 && least[columns.size() - 1] > room) columns.pop_back();
  }
  if (!columns.empty()) shrink(columns, room - 3 * static_cast<int>(columns.size() - 1));
  return columns;
}

}  // namespace detail

inline std::string format_table(const Batch& batch, const TableOptions& options) {
  const int64_t rows =
      options.rows < 0 ? batch.rows() : std::min<int64_t>(options.rows, batch.rows());
  const auto columns = detail::fit_columns(batch, options, rows);
  const std::string mark = options.ascii ? "~" : "\xE2\x80\xA6";
  const size_t head = options.types ? 2 : 1;
  const int hidden = batch.column_count() - static_cast<int>(columns.size());
  std::string out;
  for (size_t line = 0; line < head + static_cast<size_t>(rows) && !columns.empty(); ++line) {
    for (size_t k = 0; k < columns.size(); ++k) {
      if (k) out += " | ";
      detail::append_cell(out, columns[k].cells[line], columns[k].width, columns[k].right, mark);
    }
    if (hidden > 0 && line == 0) out += " | +" + std::to_string(hidden);
    while (!out.empty() && out.back() == ' ') out.pop_back();
    out += '\n';
    if (line + 1 == head) {
      for (size_t k = 0; k < columns.size(); ++k) {
        if (k) out += "-+-";
        out.append(static_cast<size_t>(columns[k].width), '-');
      }
      out += '\n';
    }
  }
  const int64_t more = batch.rows() - rows;
  if (more > 0) out += "+ " + std::to_string(more) + (more == 1 ? " row\n" : " rows\n");
  if (columns.empty()) out += "no columns, " + std::to_string(batch.rows()) + " rows\n";
  return out;
}

}  // namespace wf
