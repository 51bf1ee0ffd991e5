// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Batches as text, for tests:
///
///   id:int64 body:utf8 tags:list<utf8> v:sparse
///   1 | hello      | [a, b]  | {0:1.5 7:2}
///   2 | null       | []      | {}
///   3 | "a | b\n"  | ["x y"] | null
///
/// The first line names the columns (types as in wf::parse_type, and `sparse`), each further line
/// is a row; blank lines and blanks around a cell mean nothing. `null` is null. Text in double
/// quotes may hold anything, with the escapes \n \t \r \" \\ \xHH; other text stands as it is.
/// Timestamps are microseconds. A struct is `{a, b}` in the order of its members.

#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/value.hpp"

namespace wf::testing {

namespace detail {

inline bool is_sparse(const Field& field) { return field.meta(kExtensionName) == kSparseExtension; }

/// Reads one cell of a known type into a Value: structs and pairs of sparse vectors are lists.
class CellReader {
 public:
  explicit CellReader(std::string_view line) : line_(line) {}
  [[nodiscard]] bool at_end() {
    skip();
    return at_ >= line_.size();
  }
  bool eat(char c) {
    skip();
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  Result<Value> read(const Field& field, std::string_view ends) {
    skip();
    if (line_.substr(at_, 4) == "null" && ends_at(at_ + 4, ends)) return at_ += 4, Value();
    if (is_sparse(field)) return read_sparse();
    if (field.type.id() == Type::list) return read_items(field, '[', ']');
    if (field.type.id() == Type::structure) return read_items(field, '{', '}');
    bool quoted = false;
    WF_ASSIGN(std::string text, read_word(ends, quoted));
    return convert(field.type.id(), std::move(text), quoted);
  }

 private:
  void skip() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
  }
  [[nodiscard]] bool ends_at(size_t i, std::string_view ends) const {
    while (i < line_.size() && (line_[i] == ' ' || line_[i] == '\t')) ++i;
    return i >= line_.size() || ends.find(line_[i]) != std::string_view::npos;
  }
  Result<Value> read_items(const Field& field, char open, char close) {
    if (!eat(open)) return invalid_data("column '" + field.name + "': '" + open + "' is expected");
    const char ends[] = {',', close, '\0'};
    const auto& children = field.type.children();
    Value::List items;
    if (eat(close)) return Value(std::move(items));
    do {
      const bool member = field.type.id() == Type::structure;
      if (member && items.size() >= children.size()) return invalid_data("too many members");
      WF_ASSIGN(Value item, read(children[member ? items.size() : 0], ends));
      items.push_back(std::move(item));
    } while (eat(','));
    if (!eat(close)) return invalid_data("column '" + field.name + "': '" + close + "' is missing");
    if (field.type.id() == Type::structure && items.size() != children.size())
      return invalid_data("column '" + field.name + "': a struct needs all its members");
    return Value(std::move(items));
  }
  Result<Value> read_sparse() {
    if (!eat('{')) return invalid_data("a sparse vector is written {index:value ...}");
    Value::List pairs;
    while (!eat('}')) {
      bool quoted = false;
      WF_ASSIGN(std::string index, read_word(":", quoted));
      if (!eat(':')) return invalid_data("a sparse vector is written {index:value ...}");
      skip();
      WF_ASSIGN(std::string value, read_word(" }", quoted));
      WF_ASSIGN(Value i, convert(Type::int64, std::move(index), false));
      WF_ASSIGN(Value v, convert(Type::float64, std::move(value), false));
      pairs.emplace_back(Value::List{std::move(i), std::move(v)});
    }
    return Value(std::move(pairs));
  }
  Result<std::string> read_word(std::string_view ends, bool& quoted) {
    std::string text;
    quoted = at_ < line_.size() && line_[at_] == '"';
    if (!quoted) {
      while (at_ < line_.size() && ends.find(line_[at_]) == std::string_view::npos)
        text += line_[at_++];
      while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
      return text;
    }
    for (++at_; at_ < line_.size() && line_[at_] != '"'; ++at_) {
      char c = line_[at_];
      if (c == '\\' && at_ + 1 < line_.size()) {
        c = line_[++at_];
        if (c == 'n')
          c = '\n';
        else if (c == 't')
          c = '\t';
        else if (c == 'r')
          c = '\r';
        else if (c == 'x') {
          int value = 0;
          const std::string_view hex = line_.substr(at_ + 1, 2);
          if (std::from_chars(hex.data(), hex.data() + hex.size(), value, 16).ptr != hex.data() + 2)
            return invalid_data("\\x needs two hexadecimal digits");
          c = static_cast<char>(value);
          at_ += 2;
        }
      }
      text += c;
    }
    if (!eat('"')) return invalid_data("a closing '\"' is missing");
    return text;
  }
  static Result<Value> convert(Type type, std::string text, bool quoted) {
    const char *first = text.data(), *last = first + text.size();
    const auto wrong = [&] {
      return invalid_data("'" + text + "' is no " + std::string(to_string(type)));
    };
    switch (type) {
      case Type::utf8:
      case Type::binary:
      case Type::large_utf8:
      case Type::large_binary:
        return Value(std::move(text));
      case Type::boolean:
        if (quoted || (text != "true" && text != "false")) return wrong();
        return Value(text == "true");
      case Type::int32:
      case Type::int64:
      case Type::timestamp: {
        int64_t i = 0;
        if (quoted || std::from_chars(first, last, i).ptr != last || text.empty()) return wrong();
        return Value(i);
      }
      case Type::float32:
      case Type::float64: {
        double d = 0;
        if (quoted || std::from_chars(first, last, d).ptr != last || text.empty()) return wrong();
        return Value(d);
      }
      default:
        return wrong();
    }
  }
  std::string_view line_;
  size_t at_ = 0;
};

using Cells = std::vector<const Value*>;

template <typename Builder, typename Append>
ArrayPtr fill(Builder builder, const Cells& cells, Append&& append) {
  for (const Value* cell : cells) {
    if (cell->is_null())
      builder.append_null();
    else
      append(builder, *cell);
  }
  return builder.finish();
}
template <typename T>
ArrayPtr numbers(Type type, const Cells& cells) {
  return fill(NumericBuilder<T>(type), cells, [](auto& b, const Value& v) {
    b.append(v.integer() ? static_cast<T>(*v.integer()) : static_cast<T>(*v.number()));
  });
}
template <typename Offset>
ArrayPtr large_strings(Type type, const Cells& cells) {
  auto array = std::make_shared<Array>();
  ValidityBuilder validity;
  BufferBuilder<Offset> offsets;
  BufferBuilder<char> bytes;
  offsets.push_back(0);
  for (const Value* cell : cells) {
    if (cell->is_null())
      validity.append_null();
    else {
      bytes.append(cell->string()->data(), cell->string()->size());
      validity.append_valid();
    }
    offsets.push_back(static_cast<Offset>(bytes.size()));
  }
  array->type = type;
  validity.finish(*array);
  array->buffers[1] = offsets.finish();
  array->buffers[2] = bytes.finish();
  return array;
}

inline ArrayPtr build(const DataType& type, const Cells& cells) {
  switch (type.id()) {
    case Type::boolean:
      return fill(BoolBuilder(), cells, [](auto& b, const Value& v) { b.append(*v.boolean()); });
    case Type::int32:
      return numbers<int32_t>(type.id(), cells);
    case Type::int64:
    case Type::timestamp:
      return numbers<int64_t>(type.id(), cells);
    case Type::float32:
      return numbers<float>(type.id(), cells);
    case Type::float64:
      return numbers<double>(type.id(), cells);
    case Type::utf8:
    case Type::binary:
      return large_strings<int32_t>(type.id(), cells);
    case Type::large_utf8:
    case Type::large_binary:
      return large_strings<int64_t>(type.id(), cells);
    default:
      break;
  }
  auto array = std::make_shared<Array>();
  array->type = type;
  array->length = static_cast<int64_t>(cells.size());
  if (type.id() == Type::null) return array;
  ValidityBuilder validity;
  static const Value kNull;
  for (const Value* cell : cells) {
    if (cell->is_null())
      validity.append_null();
    else
      validity.append_valid();
  }
  validity.finish(*array);
  if (type.id() == Type::list) {
    Cells items;
    BufferBuilder<int32_t> offsets;
    offsets.push_back(0);
    for (const Value* cell : cells) {
      if (cell->list())
        for (const Value& item : *cell->list()) items.push_back(&item);
      offsets.push_back(static_cast<int32_t>(items.size()));
    }
    array->buffers[1] = offsets.finish();
    array->children.push_back(build(type.children()[0].type, items));
    return array;
  }
  for (size_t k = 0; k < type.children().size(); ++k) {
    Cells members;
    for (const Value* cell : cells) members.push_back(cell->list() ? &(*cell->list())[k] : &kNull);
    array->children.push_back(build(type.children()[k].type, members));
  }
  return array;
}

inline Result<Field> parse_column(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return invalid_data("'" + std::string(text) + "' is not name:type");
  std::string name(text.substr(0, colon));
  if (text.substr(colon + 1) == "sparse") return sparse_field(std::move(name));
  WF_ASSIGN(DataType type, parse_type(text.substr(colon + 1)));
  return Field{std::move(name), std::move(type), true, {}};
}

inline std::string_view next_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

template <typename T>
void put_number(std::string& out, T value) {
  char buffer[64];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
}

inline void put_text(std::string& out, std::string_view text) {
  bool plain = !text.empty() && text != "null" && text.front() != ' ' && text.back() != ' ' &&
               text.front() != '"' && text.front() != '[' && text.front() != '{';
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
        std::string_view("|,]}").find(c) != std::string_view::npos)
      plain = false;
  if (plain) return void(out += text);
  out += '"';
  for (const char c : text) {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (byte < 0x20 || byte == 0x7F)
      ((out += "\\x") += kHex[byte >> 4]) += kHex[byte & 15];
    else
      out += c;
  }
  out += '"';
}

inline void put_cell(std::string& out, const Field& field, const Array& array, int64_t i);

inline void put_list(std::string& out, const Field& field, const Array& array, int64_t i) {
  const ListView list(array);
  if (is_sparse(field)) {
    const SparseView sparse(array);
    out += '{';
    for (int64_t k = sparse.begin(i); k < sparse.end(i); ++k) {
      if (k > sparse.begin(i)) out += ' ';
      put_number(out, sparse.indices()[k]);
      out += ':';
      put_number(out, sparse.values()[k]);
    }
    out += '}';
    return;
  }
  out += '[';
  for (int64_t k = list.begin(i); k < list.end(i); ++k) {
    if (k > list.begin(i)) out += ", ";
    put_cell(out, field.type.children()[0], *list.items(), k);
  }
  out += ']';
}

inline void put_cell(std::string& out, const Field& field, const Array& array, int64_t i) {
  if (array.is_null(i)) return void(out += "null");
  switch (array.type.id()) {
    case Type::boolean:
      out += BoolView(array)[i] ? "true" : "false";
      break;
    case Type::int32:
      put_number(out, NumericView<int32_t>(array)[i]);
      break;
    case Type::int64:
    case Type::timestamp:
      put_number(out, NumericView<int64_t>(array)[i]);
      break;
    case Type::float32:
      put_number(out, NumericView<float>(array)[i]);
      break;
    case Type::float64:
      put_number(out, NumericView<double>(array)[i]);
      break;
    case Type::utf8:
    case Type::binary:
    case Type::large_utf8:
    case Type::large_binary:
      put_text(out, StringView(array)[i]);
      break;
    case Type::list:
      put_list(out, field, array, i);
      break;
    case Type::structure:
      out += '{';
      for (size_t k = 0; k < array.children.size(); ++k) {
        if (k) out += ", ";
        put_cell(out, field.type.children()[k], *array.children[k], array.offset + i);
      }
      out += '}';
      break;
    case Type::null:
      out += "null";
      break;
  }
}

}  // namespace detail

/// The columns of a header line, `id:int64 body:utf8`.
inline Result<Schema> parse_schema(std::string_view line) {
  std::vector<Field> fields;
  size_t start = 0;
  int depth = 0;
  for (size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '<') ++depth;
    if (i < line.size() && line[i] == '>') --depth;
    if (i < line.size() && (line[i] != ' ' || depth > 0)) continue;
    if (i > start) {
      WF_ASSIGN(Field field, detail::parse_column(line.substr(start, i - start)));
      fields.push_back(std::move(field));
    }
    start = i + 1;
  }
  return Schema(std::move(fields));
}

/// A batch from its text form; invalid_data says which row is wrong.
inline Result<Batch> parse_batch(std::string_view text) {
  std::string_view header;
  while (!text.empty() && header.empty()) header = detail::next_line(text);
  WF_ASSIGN(Schema parsed, parse_schema(header));
  auto schema = std::make_shared<const Schema>(std::move(parsed));
  std::vector<std::vector<Value>> columns(static_cast<size_t>(schema->size()));
  int64_t rows = 0;
  while (!text.empty()) {
    const std::string_view line = detail::next_line(text);
    if (line.empty()) continue;
    detail::CellReader reader(line);
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string place = "row " + std::to_string(rows + 1) + " of the batch text";
      if (c && !reader.eat('|')) return invalid_data(place + ": a '|' is missing");
      Result<Value> cell = reader.read(schema->fields()[c], "|");
      if (!cell.ok()) return std::move(cell).status().with_context(place);
      columns[c].push_back(std::move(cell).value());
    }
    if (!reader.at_end())
      return invalid_data("row " + std::to_string(rows + 1) + " of the batch text: too many cells");
    ++rows;
  }
  std::vector<ArrayPtr> arrays;
  for (size_t c = 0; c < columns.size(); ++c) {
    detail::Cells cells;
    for (const Value& value : columns[c]) cells.push_back(&value);
    arrays.push_back(detail::build(schema->fields()[c].type, cells));
  }
  return Batch(std::move(schema), rows, std::move(arrays));
}

/// As parse_batch, for literals in tests: throws std::invalid_argument when the text is wrong.
inline Batch batch(std::string_view text) {
  Result<Batch> parsed = parse_batch(text);
  if (!parsed.ok()) throw std::invalid_argument(parsed.error().message());
  return std::move(parsed).value();
}
inline Schema schema(std::string_view header) {
  Result<Schema> parsed = parse_schema(header);
  if (!parsed.ok()) throw std::invalid_argument(parsed.error().message());
  return std::move(parsed).value();
}

/// `id:int64 body:utf8`
inline std::string to_text(const Schema& schema) {
  std::string out;
  for (const Field& f : schema.fields()) {
    if (!out.empty()) out += ' ';
    out += f.name + ":" + (detail::is_sparse(f) ? std::string("sparse") : f.type.to_string());
  }
  return out;
}
/// One cell as batch text writes it.
inline std::string cell_text(const Batch& batch, int column, int64_t row) {
  std::string out;
  detail::put_cell(out, batch.schema().field(column), *batch.column(column), row);
  return out;
}
/// One row, `1 | hello`, without a line end.
inline std::string row_text(const Batch& batch, int64_t row) {
  std::string out;
  for (int c = 0; c < batch.column_count(); ++c) {
    if (c) out += " | ";
    detail::put_cell(out, batch.schema().field(c), *batch.column(c), row);
  }
  return out;
}
/// Header and rows, one a line, each ended by a newline; parse_batch() reads it back.
inline std::string to_text(const Batch& batch) {
  std::string out = to_text(batch.schema()) + "\n";
  for (int64_t i = 0; i < batch.rows(); ++i) out += row_text(batch, i) + "\n";
  return out;
}
/// Several batches of one schema under one header; "" when there are none.
inline std::string to_text(const std::vector<Batch>& batches) {
  if (batches.empty()) return {};
  std::string out = to_text(batches.front().schema()) + "\n";
  for (const Batch& b : batches)
    for (int64_t i = 0; i < b.rows(); ++i) out += row_text(b, i) + "\n";
  return out;
}

}  // namespace wf::testing
