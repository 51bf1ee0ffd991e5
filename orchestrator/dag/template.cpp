// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "dag/template.h"

#include <algorithm>
#include <optional>

#include "core/text.h"

namespace weirflow::dag {

namespace {

constexpr char kForms[] =
    "a template is `{{ params.NAME }}`, `{{ tasks.NAME.version }}`, `{{ tasks.NAME.result }}`, "
    "`{{ tasks.NAME.result.KEY }}` or `{{ secret.NAME }}`";

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

struct Part {
  std::string_view text;
  size_t offset = 0;  // in the decoded string
};

class Parser {
 public:
  Parser(const Value& value, const TemplateRules& rules, const Sources& sources,
         Diagnostics& diagnostics)
      : text_(*value.string()),
        token_(value.range),
        rules_(rules),
        sources_(sources),
        diagnostics_(diagnostics) {}

  /// The parts, or nothing after a report.
  std::optional<Template> parse() {
    Template result;
    std::string literal;
    for (size_t at = 0; at < text_.size();) {
      if (text_.substr(at, 4) == "{{{{") {
        literal += "{{";
        at += 4;
      } else if (text_.substr(at, 2) == "{{") {
        const size_t close = text_.find("}}", at + 2);
        if (close == std::string_view::npos) {
          report("bad-template", at, 2, "this template is not closed",
                 "end it with `}}`, or write `{{{{` for two braces");
          break;
        }
        if (!literal.empty()) result.segments.emplace_back(std::move(literal));
        literal.clear();
        if (auto reference = parse_reference(at, close)) result.segments.emplace_back(*reference);
        at = close + 2;
      } else {
        literal += text_[at++];
      }
    }
    if (failed_) return std::nullopt;
    if (!literal.empty() || result.segments.empty())
      result.segments.emplace_back(std::move(literal));
    return result;
  }

 private:
  std::optional<Reference> parse_reference(size_t open, size_t close) {
    std::vector<Part> parts;
    size_t begin = open + 2, end = close;
    while (begin < end && text_[begin] == ' ') ++begin;
    while (end > begin && text_[end - 1] == ' ') --end;
    if (begin == end)
      return report("bad-template", open, close + 2 - open, "this template is empty", kForms);
    for (size_t at = begin; at <= end;) {
      const size_t dot = std::min(text_.find('.', at), end);
      parts.push_back({text_.substr(at, dot - at), at});
      at = dot + 1;
    }
    for (const Part& part : parts) {
      if (is_word(part.text)) continue;
      return report("bad-template", part.text.empty() ? open : part.offset,
                    part.text.empty() ? close + 2 - open : part.text.size(),
                    "`" + std::string(part.text) +
                        "` is no name: templates only name things, they do not calculate",
                    kForms);
    }
    Reference reference;
    reference.range = sources_.inside(token_, open, close + 2 - open);
    if (parts[0].text == "params")
      return finish(reference, Reference::Kind::param, parts, rules_.params);
    if (parts[0].text == "secret")
      return finish(reference, Reference::Kind::secret, parts, rules_.secrets);
    if (parts[0].text == "tasks") return parse_task(reference, parts);
    const auto nearest = nearest_name(parts[0].text, {"params", "tasks", "secret"});
    return report("bad-template", parts[0].offset, parts[0].text.size(),
                  "`" + std::string(parts[0].text) + "` is nothing that a template can name",
                  nearest ? "did you mean `" + *nearest + "`?" : std::string(kForms));
  }

  std::optional<Reference> parse_task(Reference reference, const std::vector<Part>& parts) {
    if (parts.size() < 3)
      return report("bad-template", parts[0].offset, length_of(parts),
                    "a task has a `version` and a `result`; say which", kForms);
    const Part& what = parts[2];
    if (what.text != "version" && what.text != "result") {
      const auto nearest = nearest_name(what.text, {"version", "result"});
      return report("bad-template", what.offset, what.text.size(),
                    "a task has no `" + std::string(what.text) + "`, only `version` and `result`",
                    nearest ? "did you mean `" + *nearest + "`?" : "");
    }
    if (what.text == "version" && parts.size() > 3)
      return report("bad-template", parts[3].offset, parts[3].text.size(), "a version has no parts",
                    "end the template after `version`");
    if (!rules_.tasks) return forbidden(reference, "a task's " + std::string(what.text));
    reference.kind = what.text == "version" ? Reference::Kind::version : Reference::Kind::result;
    reference.name = parts[1].text;
    for (size_t i = 3; i < parts.size(); ++i) reference.keys.emplace_back(parts[i].text);
    return reference;
  }

  std::optional<Reference> finish(Reference reference, Reference::Kind kind,
                                  const std::vector<Part>& parts, bool allowed) {
    if (parts.size() != 2)
      return report("bad-template", parts[0].offset, length_of(parts),
                    "`" + std::string(parts[0].text) + "` is followed by one name", kForms);
    if (!allowed)
      return forbidden(reference, kind == Reference::Kind::secret ? "a secret" : "a param");
    reference.kind = kind;
    reference.name = parts[1].text;
    return reference;
  }

  std::optional<Reference> forbidden(const Reference& reference, const std::string& what) {
    failed_ = true;
    Diagnostic& d = diagnostics_.error("template-not-allowed", reference.range,
                                       what + " cannot be used " + rules_.where);
    if (what == "a secret") d.hint = "secrets are given only to components, in `with`";
    return std::nullopt;
  }

  std::nullopt_t report(const char* code, size_t offset, size_t length, std::string message,
                        std::string hint) {
    failed_ = true;
    diagnostics_.error(code, sources_.inside(token_, offset, length), std::move(message)).hint =
        std::move(hint);
    return std::nullopt;
  }

  static size_t length_of(const std::vector<Part>& parts) {
    return parts.back().offset + parts.back().text.size() - parts.front().offset;
  }

  std::string_view text_;
  SourceRange token_;
  const TemplateRules& rules_;
  const Sources& sources_;
  Diagnostics& diagnostics_;
  bool failed_ = false;
};

}  // namespace

void parse_templates(Value& value, const TemplateRules& rules, const Sources& sources,
                     Diagnostics& diagnostics) {
  if (const std::string* string = value.string()) {
    if (string->find("{{") == std::string::npos) return;
    auto parsed = Parser(value, rules, sources, diagnostics).parse();
    if (!parsed) return;
    if (parsed->segments.size() == 1 && std::holds_alternative<std::string>(parsed->segments[0]))
      value.data = std::get<std::string>(std::move(parsed->segments[0]));
    else
      value.data = std::move(*parsed);
  } else if (Value::List* list = value.list()) {
    for (Value& item : *list) parse_templates(item, rules, sources, diagnostics);
  } else if (Value::Table* table = value.table()) {
    for (Member& member : *table) parse_templates(member.value, rules, sources, diagnostics);
  }
}

}  // namespace weirflow::dag
