// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/text.h"
#include "dag/planner_parts.h"
#include "weirflow/expr.hpp"

namespace weirflow::dag {

namespace {

using plugin::FieldInfo;
using plugin::FieldType;

/// Walks a `with` table along the component's fields.
class ConfigCheck {
 public:
  ConfigCheck(const plugin::ComponentInfo& component, const Sources& sources, PlanNode& node,
              Diagnostics& diagnostics)
      : component_(component), sources_(sources), node_(node), diagnostics_(diagnostics) {}

  wf::Value::Table table(const Value& value, const std::vector<FieldInfo>& fields,
                         const std::vector<std::string>& path, SourceRange whole) {
    wf::Value::Table out;
    if (const auto* members = value.table())
      for (const Member& member : *members) {
        const FieldInfo* field = find(fields, member.key);
        if (!field) {
          unknown_key(member, fields, path);
          continue;
        }
        std::vector<std::string> below = path;
        below.push_back(member.key);
        out.emplace_back(member.key, field_value(member.value, *field, below));
      }
    for (const FieldInfo& field : fields) {
      if (value.find(field.key)) continue;
      if (field.required) {
        missing_key(field, path, whole);
      } else if (!field.default_value.is_null()) {
        out.emplace_back(field.key, field.default_value);
      }
    }
    return out;
  }

 private:
  static const FieldInfo* find(const std::vector<FieldInfo>& fields, const std::string& key) {
    for (const FieldInfo& f : fields)
      if (f.key == key) return &f;
    return nullptr;
  }
  static std::string dotted(const std::vector<std::string>& path) {
    std::string text;
    for (const std::string& p : path) text += (text.empty() ? "" : ".") + p;
    return text;
  }

  void unknown_key(const Member& member, const std::vector<FieldInfo>& fields,
                   const std::vector<std::string>& path) {
    std::vector<std::string> names;
    for (const FieldInfo& f : fields) names.push_back(f.key);
    auto& d = diagnostics_.error("unknown-option", member.key_range,
                                 "`" + component_.id + "` has no option `" + dotted(path) +
                                     (path.empty() ? "" : ".") + member.key + "`");
    if (const auto near = nearest_name(member.key, names))
      d.hint = "did you mean `" + *near + "`?";
    else if (!names.empty())
      d.hint = "its options: " + join_choices(names, "`", " and ");
    else
      d.hint = "it has none";
  }

  void missing_key(const FieldInfo& field, const std::vector<std::string>& path,
                   SourceRange whole) {
    const std::string key = dotted(path) + (path.empty() ? "" : ".") + field.key;
    auto& d = diagnostics_.error("missing-option", whole,
                                 "`" + component_.id + "` needs the option `" + key + "`");
    d.hint =
        field.example.empty() ? field.help : "for example " + field.key + " = " + field.example;
  }

  wf::Value wrong(const Value& value, const FieldInfo& field, const std::vector<std::string>& path,
                  const std::string& wanted) {
    auto& d = diagnostics_.error("wrong-type", value.range,
                                 "option `" + dotted(path) + "` of `" + component_.id +
                                     "` must be " + wanted + ", not " + std::string(value.kind()));
    if (!field.example.empty()) d.hint = "for example " + field.key + " = " + field.example;
    return {};
  }

  wf::Value field_value(const Value& value, const FieldInfo& field,
                        const std::vector<std::string>& path) {
    if (value.templated()) {
      for (const TemplatePart& part : template_parts(value))
        if (part.kind == TemplatePart::Kind::secret && !field.secret)
          diagnostics_
              .error("secret-in-plain-option", value.range,
                     "option `" + dotted(path) + "` of `" + component_.id +
                         "` is not secret: its value may be printed")
              .hint = "secrets may stand only in options that are marked secret";
      defer(value, path);
      return {};
    }
    switch (field.type) {
      case FieldType::list:
        return list(value, field, path);
      case FieldType::map:
        return map(value, field, path);
      case FieldType::table:
        if (!value.table()) return wrong(value, field, path, "a table");
        return wf::Value(table(value, field.fields, path, value.range));
      default:
        return scalar(value, field, field.type, path);
    }
  }

  wf::Value list(const Value& value, const FieldInfo& field, const std::vector<std::string>& path) {
    wf::Value::List out;
    const auto item = [&](const Value& v, size_t i) {
      std::vector<std::string> below = path;
      below.push_back(std::to_string(i));
      out.push_back(item_value(v, field, below));
    };
    if (const auto* items = value.list()) {
      for (size_t i = 0; i < items->size(); ++i) item((*items)[i], i);
    } else if (value.table() && field.item_type != FieldType::table &&
               field.item_type != FieldType::any) {
      return wrong(value, field, path, "a list");
    } else {
      item(value, 0);  // one item may stand without brackets
    }
    const auto n = static_cast<double>(out.size());
    if ((field.min && n < *field.min) || (field.max && n > *field.max))
      diagnostics_.error("out-of-range", value.range,
                         "option `" + dotted(path) + "` of `" + component_.id + "` has " +
                             std::to_string(out.size()) + " items; " + range_text(field));
    return wf::Value(std::move(out));
  }

  wf::Value map(const Value& value, const FieldInfo& field, const std::vector<std::string>& path) {
    if (!value.table()) return wrong(value, field, path, "a table");
    wf::Value::Table out;
    for (const Member& member : *value.table()) {
      std::vector<std::string> below = path;
      below.push_back(member.key);
      out.emplace_back(member.key, item_value(member.value, field, below));
    }
    return wf::Value(std::move(out));
  }

  wf::Value item_value(const Value& value, const FieldInfo& field,
                       const std::vector<std::string>& path) {
    if (value.templated()) {
      defer(value, path);
      return {};
    }
    if (field.item_type == FieldType::table) {
      if (!value.table()) return wrong(value, field, path, "a table");
      return wf::Value(table(value, field.fields, path, value.range));
    }
    FieldInfo item = field;  // the range is that of the list's length
    item.min.reset();
    item.max.reset();
    return scalar(value, item, field.item_type, path);
  }

  wf::Value scalar(const Value& value, const FieldInfo& field, FieldType type,
                   const std::vector<std::string>& path) {
    switch (type) {
      case FieldType::boolean:
        if (!value.boolean()) return wrong(value, field, path, "true or false");
        return wf::Value(*value.boolean());
      case FieldType::integer:
        if (!value.integer()) return wrong(value, field, path, "an integer");
        check_range(static_cast<double>(*value.integer()), value, field, path);
        return wf::Value(*value.integer());
      case FieldType::number: {
        if (!value.integer() && !value.floating()) return wrong(value, field, path, "a number");
        const double v =
            value.integer() ? static_cast<double>(*value.integer()) : *value.floating();
        if (std::isnan(v)) return wrong(value, field, path, "a number");
        check_range(v, value, field, path);
        return wf::Value(v);
      }
      case FieldType::duration:
        return measure(value, field, path, parse_duration, "a duration like \"10s\"");
      case FieldType::size:
        return measure(value, field, path, parse_size, "a size like \"64MiB\"");
      case FieldType::any:
        return any(value);
      case FieldType::path:
        if (!value.string()) return wrong(value, field, path, "a path in quotes");
        return wf::Value(value.base == kNoFile
                             ? *value.string()
                             : resolve_path(*value.string(), sources_.folder(value.base)));
      default:
        break;
    }
    if (!value.string()) return wrong(value, field, path, "a string");
    check_allowed(*value.string(), value, field, path);
    if (type == FieldType::expression) check_expression(*value.string(), value, path);
    return wf::Value(*value.string());
  }

  wf::Value measure(const Value& value, const FieldInfo& field,
                    const std::vector<std::string>& path,
                    wf::Result<int64_t> (*parse)(std::string_view), const char* wanted) {
    if (!value.string()) return wrong(value, field, path, wanted);
    auto parsed = parse(*value.string());
    if (!parsed.ok()) {
      diagnostics_.error("bad-value", value.range,
                         "option `" + dotted(path) + "`: " + parsed.error().message());
      return {};
    }
    check_range(static_cast<double>(*parsed), value, field, path);
    return wf::Value(*parsed);
  }

  static wf::Value any(const Value& value) {
    if (const auto* b = value.boolean()) return wf::Value(*b);
    if (const auto* i = value.integer()) return wf::Value(*i);
    if (const auto* d = value.floating()) return wf::Value(*d);
    if (const auto* s = value.string()) return wf::Value(*s);
    if (const auto* l = value.list()) {
      wf::Value::List out;
      for (const Value& item : *l) out.push_back(any(item));
      return wf::Value(std::move(out));
    }
    wf::Value::Table out;
    if (const auto* t = value.table())
      for (const Member& m : *t) out.emplace_back(m.key, any(m.value));
    return value.table() ? wf::Value(std::move(out)) : wf::Value();
  }

  static std::string range_text(const FieldInfo& field) {
    const auto number = [](double v) {
      return v == std::floor(v) && std::abs(v) < 1e15 ? std::to_string(static_cast<int64_t>(v))
                                                      : format_float(v);
    };
    if (field.min && field.max)
      return "from " + number(*field.min) + " to " + number(*field.max) + " is allowed";
    return field.min ? "at least " + number(*field.min) + " is allowed"
                     : "at most " + number(*field.max) + " is allowed";
  }

  void check_range(double v, const Value& value, const FieldInfo& field,
                   const std::vector<std::string>& path) {
    if ((field.min && v < *field.min) || (field.max && v > *field.max))
      diagnostics_.error("out-of-range", value.range,
                         "option `" + dotted(path) + "` of `" + component_.id +
                             "` is out of range: " + range_text(field));
  }

  void check_allowed(const std::string& text, const Value& value, const FieldInfo& field,
                     const std::vector<std::string>& path) {
    if (field.allowed.empty()) return;
    for (const std::string& a : field.allowed)
      if (a == text) return;
    auto& d = diagnostics_.error(
        "bad-choice", value.range,
        "option `" + dotted(path) + "` of `" + component_.id + "` cannot be `" + text + "`");
    const auto near = nearest_name(text, field.allowed);
    d.hint = near ? "did you mean `" + *near + "`?" : "it is one of " + join_choices(field.allowed);
  }

  /// What is wrong whatever the columns are; they are checked when the task is bound.
  void check_expression(const std::string& text, const Value& value,
                        const std::vector<std::string>& path) {
    const auto parsed = wf::Expression::parse_only(text);
    if (parsed.ok()) return;
    const auto* place = parsed.error().place();
    auto& d = diagnostics_.error(
        "bad-expression",
        place ? sources_.inside(value.range, place->offset, place->length) : value.range,
        "option `" + dotted(path) + "` of `" + component_.id + "`: " + parsed.error().message());
    if (place) d.hint = place->hint;
  }

  void defer(const Value& value, const std::vector<std::string>& path) {
    Deferred deferred{path, template_parts(value), {}};
    if (value.range.known()) {
      const Location at = sources_.locate(value.range);
      deferred.origin = {std::string(at.file), at.line, at.column};
    }
    node_.deferred.push_back(std::move(deferred));
  }

  const plugin::ComponentInfo& component_;
  const Sources& sources_;
  PlanNode& node_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::vector<TemplatePart> template_parts(const Value& value) {
  std::vector<TemplatePart> parts;
  if (const auto* text = value.string()) {
    parts.push_back({TemplatePart::Kind::text, *text, "", ""});
    return parts;
  }
  const Template* t = value.templated();
  if (!t) return parts;
  for (const auto& segment : t->segments) {
    if (const auto* text = std::get_if<std::string>(&segment)) {
      parts.push_back({TemplatePart::Kind::text, *text, "", ""});
      continue;
    }
    const auto& ref = std::get<Reference>(segment);
    std::string keys;
    for (const std::string& k : ref.keys) keys += (keys.empty() ? "" : ".") + k;
    switch (ref.kind) {
      case Reference::Kind::version:
        parts.push_back({TemplatePart::Kind::version, "", ref.name, ""});
        break;
      case Reference::Kind::result:
        parts.push_back({TemplatePart::Kind::result, "", ref.name, keys});
        break;
      case Reference::Kind::secret:
        parts.push_back({TemplatePart::Kind::secret, ref.name, "", ""});
        break;
      case Reference::Kind::param:
        parts.push_back({TemplatePart::Kind::text, ref.text(), "", ""});
        break;
    }
  }
  return parts;
}

const plugin::ComponentInfo* require_component(const ExpandedTask& task,
                                               const plugin::Registry& registry,
                                               Diagnostics& diagnostics) {
  auto found = registry.require(task.spec->uses.value);
  if (found.ok()) return *found;
  auto& d = diagnostics.error("unknown-component", task.spec->uses.range, found.error().message());
  if (const auto* place = found.error().place()) d.hint = place->hint;
  return nullptr;
}

void check_config(const ExpandedTask& task, const plugin::ComponentInfo& component,
                  const Sources& sources, PlanNode& node, Diagnostics& diagnostics) {
  ConfigCheck check(component, sources, node, diagnostics);
  node.config = check.table(task.with, component.fields, {}, task.spec->uses.range);
}

SourceRange place_of(const ExpandedTask& task, const std::string& key) {
  const Value* at = &task.with;
  SourceRange best = task.spec->uses.range;
  size_t start = 0;
  while (at && start < key.size()) {
    const size_t end = std::min(key.find_first_of(".[", start), key.size());
    const Member* member = at->find(key.substr(start, end - start));
    if (!member) break;
    if (member->value.range.known()) best = member->value.range;
    at = &member->value;
    if (end < key.size() && key[end] == '[') {
      const size_t index = std::strtoull(key.c_str() + end + 1, nullptr, 10);
      if (const auto* list = at->list(); list && index < list->size()) {
        at = &(*list)[index];
        if (at->range.known()) best = at->range;
      }
      start = key.find(']', end);
      start = start == std::string::npos ? key.size() : start + 2;
    } else {
      start = end + 1;
    }
  }
  return best;
}

}  // namespace weirflow::dag
