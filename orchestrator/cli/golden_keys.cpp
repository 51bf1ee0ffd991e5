// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_keys.h"

#include <algorithm>

#include "core/text.h"
#include "weirflow/io/values.hpp"

namespace weirflow::cli {

using dag::Member;
using dag::Value;

void GoldenKeys::unknown(dag::SourceRange range, std::string message, const std::string& name,
                         const std::vector<std::string>& names) {
  auto& d = error(range, std::move(message));
  if (const auto near = nearest_name(name, names))
    d.hint = "did you mean `" + *near + "`?";
  else if (!names.empty())
    d.hint = "there is " + join_choices(names, "`", " and ");
}

void GoldenKeys::wrong(const Member& member, const std::string& expected) {
  error(member.value.range,
        "`" + member.key + "` is " + expected + ", not " + std::string(member.value.kind()));
}

bool GoldenKeys::check(const Value& table, const std::string& what,
                       const std::vector<std::string>& known) {
  bool all = true;
  for (const Member& m : *table.table())
    if (std::find(known.begin(), known.end(), m.key) == known.end()) {
      unknown(m.key_range, what + " has no key `" + m.key + "`", m.key, known);
      all = false;
    }
  return all;
}

bool GoldenKeys::is_table(const Member& member) {
  if (member.value.table()) return true;
  wrong(member, "a table");
  return false;
}

bool GoldenKeys::is_rows(const Member& member) {
  const Value::List* list = list_of(member);
  if (!list) return false;
  for (const Value& row : *list)
    if (!row.table()) {
      error(row.range, "a row is a table, not " + std::string(row.kind())).hint =
          "{ id = 1, text = \"...\" }";
      return false;
    }
  return true;
}

const Value::List* GoldenKeys::list_of(const Member& member) {
  if (const Value::List* list = member.value.list()) return list;
  wrong(member, "a list");
  return nullptr;
}

const Value::Table& GoldenKeys::members(const Value& table, const std::string& key) {
  static const Value::Table kNone;
  const Member* member = table.find(key);
  return member && is_table(*member) ? *member->value.table() : kNone;
}

dag::Name GoldenKeys::text(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  return member ? text_of(*member) : dag::Name();
}

dag::Name GoldenKeys::text_of(const Member& member) {
  if (const std::string* text = member.value.string()) return {*text, member.value.range};
  wrong(member, "a string");
  return {};
}

std::vector<dag::Name> GoldenKeys::names(const Value& table, const std::string& key) {
  std::vector<dag::Name> names;
  const Member* member = table.find(key);
  const Value::List* list = member ? list_of(*member) : nullptr;
  if (!list) return names;
  for (const Value& item : *list)
    if (const std::string* text = item.string())
      names.push_back({*text, item.range});
    else
      error(item.range, "`" + key + "` is a list of strings");
  return names;
}

std::optional<bool> GoldenKeys::boolean(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  if (!member) return std::nullopt;
  if (const bool* value = member->value.boolean()) return *value;
  wrong(*member, "true or false");
  return std::nullopt;
}

std::optional<double> GoldenKeys::number(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  if (!member) return std::nullopt;
  const double* real = member->value.floating();
  const int64_t* whole = member->value.integer();
  const double value = real ? *real : whole ? static_cast<double>(*whole) : -1;
  if (value >= 0) return value;
  wrong(*member, "a number of 0 or more");
  return std::nullopt;
}

std::optional<int64_t> GoldenKeys::count(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  if (!member) return std::nullopt;
  if (const int64_t* value = member->value.integer(); value && *value >= 0) return *value;
  wrong(*member, "a number of 0 or more");
  return std::nullopt;
}

std::optional<int64_t> GoldenKeys::duration(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  return member ? duration_of(*member) : std::nullopt;
}

std::optional<int64_t> GoldenKeys::duration_of(const Member& member) {
  const dag::Name text = text_of(member);
  if (!text.range.known()) return std::nullopt;
  auto us = parse_duration(text.value);
  if (us.ok()) return *us;
  error(text.range, us.error().message());
  return std::nullopt;
}

std::optional<int64_t> GoldenKeys::time(const Value& table, const std::string& key) {
  const Member* member = table.find(key);
  return member ? time_of(*member) : std::nullopt;
}

std::optional<int64_t> GoldenKeys::time_of(const Member& member) {
  const dag::Name text = text_of(member);
  if (!text.range.known()) return std::nullopt;
  if (const auto us = wf::io::parse_timestamp(text.value)) return us;
  error(text.range, "`" + text.value + "` is no time").hint = "2024-01-01T00:00:10Z";
  return std::nullopt;
}

}  // namespace weirflow::cli
