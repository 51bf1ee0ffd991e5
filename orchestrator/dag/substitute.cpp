// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/substitute.h"

#include "core/text.h"

namespace weirflow::dag {

namespace {

void append_literal(Template& out, std::string text) {
  if (!out.segments.empty())
    if (auto* last = std::get_if<std::string>(&out.segments.back())) {
      *last += text;
      return;
    }
  out.segments.emplace_back(std::move(text));
}

/// A scalar as it reads inside other text; nothing for what has no such form.
std::optional<std::string> as_text(const Value& value) {
  if (value.string()) return *value.string();
  if (value.integer() || value.floating() || value.boolean()) return to_toml(value);
  return std::nullopt;
}

std::string with_doubled_quotes(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out;
}

class Substitution {
 public:
  Substitution(const Scope& scope, const Sources& sources, Diagnostics& diagnostics)
      : scope_(scope), sources_(sources), diagnostics_(diagnostics) {}

  Value apply(const Value& value) {
    Value out = value;
    if (const Template* templated = value.templated()) {
      return templated->whole() ? apply_whole(value, templated->reference())
                                : apply_text(value, *templated);
    }
    if (const Value::List* list = value.list()) {
      Value::List items;
      for (const Value& item : *list) items.push_back(apply(item));
      out.data = std::move(items);
    } else if (const Value::Table* table = value.table()) {
      Value::Table members;
      for (const Member& member : *table) {
        Value inner = apply(member.value);
        if (!inner.is_null()) members.push_back({member.key, member.key_range, std::move(inner)});
      }
      out.data = std::move(members);
    }
    return out;
  }

 private:
  /// The value of a param, or nullptr when the reference stays.
  const Value* find(const Reference& reference) const {
    if (reference.kind != Reference::Kind::param || scope_.keep_params) return nullptr;
    const auto found = scope_.params.find(reference.name);
    return found == scope_.params.end() ? nullptr : &found->second;
  }

  Reference full(Reference reference) const {
    if (reference.kind == Reference::Kind::version || reference.kind == Reference::Kind::result)
      reference.name = scope_.prefix + reference.name;
    return reference;
  }

  Value apply_whole(const Value& value, const Reference& reference) const {
    Value out = value;
    if (const Value* param = find(reference)) {
      out = *param;
      out.range = value.range;
    } else {
      out.data = Template{{full(reference)}};
    }
    return out;
  }

  Value apply_text(const Value& value, const Template& templated) {
    Value out = value;
    Template result;
    for (const auto& segment : templated.segments) {
      const auto* reference = std::get_if<Reference>(&segment);
      if (!reference) {
        append_literal(result, std::get<std::string>(segment));
        continue;
      }
      const Value* param = find(*reference);
      if (!param) {
        result.segments.emplace_back(full(*reference));
      } else if (const Template* inner = param->templated()) {
        for (const auto& part : inner->segments) {
          if (part.index() == 0)
            append_literal(result, std::get<std::string>(part));
          else
            result.segments.push_back(part);
        }
      } else if (auto text = as_text(*param)) {
        const bool first = &segment == templated.segments.data();
        if (param->is_path && first) {
          out.base = param->base;
          out.is_path = true;
        } else if (param->is_path && param->base != kNoFile) {
          *text = resolve_path(*text, sources_.folder(param->base));
        }
        append_literal(result, scope_.double_quotes ? with_doubled_quotes(*text) : *text);
      } else {
        const std::string what =
            param->is_null() ? "has no value" : "is " + std::string(param->kind());
        diagnostics_.error(
            "param-in-text", reference->range,
            "param `" + reference->name + "` " + what + ", which cannot be part of a text");
      }
    }
    if (result.segments.empty())
      out.data = std::string();
    else if (result.whole() && result.segments[0].index() == 0)
      out.data = std::get<std::string>(std::move(result.segments[0]));
    else
      out.data = std::move(result);
    return out;
  }

  const Scope& scope_;
  const Sources& sources_;
  Diagnostics& diagnostics_;
};

}  // namespace

Value substitute(const Value& value, const Scope& scope, const Sources& sources,
                 Diagnostics& diagnostics) {
  return Substitution(scope, sources, diagnostics).apply(value);
}

}  // namespace weirflow::dag
