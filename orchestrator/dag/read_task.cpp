// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/text.h"
#include "dag/read_parts.h"
#include "dag/section_check.h"
#include "dag/template.h"

namespace weirflow::dag {

namespace {

constexpr char kPortRule[] = "write `task`, or `task.port` for one of several outputs";

/// A string or { edge = ..., when_full = ..., limit = ... }.
std::optional<EdgeSpec> read_edge(const Value& value, ReadContext context) {
  if (!value.table()) {
    if (value.string()) return read_port(value, context);
    context.diagnostics
        .error("wrong-type", value.range,
               "an edge is a string or a table, not " + std::string(value.kind()))
        .hint = kPortRule;
    return std::nullopt;
  }
  check_section(value, Section::edge, value.range, context.diagnostics);
  const Member* from = value.find("edge");
  if (!from || !from->value.string()) return std::nullopt;
  auto edge = read_port(from->value, context);
  if (!edge) return std::nullopt;
  if (const auto when_full = get_choice<WhenFull>(value, "when_full")) {
    edge->when_full = when_full->value;
    edge->when_full_range = when_full->range;
  }
  edge->limit = get_size(value, "limit");
  if (edge->limit && edge->limit->value == 0)
    context.diagnostics.error("out-of-range", edge->limit->range,
                              "`limit` is zero: no row would pass");
  return edge;
}

/// The edges of one port: one, or a list whose rows are united.
std::vector<EdgeSpec> read_edges(const Value& value, ReadContext context) {
  std::vector<EdgeSpec> edges;
  if (!value.list()) {
    if (auto edge = read_edge(value, context)) edges.push_back(std::move(*edge));
    return edges;
  }
  if (value.list()->empty())
    context.diagnostics.error("bad-value", value.range, "this list of edges is empty").hint =
        "leave the port out if nothing feeds it";
  std::set<std::pair<std::string, std::string>> seen;
  for (const Value& item : *value.list()) {
    auto edge = read_edge(item, context);
    if (!edge) continue;
    if (!seen.emplace(edge->task, edge->port).second)
      context.diagnostics.error(
          "duplicate-edge", edge->range,
          "`" + std::string(edge->port.empty() ? edge->task : edge->task + "." + edge->port) +
              "` is in this list already");
    edges.push_back(std::move(*edge));
  }
  return edges;
}

std::vector<InputSpec> read_from(const Value& value, ReadContext context) {
  std::vector<InputSpec> inputs;
  if (!value.table()) {
    inputs.push_back({{"", value.range}, read_edges(value, context)});
    return inputs;
  }
  if (const Member* edge = value.find("edge")) {
    context.diagnostics
        .error("bad-port", edge->key_range,
               "an edge with settings stands under the name of its input port")
        .hint = "write `from = { in = { edge = ... } }`";
    return inputs;
  }
  if (value.table()->empty())
    context.diagnostics.error("bad-value", value.range, "`from` names no port").hint =
        "leave `from` out if nothing feeds this task";
  for (const Member& member : *value.table()) {
    if (!is_name(member.key)) {
      context.diagnostics.error("bad-name", member.key_range,
                                "an input port cannot be called " + toml_string(member.key));
      continue;
    }
    inputs.push_back({{member.key, member.key_range}, read_edges(member.value, context)});
  }
  return inputs;
}

/// "comment-classifier", "comment-classifier@champion".
void check_model(const TaskSpec& task, ReadContext context) {
  const Value& model = *task.model;
  const auto refuse = [&](std::string message, std::string hint) {
    context.diagnostics.error("bad-model", model.range, std::move(message)).hint = std::move(hint);
  };
  if (const Template* templated = model.templated()) {
    const bool fit = task.mode && task.mode->value == Mode::fit;
    const bool version = std::any_of(
        templated->segments.begin(), templated->segments.end(), [](const Template::Segment& s) {
          const auto* reference = std::get_if<Reference>(&s);
          return reference && reference->kind != Reference::Kind::param;
        });
    if (version && fit)
      refuse("`fit` makes a new version, so `model` is a name and no version", "");
    else if (version && !templated->whole())
      refuse("a version is a whole model reference; nothing can stand beside it",
             "write `model = \"" +
                 std::get<Reference>(*std::find_if(templated->segments.begin(),
                                                   templated->segments.end(),
                                                   [](const auto& s) { return s.index() == 1; }))
                     .text() +
                 "\"`");
    return;
  }
  const std::string& text = *model.string();
  const size_t at = text.find('@');
  if (!is_name(text.substr(0, at), true))
    return refuse(toml_string(text) + " does not begin with the name of a model",
                  "names are lower-case letters, digits, `_` and `-`");
  const std::string alias = at == std::string::npos ? "" : text.substr(at + 1);
  if (at != std::string::npos && !is_name(alias, true) &&
      (alias.size() != 16 || alias.find_first_not_of("0123456789abcdef") != std::string::npos))
    return refuse("`" + alias + "` is neither an alias nor a version",
                  "an alias is a name, a version has 16 hexadecimal digits");
  if (!task.mode) return;
  if (task.mode->value == Mode::fit && at != std::string::npos)
    refuse("`fit` makes a new version, so `model` is the name alone",
           "write `model = \"" + text.substr(0, at) + "\"`");
  if (task.mode->value == Mode::apply && at == std::string::npos)
    refuse("`apply` needs to know which version of `" + text + "`",
           "write `model = \"" + text + "@champion\"`");
}

void check_model_keys(const Member& member, const TaskSpec& task, ReadContext context) {
  const auto refuse = [&](SourceRange range, std::string message, std::string hint = "") {
    context.diagnostics.error("model-keys", range, std::move(message)).hint = std::move(hint);
  };
  if (!member.value.find("group")) {
    for (const char* key : {"mode", "model", "on_missing"})
      if (const Member* found = member.value.find(key))
        refuse(found->key_range, "`" + std::string(key) + "` belongs to a task that uses a `group`",
               "put the estimator and its preparation into a group file");
    return;
  }
  const Member* mode = member.value.find("mode");
  const Member* model = member.value.find("model");
  if (mode && !model)
    refuse(mode->key_range, "`mode` without `model`: it is not said which model",
           "add `model = \"name\"`");
  if (model && !mode)
    refuse(model->key_range, "`model` without `mode`",
           "add `mode = \"fit\"` or `mode = \"apply\"`");
  if (task.on_missing && !(task.mode && task.mode->value == Mode::apply))
    refuse(task.on_missing->range, "`on_missing` is for `mode = \"apply\"` only");
  if (task.model) check_model(task, context);
}

void check_after(const TaskSpec& task, ReadContext context) {
  std::set<std::string> seen;
  for (const Name& name : task.after) {
    if (!is_name(name.value)) {
      Diagnostic& d = context.diagnostics.error(
          "bad-name", name.range,
          "`after` names tasks, and " + toml_string(name.value) + " is no name");
      if (name.value.find('.') != std::string::npos)
        d.hint = "`after` waits for whole tasks: leave out the port";
    } else if (!seen.insert(name.value).second) {
      context.diagnostics.error("duplicate-edge", name.range,
                                "`" + name.value + "` is in `after` already");
    }
  }
  if (task.trigger && task.trigger->value != TriggerRule::all_success && task.after.empty())
    context.diagnostics
        .error("trigger-without-after", task.trigger->range,
               "`trigger` looks at the tasks in `after`, and there are none")
        .hint = "data inputs are always required; name what to wait for in `after`";
}

}  // namespace

std::optional<EdgeSpec> read_port(const Value& value, ReadContext context) {
  const std::string& text = *value.string();
  const size_t dot = text.find('.');
  EdgeSpec edge;
  edge.task = text.substr(0, dot);
  edge.port = dot == std::string::npos ? "" : text.substr(dot + 1);
  edge.range = value.range;
  const bool fine = is_name(edge.task) && (dot == std::string::npos || is_name(edge.port));
  if (fine) return edge;
  Diagnostic& d = context.diagnostics.error("bad-port", value.range,
                                            toml_string(text) + " is no port of a task");
  d.hint =
      edge.port.find('.') != std::string::npos
          ? "members of a group cannot be named from outside; a group's ports are in its `outputs`"
          : kPortRule;
  if (text.find("{{") != std::string::npos)
    d.hint = "the graph is fixed: templates are not allowed here";
  return std::nullopt;
}

PolicySpec read_policy(const Value& table) {
  PolicySpec policy;
  policy.retries = get_count(table, "retries");
  policy.retry_delay = get_duration(table, "retry_delay");
  policy.max_retry_delay = get_duration(table, "max_retry_delay");
  policy.timeout = get_duration(table, "timeout");
  policy.backoff = get_choice<Backoff>(table, "backoff");
  policy.on_error = get_choice<OnError>(table, "on_error");
  policy.isolation = get_choice<Isolation>(table, "isolation");
  policy.retry_duplicates = get_bool(table, "retry_duplicates");
  return policy;
}

TaskSpec read_task(const Member& member, ReadContext context) {
  const Value& table = member.value;
  TaskSpec task;
  task.name = member.key;
  task.range = member.key_range;
  check_section(table, Section::task, member.key_range, context.diagnostics);

  const Member* uses = table.find("uses");
  const Member* group = table.find("group");
  if (uses && group) {
    context.diagnostics
        .error("uses-and-group", group->key_range,
               "task `" + task.name + "` has both `uses` and `group`")
        .hint = "it is either one component or a group of tasks";
  } else if (!uses && !group) {
    context.diagnostics
        .error("missing-uses", member.key_range,
               "task `" + task.name + "` has neither `uses` nor `group`")
        .hint = "name its component: `uses = \"library.name\"`";
  }
  if (const auto name = get_text(table, "uses")) task.uses = *name;
  if (const auto path = get_text(table, "group")) task.group = *path;

  if (const Member* from = table.find("from")) {
    task.from_range = from->value.range;
    if (from->value.string() || from->value.list() || from->value.table())
      task.from = read_from(from->value, context);
  }
  task.with.data = Value::Table{};
  if (const Member* with = table.find("with"); with && with->value.table()) {
    task.with = with->value;
    parse_templates(task.with, {true, true, true, ""}, context.sources, context.diagnostics);
  }
  task.after = get_names(table, "after");
  if (const Member* when = table.find("when"); when && when->value.string()) {
    task.when = when->value;
    parse_templates(*task.when, {true, true, false, "in `when`"}, context.sources,
                    context.diagnostics);
  }
  task.trigger = get_choice<TriggerRule>(table, "trigger");
  task.mode = get_choice<Mode>(table, "mode");
  task.on_missing = get_choice<OnMissing>(table, "on_missing");
  if (const Member* model = table.find("model"); model && model->value.string()) {
    task.model = model->value;
    const size_t before = context.diagnostics.errors();
    parse_templates(*task.model, {true, true, false, "in `model`"}, context.sources,
                    context.diagnostics);
    if (context.diagnostics.errors() != before) task.model.reset();
  }
  task.policy = read_policy(table);
  check_model_keys(member, task, context);
  check_after(task, context);
  return task;
}

}  // namespace weirflow::dag
