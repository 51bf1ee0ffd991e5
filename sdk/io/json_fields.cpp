// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// The only source with simdjson in it.
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "base64.h"
#include "weirflow/io/json.hpp"
#include "weirflow/io/values.hpp"

namespace wf::io {

static_assert(simdjson::SIMDJSON_PADDING <= 64);
namespace od = simdjson::ondemand;

bool valid_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

namespace {

constexpr int kMaxDepth = 1024;

bool digit(char c) { return c >= '0' && c <= '9'; }

/// The number grammar of RFC 8259.
bool is_json_number(std::string_view s, bool* whole) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < s.size() && digit(s[i])) ++i;
    return i > start;
  };
  if (i < s.size() && s[i] == '-') ++i;
  const size_t first = i;
  if (!digits() || (s[first] == '0' && i - first > 1)) return false;
  *whole = i == s.size();
  if (i < s.size() && s[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == s.size();
}

std::string_view strip(std::string_view s) {
  while (!s.empty() &&
         (s.back() == ' ' || s.back() == '\t' || s.back() == '\r' || s.back() == '\n'))
    s.remove_suffix(1);
  return s;
}

double big_number(std::string_view text) {
  if (const auto value = parse_float64(text)) return *value;
  const double inf = std::numeric_limits<double>::infinity();
  return text.front() == '-' ? -inf : inf;
}

/// A scalar by its token; false when it is none.
bool read_scalar(std::string_view token, JsonCell* cell) {
  token = strip(token);
  cell->text = token;
  if (token == "null") return cell->kind = JsonCell::Kind::null, true;
  if (token == "true" || token == "false") {
    cell->kind = JsonCell::Kind::boolean;
    cell->integer = token == "true";
    return true;
  }
  bool whole = false;
  if (!is_json_number(token, &whole)) return false;
  if (const auto value = whole ? parse_int64(token) : std::nullopt) {
    cell->kind = JsonCell::Kind::integer;
    cell->integer = *value;
    return true;
  }
  cell->kind = JsonCell::Kind::number;
  cell->number = big_number(token);
  return true;
}

/// Chosen fields as a tree of keys.
struct Node {
  std::unordered_map<std::string, size_t> children;  // key -> index in State::nodes
  std::vector<size_t> slots;                         // cells filled by this value
};

Result<std::vector<std::string>> split_pointer(const std::string& pointer) {
  const Status wrong = invalid_config("'" + pointer + "' is no JSON pointer; it looks like /a/b");
  if (pointer.empty() || pointer.front() != '/') return wrong;
  std::vector<std::string> keys;
  for (size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      keys.emplace_back();
    } else if (pointer[i] == '~') {
      const char next = i + 1 < pointer.size() ? pointer[i + 1] : '\0';
      if (next != '0' && next != '1') return wrong;
      keys.back() += next == '0' ? '~' : '/';
      ++i;
    } else {
      keys.back() += pointer[i];
    }
  }
  return keys;
}

}  // namespace

struct JsonFields::State {
  std::vector<Node> nodes{1};
  size_t slots = 0;
  od::parser parser;
  std::vector<char> padded;
  od::document document;
  const char* start = nullptr;
  bool opened = false;  // `document` is of the current text

  Status refused(simdjson::error_code error) {
    const char* where = nullptr;
    std::string place;
    if (opened && document.current_location().get(where) == simdjson::SUCCESS && where >= start)
      place = " near byte " + std::to_string(where - start + 1);
    return invalid_data(std::string("the line is no JSON: ") + describe(error) + place);
  }
  static const char* describe(simdjson::error_code error) {
    switch (error) {
      case simdjson::UTF8_ERROR:
        return "it is not valid UTF-8";
      case simdjson::EMPTY:
        return "it is empty";
      case simdjson::UNCLOSED_STRING:
        return "a string is not closed";
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "a bracket is not closed";
      case simdjson::INCORRECT_TYPE:
        return "an object was expected";
      case simdjson::DEPTH_ERROR:
        return "it is nested too deep";
      case simdjson::UNESCAPED_CHARS:
        return "a string holds a control character";
      case simdjson::STRING_ERROR:
        return "a string holds a wrong escape";
      default:
        return "the syntax is wrong";
    }
  }

  simdjson::error_code open(std::string_view json, bool is_padded, od::object* object) {
    if (!is_padded) {
      padded.resize(json.size() + simdjson::SIMDJSON_PADDING);
      if (!json.empty()) std::memcpy(padded.data(), json.data(), json.size());
      json = {padded.data(), json.size()};
    }
    start = json.data();
    if (auto e = parser.iterate(json.data(), json.size(), json.size() + simdjson::SIMDJSON_PADDING)
                     .get(document)) {
      opened = false;
      return e;
    }
    opened = true;
    return document.get_object().get(*object);
  }
  /// After the object: nothing but white space may follow.
  simdjson::error_code close() {
    const char* where = nullptr;
    const auto e = document.current_location().get(where);
    if (e == simdjson::OUT_OF_BOUNDS) return simdjson::SUCCESS;
    return e ? e : simdjson::TRAILING_CONTENT;
  }

  static simdjson::error_code read(od::value value, JsonCell* cell) {
    od::json_type type;
    if (auto e = value.type().get(type)) return e;
    switch (type) {
      case od::json_type::string:
        cell->kind = JsonCell::Kind::text;
        return value.get_string().get(cell->text);
      case od::json_type::object: {
        od::object object;
        if (auto e = value.get_object().get(object)) return e;
        cell->kind = JsonCell::Kind::nested;
        if (auto e = object.raw_json().get(cell->text)) return e;
        cell->text = strip(cell->text);
        return simdjson::SUCCESS;
      }
      case od::json_type::array: {
        od::array array;
        if (auto e = value.get_array().get(array)) return e;
        cell->kind = JsonCell::Kind::nested;
        if (auto e = array.raw_json().get(cell->text)) return e;
        cell->text = strip(cell->text);
        return simdjson::SUCCESS;
      }
      default:
        return read_scalar(value.raw_json_token(), cell) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
    }
  }
  simdjson::error_code walk(od::value value, const Node& node, std::vector<JsonCell>& cells) {
    if (!node.slots.empty()) {
      JsonCell cell;
      if (auto e = read(value, &cell)) return e;
      for (const size_t slot : node.slots) cells[slot] = cell;
      return simdjson::SUCCESS;
    }
    od::json_type type;
    if (auto e = value.type().get(type)) return e;
    if (type == od::json_type::object) {
      od::object object;
      if (auto e = value.get_object().get(object)) return e;
      return walk_object(object, node, cells);
    }
    if (type == od::json_type::array) return walk_array(value, node, cells);
    JsonCell ignored;
    return read(value, &ignored);
  }
  simdjson::error_code walk_array(od::value& value, const Node& node,
                                  std::vector<JsonCell>& cells) {
    od::array array;
    if (auto e = value.get_array().get(array)) return e;
    size_t index = 0;
    for (auto item : array) {
      od::value element;
      if (auto e = item.get(element)) return e;
      const auto child = node.children.find(std::to_string(index++));
      if (child == node.children.end()) continue;
      if (auto e = walk(element, nodes[child->second], cells)) return e;
    }
    return simdjson::SUCCESS;
  }
  simdjson::error_code walk_object(od::object& object, const Node& node,
                                   std::vector<JsonCell>& cells) {
    std::string key_text;
    for (auto item : object) {
      od::field field;
      if (auto e = std::move(item).get(field)) return e;
      std::string_view key;
      if (auto e = field.unescaped_key().get(key)) return e;
      key_text.assign(key);
      od::value value = field.value();
      const auto child = node.children.find(key_text);
      if (child != node.children.end()) {
        if (auto e = walk(value, nodes[child->second], cells)) return e;
        continue;
      }
      if (auto e = check_ignored(value)) return e;
    }
    return simdjson::SUCCESS;
  }
  /// Literals and numbers nobody chose are still checked; the iteration passes over the rest.
  static simdjson::error_code check_ignored(od::value& value) {
    const std::string_view token = value.raw_json_token();
    if (token.empty()) return simdjson::TAPE_ERROR;
    const char c = token.front();
    if (c == '"' || c == '{' || c == '[') return simdjson::SUCCESS;
    JsonCell ignored;
    return read_scalar(token, &ignored) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
  }
};

JsonFields::JsonFields(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonFields::JsonFields(JsonFields&&) noexcept = default;
JsonFields& JsonFields::operator=(JsonFields&&) noexcept = default;
JsonFields::~JsonFields() = default;

Result<JsonFields> JsonFields::make(const std::vector<std::string>& pointers) {
  auto state = std::make_unique<State>();
  for (const std::string& pointer : pointers) {
    WF_ASSIGN(const std::vector<std::string> keys, split_pointer(pointer));
    size_t at = 0;
    for (const std::string& key : keys) {
      if (!state->nodes[at].slots.empty())
        return invalid_config("'" + pointer + "' is inside another chosen field");
      const auto [child, fresh] = state->nodes[at].children.try_emplace(key, state->nodes.size());
      at = child->second;
      if (fresh) state->nodes.emplace_back();
    }
    if (!state->nodes[at].children.empty())
      return invalid_config("'" + pointer + "' holds another chosen field");
    state->nodes[at].slots.push_back(state->slots++);
  }
  return JsonFields(std::move(state));
}

Status JsonFields::parse(std::string_view json, bool padded, std::vector<JsonCell>* cells) {
  cells->assign(state_->slots, JsonCell{});
  od::object object;
  if (auto e = state_->open(json, padded, &object)) return state_->refused(e);
  if (auto e = state_->walk_object(object, state_->nodes[0], *cells)) return state_->refused(e);
  if (auto e = state_->close()) return state_->refused(e);
  return {};
}

Status JsonFields::visit(std::string_view json, bool padded,
                         const std::function<void(std::string_view, const JsonCell&)>& visit) {
  od::object object;
  if (auto e = state_->open(json, padded, &object)) return state_->refused(e);
  for (auto item : object) {
    od::field field;
    if (auto e = std::move(item).get(field)) return state_->refused(e);
    std::string_view key;
    if (auto e = field.unescaped_key().get(key)) return state_->refused(e);
    JsonCell cell;
    if (auto e = State::read(field.value(), &cell)) return state_->refused(e);
    visit(key, cell);
  }
  if (auto e = state_->close()) return state_->refused(e);
  return {};
}

// --- Lists and structs ---------------------------------------------------------------------------

namespace {

namespace dom = simdjson::dom;

JsonCell cell_of(dom::element element) {
  JsonCell cell;
  switch (element.type()) {
    case dom::element_type::NULL_VALUE:
      cell.kind = JsonCell::Kind::null;
      break;
    case dom::element_type::BOOL:
      cell.kind = JsonCell::Kind::boolean;
      cell.integer = bool(element);
      break;
    case dom::element_type::INT64:
      cell.kind = JsonCell::Kind::integer;
      cell.integer = int64_t(element);
      break;
    case dom::element_type::UINT64:
      cell.kind = JsonCell::Kind::number;
      cell.number = static_cast<double>(uint64_t(element));
      break;
    case dom::element_type::DOUBLE:
      cell.kind = JsonCell::Kind::number;
      cell.number = double(element);
      break;
    case dom::element_type::STRING:
      cell.kind = JsonCell::Kind::text;
      cell.text = std::string_view(element);
      break;
    default:
      cell.kind = JsonCell::Kind::nested;
      break;
  }
  return cell;
}

bool fits(dom::element element, const DataType& type) {
  if (element.is_null()) return true;
  if (type.id() == Type::list) {
    dom::array array;
    if (element.get(array)) return false;
    for (dom::element item : array)
      if (!fits(item, type.children()[0].type)) return false;
    return true;
  }
  if (type.id() == Type::structure) {
    dom::object object;
    if (element.get(object)) return false;
    for (const Field& field : type.children()) {
      dom::element member;
      if (!object[field.name].get(member) && !fits(member, field.type)) return false;
    }
    return true;
  }
  // Text of scalars inside lists would need their tokens, which the tree has not kept.
  if (type.id() == Type::utf8 && !element.is_string()) return false;
  return !element.is_object() && !element.is_array() &&
         fit_json(cell_of(element), type, nullptr) != JsonFit::misfit;
}

void append_element(dom::element element, const DataType& type, ColumnBuilder& builder) {
  if (element.is_null()) return builder.append_null();
  if (type.id() == Type::list) {
    for (dom::element item : dom::array(element))
      append_element(item, type.children()[0].type, builder.child(0));
    return builder.append_children();
  }
  if (type.id() == Type::structure) {
    const dom::object object(element);
    for (size_t i = 0; i < type.children().size(); ++i) {
      dom::element member;
      const Field& field = type.children()[i];
      if (object[field.name].get(member))
        builder.child(i).append_null();
      else
        append_element(member, field.type, builder.child(i));
    }
    return builder.append_children();
  }
  append_json(cell_of(element), type, nullptr, builder);
}

}  // namespace

struct JsonNested::State {
  dom::parser parser;
  dom::element root;
  DataType type;
};

JsonNested::JsonNested() : state_(std::make_unique<State>()) {}
JsonNested::~JsonNested() = default;

bool JsonNested::load(std::string_view json, const DataType& type) {
  if (state_->parser.parse(json.data(), json.size(), true).get(state_->root)) return false;
  state_->type = type;
  return fits(state_->root, type);
}

void JsonNested::append(ColumnBuilder& builder) {
  append_element(state_->root, state_->type, builder);
}

// --- Cells into columns
// ----------------------------------------------------------------------------

namespace {

std::optional<int64_t> whole_number(const JsonCell& cell) {
  if (cell.kind == JsonCell::Kind::integer) return cell.integer;
  if (cell.kind != JsonCell::Kind::number || std::floor(cell.number) != cell.number) return {};
  if (!(std::abs(cell.number) <= 9007199254740992.0)) return {};
  return static_cast<int64_t>(cell.number);
}

std::optional<double> real_number(const JsonCell& cell) {
  if (cell.kind == JsonCell::Kind::integer) return static_cast<double>(cell.integer);
  if (cell.kind == JsonCell::Kind::number && std::isfinite(cell.number)) return cell.number;
  if (cell.kind != JsonCell::Kind::text) return {};
  if (cell.text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (cell.text == "Infinity") return std::numeric_limits<double>::infinity();
  if (cell.text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return {};
}

std::optional<int64_t> time_of(const JsonCell& cell) {
  if (cell.kind == JsonCell::Kind::number) return epoch_seconds_to_us(cell.number);
  if (cell.kind == JsonCell::Kind::integer)
    return epoch_seconds_to_us(static_cast<double>(cell.integer));
  if (cell.kind != JsonCell::Kind::text) return {};
  if (const auto time = parse_timestamp(cell.text)) return time;
  return parse_epoch_seconds(cell.text);
}

bool is_truth(const JsonCell& cell) {
  return cell.kind == JsonCell::Kind::boolean ||
         (cell.kind == JsonCell::Kind::integer && (cell.integer == 0 || cell.integer == 1));
}

bool has_value(const JsonCell& cell, const DataType& type, JsonNested* nested) {
  switch (type.id()) {
    case Type::boolean:
      return is_truth(cell);
    case Type::int32: {
      const auto v = whole_number(cell);
      return v && *v >= std::numeric_limits<int32_t>::min() &&
             *v <= std::numeric_limits<int32_t>::max();
    }
    case Type::int64:
      return whole_number(cell).has_value();
    case Type::float32: {
      const auto v = real_number(cell);
      return v && (std::abs(*v) <= std::numeric_limits<float>::max() || !std::isfinite(*v));
    }
    case Type::float64:
      return real_number(cell).has_value();
    case Type::utf8:
      return true;
    case Type::binary: {
      std::string bytes;
      return cell.kind == JsonCell::Kind::text && decode_base64(cell.text, &bytes);
    }
    case Type::timestamp:
      return time_of(cell).has_value();
    case Type::list:
    case Type::structure:
      return nested && cell.kind == JsonCell::Kind::nested && nested->load(cell.text, type);
    default:
      return false;
  }
}

}  // namespace

JsonFit fit_json(const JsonCell& cell, const DataType& type, JsonNested* nested) {
  if (cell.kind == JsonCell::Kind::missing || cell.kind == JsonCell::Kind::null)
    return JsonFit::null;
  return has_value(cell, type, nested) ? JsonFit::value : JsonFit::misfit;
}

void append_json(const JsonCell& cell, const DataType& type, JsonNested* nested,
                 ColumnBuilder& builder) {
  switch (type.id()) {
    case Type::boolean:
      builder.append_bool(cell.integer != 0);
      break;
    case Type::int32:
    case Type::int64:
      builder.append_int(*whole_number(cell));
      break;
    case Type::float32:
    case Type::float64:
      builder.append_double(*real_number(cell));
      break;
    case Type::timestamp:
      builder.append_int(*time_of(cell));
      break;
    case Type::binary: {
      std::string bytes;
      decode_base64(cell.text, &bytes);
      builder.append_text(bytes);
      break;
    }
    case Type::list:
    case Type::structure:
      nested->append(builder);
      break;
    default:
      builder.append_text(cell.text);
      break;
  }
}

}  // namespace wf::io
