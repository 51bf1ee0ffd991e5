// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/section_check.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace weirflow::dag {

namespace {

/// What other tools call it.
std::string_view our_word(Section section, std::string_view key) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Pair, 13> kTask = {{{"depends_on", "after"},
                                                  {"needs", "after"},
                                                  {"upstream", "after"},
                                                  {"input", "from"},
                                                  {"inputs", "from"},
                                                  {"component", "uses"},
                                                  {"type", "uses"},
                                                  {"config", "with"},
                                                  {"args", "with"},
                                                  {"params", "with"},
                                                  {"trigger_rule", "trigger"},
                                                  {"if", "when"},
                                                  {"condition", "when"}}};
  if (section != Section::task) return {};
  for (const auto& [theirs, ours] : kTask)
    if (theirs == key) return ours;
  return {};
}

void report_unknown(const Member& member, Section section, Diagnostics& diagnostics) {
  Diagnostic& d =
      diagnostics.error("unknown-key", member.key_range,
                        std::string(describe(section)) + " has no key `" + member.key + "`");
  if (diagnostics.full()) return;
  const std::string_view ours = our_word(section, member.key);
  d.hint = !ours.empty() ? "the key for this is `" + std::string(ours) + "`"
                         : suggestion(member.key, key_names(section), "its keys are");
  if (member.key == "group" || member.key == "dag")
    d.hint = "a file is either a DAG (`[dag]`) or a group (`[group]`)";
}

bool has_type(const Value& value, Shape shape) {
  const auto all_strings = [](const Value& list) {
    return list.list() && std::all_of(list.list()->begin(), list.list()->end(),
                                      [](const Value& item) { return item.string() != nullptr; });
  };
  switch (shape) {
    case Shape::boolean:
      return value.boolean();
    case Shape::count:
    case Shape::format:
      return value.integer();
    case Shape::text_list:
      return all_strings(value);
    case Shape::names:
      return value.string() || all_strings(value);
    case Shape::scalar_list:
      return value.list();
    case Shape::any:
    case Shape::reserved:
      return true;
    case Shape::inputs:
      return value.string() || value.list() || value.table();
    case Shape::free_table:
    case Shape::group_inputs:
    case Shape::group_outputs:
    case Shape::section:
    case Shape::section_map:
    case Shape::params:
      return value.table();
    case Shape::section_list:
      return value.list() && std::all_of(value.list()->begin(), value.list()->end(),
                                         [](const Value& item) { return item.table() != nullptr; });
    default:
      return value.string();
  }
}

bool refuse_name(const Value& value, std::string_view key, bool dashes, Diagnostics& diagnostics) {
  diagnostics
      .error("bad-name", value.range,
             "`" + std::string(key) + "` cannot be " + toml_string(*value.string()))
      .hint = std::string(
                  "names begin with a lower-case letter and go on with lower-case letters, "
                  "digits and `_`") +
              (dashes ? " or `-`" : "");
  return false;
}

bool is_component(std::string_view text) {
  const size_t dot = text.find('.');
  return dot != std::string_view::npos && is_name(text.substr(0, dot)) &&
         is_name(text.substr(dot + 1));
}

bool check_text(const Value& value, const Key& key, Diagnostics& diagnostics) {
  const std::string& text = *value.string();
  const std::string name(key.name);
  const auto refuse = [&](const char* code, std::string message, std::string hint = "") {
    diagnostics.error(code, value.range, std::move(message)).hint = std::move(hint);
    return false;
  };
  switch (key.shape) {
    case Shape::name:
      return is_name(text) || refuse_name(value, name, false, diagnostics);
    case Shape::dashed_name:
      return is_name(text, true) || refuse_name(value, name, true, diagnostics);
    case Shape::component:
      return is_component(text) ||
             refuse("bad-component", "`" + name + "` cannot be " + toml_string(text),
                    "components are called `library.name`, such as \"file.csv\"");
    case Shape::path:
      return !text.empty() || refuse("bad-value", "`" + name + "` is empty");
    case Shape::duration: {
      const auto parsed = parse_duration(text);
      return parsed.ok() || refuse("bad-duration", "`" + name + "`: " + parsed.error().message(),
                                   "write it like \"10s\", \"5m\" or \"1h30m\"");
    }
    case Shape::size: {
      const auto parsed = parse_size(text);
      return parsed.ok() || refuse("bad-size", "`" + name + "`: " + parsed.error().message(),
                                   "write it like \"64MiB\" or \"1GiB\"");
    }
    case Shape::choice:
      if (std::find(key.choices->begin(), key.choices->end(), text) != key.choices->end())
        return true;
      return refuse("bad-value", "`" + name + "` cannot be " + toml_string(text),
                    suggestion(text, *key.choices, "it is one of"));
    default:
      return true;
  }
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       std::string_view what) {
  if (const auto nearest = nearest_name(word, candidates))
    return "did you mean `" + *nearest + "`?";
  if (candidates.empty() || candidates.size() > 24) return "";
  return std::string(what) + " " + join_choices(candidates, "`", " and ");
}

bool check_value(const Value& value, const Key& key, Diagnostics& diagnostics) {
  const std::string name(key.name);
  if (key.shape == Shape::reserved) {
    diagnostics.error("reserved-key", value.range,
                      "`" + name + "` is reserved: it is " + std::string(key.help));
    return false;
  }
  if (!has_type(value, key.shape)) {
    Diagnostic& d = diagnostics.error("wrong-type", value.range,
                                      "`" + name + "` is " + std::string(describe(key.shape)) +
                                          ", not " + std::string(value.kind()));
    if (key.shape == Shape::section_map) d.hint = "each task has a table of its own: `[task.NAME]`";
    if (const Value::List* list = value.list()) {
      const auto odd = std::find_if(list->begin(), list->end(),
                                    [](const Value& item) { return !item.string(); });
      if (odd != list->end() && (key.shape == Shape::text_list || key.shape == Shape::names)) {
        d.range = odd->range;
        d.message = "`" + name + "` is a list of strings, and this is " + std::string(odd->kind());
      }
    }
    return false;
  }
  if (value.string()) return check_text(value, key, diagnostics);
  if (key.shape == Shape::count && (*value.integer() < 0 || *value.integer() > 1'000'000)) {
    diagnostics.error(
        "out-of-range", value.range,
        "`" + name + "` is between 0 and 1000000, not " + std::to_string(*value.integer()));
    return false;
  }
  if (key.shape == Shape::format && *value.integer() != 1) {
    diagnostics.error("bad-value", value.range,
                      "format " + std::to_string(*value.integer()) +
                          " is not known; this version reads format 1");
    return false;
  }
  return true;
}

void check_section(const Value& table, Section section, SourceRange where,
                   Diagnostics& diagnostics) {
  for (const Member& member : *table.table()) {
    if (const Key* key = find_key(section, member.key)) {
      // A reserved word is wrong whatever it holds: the key is what to look at.
      if (key->shape == Shape::reserved) {
        Value at_key;
        at_key.range = member.key_range;
        check_value(at_key, *key, diagnostics);
      } else {
        check_value(member.value, *key, diagnostics);
      }
    } else {
      report_unknown(member, section, diagnostics);
    }
  }
  for (const Key& key : keys_of(section)) {
    if (!key.required || table.find(key.name)) continue;
    const bool is_file = section == Section::dag_file || section == Section::group_file;
    const std::string missing = !is_file ? "`" + std::string(key.name) + "`"
                                : key.shape == Shape::section_map
                                    ? "task: it needs a `[task.NAME]`"
                                    : "`[" + std::string(key.name) + "]`";
    diagnostics.error("missing-key", where, std::string(describe(section)) + " has no " + missing);
  }
}

std::optional<Name> get_text(const Value& table, std::string_view key) {
  const Member* member = table.find(key);
  if (!member || !member->value.string()) return std::nullopt;
  return Name{*member->value.string(), member->value.range};
}

std::optional<Located<bool>> get_bool(const Value& table, std::string_view key) {
  const Member* member = table.find(key);
  if (!member || !member->value.boolean()) return std::nullopt;
  return Located<bool>{*member->value.boolean(), member->value.range};
}

std::optional<Located<int64_t>> get_count(const Value& table, std::string_view key) {
  const Member* member = table.find(key);
  if (!member || !member->value.integer() || *member->value.integer() < 0) return std::nullopt;
  return Located<int64_t>{*member->value.integer(), member->value.range};
}

std::optional<Located<int64_t>> get_duration(const Value& table, std::string_view key) {
  const auto text = get_text(table, key);
  if (!text) return std::nullopt;
  const auto parsed = parse_duration(text->value);
  if (!parsed.ok()) return std::nullopt;
  return Located<int64_t>{*parsed, text->range};
}

std::optional<Located<int64_t>> get_size(const Value& table, std::string_view key) {
  const auto text = get_text(table, key);
  if (!text) return std::nullopt;
  const auto parsed = parse_size(text->value);
  if (!parsed.ok()) return std::nullopt;
  return Located<int64_t>{*parsed, text->range};
}

const Value* get_table(const Value& table, std::string_view key) {
  const Member* member = table.find(key);
  return member && member->value.table() ? &member->value : nullptr;
}

std::vector<Name> get_names(const Value& table, std::string_view key) {
  std::vector<Name> names;
  const Member* member = table.find(key);
  if (!member) return names;
  if (const std::string* one = member->value.string()) names.push_back({*one, member->value.range});
  if (const Value::List* list = member->value.list())
    for (const Value& item : *list)
      if (item.string()) names.push_back({*item.string(), item.range});
  return names;
}

}  // namespace weirflow::dag
