// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/digest.h"
#include "core/text.h"

namespace weirflow::model {

namespace {

constexpr size_t kMaxDepth = 64;
constexpr std::string_view kCheck = "check";

/// Builds a Value from parser events.
class ValueReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  wf::Value root;
  std::string error;

  bool null() override { return add({}); }
  bool boolean(bool v) override { return add(wf::Value(v)); }
  bool number_integer(number_integer_t v) override { return add(wf::Value(int64_t{v})); }
  bool number_unsigned(number_unsigned_t v) override {
    if (v > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return fail("an integer is beyond 64 bits");
    return add(wf::Value(static_cast<int64_t>(v)));
  }
  bool number_float(number_float_t v, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos) return fail("an integer is beyond 64 bits");
    return add(wf::Value(v));
  }
  bool string(string_t& v) override { return add(wf::Value(std::move(v))); }
  bool binary(binary_t&) override { return fail("bytes have no place in JSON"); }
  bool start_object(size_t) override { return start(wf::Value(wf::Value::Table())); }
  bool key(string_t& v) override {
    for (const auto& [known, value] : *open_.back().value.table())
      if (known == v) return fail("the key `" + v + "` is there twice");
    open_.back().key = std::move(v);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(size_t) override { return start(wf::Value(wf::Value::List())); }
  bool end_array() override { return end(); }
  bool parse_error(size_t at, const std::string&, const nlohmann::detail::exception&) override {
    return fail("no JSON from byte " + std::to_string(at) + " on");
  }

 private:
  struct Open {
    wf::Value value;
    std::string key;
  };
  bool fail(std::string what) {
    if (error.empty()) error = std::move(what);
    return false;
  }
  bool start(wf::Value empty) {
    if (open_.size() >= kMaxDepth) return fail("it is nested too deep");
    open_.push_back({std::move(empty), ""});
    return true;
  }
  bool end() {
    wf::Value done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }
  bool add(wf::Value value) {
    if (open_.empty())
      root = std::move(value);
    else if (auto* list = open_.back().value.list())
      list->push_back(std::move(value));
    else
      open_.back().value.table()->emplace_back(std::move(open_.back().key), std::move(value));
    return true;
  }
  std::vector<Open> open_;
};

/// `indent` < 0: on one line.
void append(std::string& out, const wf::Value& value, int indent) {
  const auto line = [&](int depth) {
    if (indent >= 0) out.append(1, '\n').append(static_cast<size_t>(depth) * 2, ' ');
  };
  const int inner = indent < 0 ? -1 : indent + 1;
  if (const auto* b = value.boolean()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = value.integer()) {
    out += std::to_string(*i);
  } else if (const auto* d = value.number()) {
    out += std::isfinite(*d) ? format_float(*d) : "null";
  } else if (const auto* s = value.string()) {
    append_json_string(out, *s);
  } else if (const auto* list = value.list()) {
    out += '[';
    for (const wf::Value& item : *list) {
      if (out.back() != '[') out += ',';
      line(inner);
      append(out, item, inner);
    }
    if (!list->empty()) line(indent);
    out += ']';
  } else if (const auto* table = value.table()) {
    bool first = true;
    out += '{';
    for (const auto& [key, item] : *table) {
      if (!std::exchange(first, false)) out += ',';
      line(inner);
      append_json_string(out, key);
      out += indent < 0 ? ":" : ": ";
      append(out, item, inner);
    }
    if (!table->empty()) line(indent);
    out += '}';
  } else {
    out += "null";
  }
}

std::string check_of(const wf::Value& table) { return sha256_hex(to_json(table)).substr(0, 16); }

}  // namespace

std::string to_json(const wf::Value& value) {
  std::string out;
  append(out, value, -1);
  return out;
}

std::string to_pretty_json(const wf::Value& value) {
  std::string out;
  append(out, value, 0);
  return out + "\n";
}

wf::Result<wf::Value> parse_json(std::string_view text) {
  ValueReader reader;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader))
    return wf::invalid_data(reader.error.empty() ? "no JSON" : reader.error);
  return std::move(reader.root);
}

std::string seal_line(const wf::Value& table) {
  wf::Value sealed = table;
  sealed.table()->emplace_back(kCheck, check_of(table));
  return to_json(sealed) + "\n";
}

wf::Result<wf::Value> open_line(std::string_view line) {
  WF_ASSIGN(wf::Value value, parse_json(line));
  auto* table = value.table();
  if (!table || table->empty() || table->back().first != kCheck)
    return wf::invalid_data("it has no check");
  table->pop_back();
  std::string again = seal_line(value);
  again.pop_back();
  if (again != line) return wf::invalid_data("its check does not fit");
  return value;
}

std::string text_at(const wf::Value& table, std::string_view key) {
  const wf::Value* found = table.find(key);
  return found && found->string() ? *found->string() : std::string();
}

int64_t integer_at(const wf::Value& table, std::string_view key) {
  const wf::Value* found = table.find(key);
  return found && found->integer() ? *found->integer() : 0;
}

}  // namespace weirflow::model
