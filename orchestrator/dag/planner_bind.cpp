// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/text.h"
#include "dag/plan_links.h"
#include "dag/planner_parts.h"
#include "plugin/instance.h"

namespace weirflow::dag {

namespace {

class Binder {
 public:
  Binder(const Expanded& expanded, const Sources& sources, const plugin::Registry& registry,
         const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics)
      : expanded_(expanded),
        sources_(sources),
        registry_(registry),
        options_(options),
        draft_(draft),
        plan_(draft.plan),
        diagnostics_(diagnostics),
        links_(draft.plan) {}

  void bind_all() {
    for (PlanNode& node : plan_.nodes) {
      node.input_schemas.assign(node.inputs.size(), std::nullopt);
      node.output_schemas.assign(node.outputs.size(), std::nullopt);
      if (draft_.sources[static_cast<size_t>(node.id)].broken) {
        broken_.insert(node.id);
        continue;
      }
      if (node.kind == NodeKind::version) continue;
      if (!gather_inputs(node)) continue;
      if (!check_required_columns(node)) continue;
      if (draft_.sources[static_cast<size_t>(node.id)].group != kNone) set_boundary(node);
      if (node.deferred.empty()) bind(node);
    }
  }

 private:
  [[nodiscard]] SourceRange place(const PlanNode& node, const std::string& key = "") const {
    const NodeSource& source = draft_.sources[static_cast<size_t>(node.id)];
    if (source.task) return place_of(*source.task, key);
    return source.group == kNone ? SourceRange()
                                 : expanded_.groups[source.group].outputs[source.output].edge.range;
  }

  /// Columns of each input; false when an input is known to be broken.
  bool gather_inputs(PlanNode& node) {
    std::vector<bool> unknown(node.inputs.size(), false);
    for (const int id : links_.in[static_cast<size_t>(node.id)]) {
      const PlanEdge& e = plan_.edges[static_cast<size_t>(id)];
      const PlanNode& from = plan_.nodes[static_cast<size_t>(e.from)];
      if (broken_.count(from.id)) {
        broken_.insert(node.id);
        return false;
      }
      const auto port = static_cast<size_t>(e.to_port);
      std::optional<wf::Schema> schema;
      if (e.from_port == kErrorsPort)
        schema = errors_schema();
      else
        schema = from.output_schemas[static_cast<size_t>(e.from_port)];
      if (!schema) {
        unknown[port] = true;
        continue;
      }
      auto& known = node.input_schemas[port];
      if (known && !(*known == *schema)) {
        const NodeSource& source = draft_.sources[static_cast<size_t>(node.id)];
        diagnostics_
            .error("union-columns", source.task ? source.task->spec->from_range : place(node),
                   "the inputs of the union have different columns: (" + known->to_string() +
                       ") and (" + schema->to_string() + ")")
            .hint = "align them with flow.select, or use flow.union";
        broken_.insert(node.id);
        return false;
      }
      known = std::move(schema);
    }
    for (size_t port = 0; port < unknown.size(); ++port)
      if (unknown[port]) node.input_schemas[port].reset();
    return true;
  }

  static wf::Schema errors_schema() {
    return wf::Schema{{"task", wf::Type::utf8},     {"code", wf::Type::utf8},
                      {"message", wf::Type::utf8},  {"position", wf::Type::utf8},
                      {"row", wf::Type::utf8},      {"run", wf::Type::utf8},
                      {"attempt", wf::Type::int32}, {"time", wf::Type::timestamp}};
  }

  static bool type_fits(const wf::DataType& type, const std::string& wanted) {
    if (wanted.empty()) return true;
    size_t start = 0;
    while (start <= wanted.size()) {
      const size_t end = std::min(wanted.find('|', start), wanted.size());
      auto parsed = wf::parse_type(wanted.substr(start, end - start));
      if (parsed.ok() && *parsed == type) return true;
      // large_utf8 is read as utf8 everywhere
      if (parsed.ok() && parsed->id() == wf::Type::utf8 && type.id() == wf::Type::large_utf8)
        return true;
      start = end + 1;
    }
    return false;
  }

  bool check_required_columns(PlanNode& node) {
    bool good = true;
    for (size_t port = 0; port < node.component.inputs.size() && port < node.input_schemas.size();
         ++port) {
      const auto& schema = node.input_schemas[port];
      if (!schema) continue;
      for (const plugin::ColumnInfo& column : node.component.inputs[port].columns)
        good = check_column(node, *schema, column) && good;
    }
    good = check_fit_columns(node) && good;
    if (!good) broken_.insert(node.id);
    return good;
  }

  /// Where a component is fitted, every key that names a column needs it, a label's too; where it
  /// is applied, only the columns of its port.
  bool check_fit_columns(const PlanNode& node) {
    if (node.kind != NodeKind::fit || node.input_schemas.empty() || !node.input_schemas[0])
      return true;
    const auto& listed = node.component.inputs[0].columns;
    bool good = true;
    for (const plugin::FieldInfo& field : node.component.fields) {
      if (field.type != plugin::FieldType::column) continue;
      if (std::any_of(listed.begin(), listed.end(),
                      [&](const auto& column) { return column.from_key == field.key; }))
        continue;
      plugin::ColumnInfo needed;
      needed.from_key = field.key;
      good = check_column(node, *node.input_schemas[0], needed) && good;
    }
    return good;
  }

  bool check_column(const PlanNode& node, const wf::Schema& schema,
                    const plugin::ColumnInfo& column) {
    std::string name = column.name;
    if (name.empty()) {
      const wf::Value config(node.config);
      const wf::Value* value = config.find(column.from_key);
      if (!value || !value->string() || value->string()->empty()) return true;  // not a single name
      name = *value->string();
    }
    const SourceRange range = place(node, column.from_key);
    const int i = schema.index_of(name);
    if (i < 0) {
      std::vector<std::string> names;
      for (const wf::Field& f : schema.fields()) names.push_back(f.name);
      auto& d = diagnostics_.error(
          "unknown-column", range,
          "`" + node.component.id + "` needs the column `" + name + "`, which its input has not");
      const auto near = nearest_name(name, names);
      d.hint =
          near ? "did you mean `" + *near + "`?" : "the input has (" + schema.to_string() + ")";
      return false;
    }
    if (type_fits(schema.field(i).type, column.type)) return true;
    diagnostics_
        .error("column-type", range,
               "column `" + name + "` is " + schema.field(i).type.to_string() + ", but `" +
                   node.component.id + "` needs " + column.type)
        .hint = "convert it with flow.map, or declare its type where it is read";
    return false;
  }

  /// A boundary keeps the columns that flow into its group, and those that the output adds.
  void set_boundary(PlanNode& node) {
    if (options_.replay) {
      if (const auto found = options_.replay->boundaries.find(node.task);
          found != options_.replay->boundaries.end())
        node.config = found->second;
      return;
    }
    const NodeSource& source = draft_.sources[static_cast<size_t>(node.id)];
    const ExpandedGroup& group = expanded_.groups[source.group];
    wf::Value::List keep;
    std::set<std::string> names;
    const auto& schema = node.input_schemas[0];
    for (const int member_id : members_of(group)) {
      const PlanNode& member = plan_.nodes[static_cast<size_t>(member_id)];
      for (const int id : links_.in[static_cast<size_t>(member.id)]) {
        const PlanEdge& e = plan_.edges[static_cast<size_t>(id)];
        const PlanNode& from = plan_.nodes[static_cast<size_t>(e.from)];
        const NodeSource& f = draft_.sources[static_cast<size_t>(from.id)];
        if (is_inside(f.task ? f.task->group : f.group, source.group)) continue;
        const auto& columns = member.input_schemas[static_cast<size_t>(e.to_port)];
        if (!columns) return;  // not known yet: every column goes on
        for (const wf::Field& c : columns->fields()) names.insert(c.name);
      }
    }
    for (const Name& added : *group.outputs[source.output].add) {
      if (schema && schema->index_of(added.value) < 0) {
        std::vector<std::string> have;
        for (const wf::Field& f : schema->fields()) have.push_back(f.name);
        auto& d = diagnostics_.error("unknown-column", added.range,
                                     "output `" + group.outputs[source.output].name +
                                         "` adds the column `" + added.value +
                                         "`, which its task does not give");
        const auto near = nearest_name(added.value, have);
        d.hint = near ? "did you mean `" + *near + "`?" : "it gives (" + schema->to_string() + ")";
        continue;
      }
      names.insert(added.value);
    }
    if (!schema) return;
    for (const wf::Field& f : schema->fields())
      if (names.count(f.name)) keep.emplace_back(f.name);
    node.config = {{"columns", wf::Value(std::move(keep))}};
  }

  /// The nodes of a group's tasks, those of groups inside it too.
  std::vector<int> members_of(const ExpandedGroup& group) {
    if (task_nodes_.empty()) {
      task_nodes_.resize(expanded_.tasks.size());
      for (const PlanNode& node : plan_.nodes)
        if (const auto* task = draft_.sources[static_cast<size_t>(node.id)].task)
          task_nodes_[static_cast<size_t>(task - expanded_.tasks.data())].push_back(node.id);
    }
    std::vector<int> members;
    for (uint32_t i = group.first_task; i < group.end_task; ++i)
      members.insert(members.end(), task_nodes_[i].begin(), task_nodes_[i].end());
    return members;
  }

  [[nodiscard]] bool is_inside(uint32_t group, uint32_t outer) const {
    while (group != kNone && group != outer) group = expanded_.groups[group].parent;
    return group == outer && group != kNone;
  }

  void bind(PlanNode& node) {
    auto component = registry_.load(node.component.id);
    if (!component.ok()) {
      diagnostics_.error("cannot-load", place(node), component.error().message());
      broken_.insert(node.id);
      return;
    }
    plugin::NullServices services;
    auto instance = plugin::Instance::create(**component, services);
    if (!instance.ok()) return report(node, instance.error());
    if (wf::Status s = (*instance)->configure(node.config); !s.ok()) return report(node, s);
    plugin::BindRequest request;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const bool connected =
          std::any_of(links_.in[static_cast<size_t>(node.id)].begin(),
                      links_.in[static_cast<size_t>(node.id)].end(), [&](int id) {
                        return plan_.edges[static_cast<size_t>(id)].to_port == static_cast<int>(i);
                      });
      request.inputs.push_back({node.inputs[i], connected,
                                node.input_schemas[i]
                                    ? std::make_shared<const wf::Schema>(*node.input_schemas[i])
                                    : nullptr});
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const bool connected = std::any_of(
          links_.out[static_cast<size_t>(node.id)].begin(),
          links_.out[static_cast<size_t>(node.id)].end(), [&](int id) {
            return plan_.edges[static_cast<size_t>(id)].from_port == static_cast<int>(i);
          });
      request.outputs.push_back({node.outputs[i], connected, nullptr});
    }
    plugin::BindReply reply = (*instance)->bind(request);
    for (const wf::Status& warning : reply.warnings) report(node, warning, Severity::warning);
    if (!reply.ok()) {
      for (const wf::Status& error : reply.errors) report(node, error);
      return;
    }
    if (reply.remembered) node.remembered = *reply.remembered;
    for (size_t i = 0; i < reply.outputs.size() && i < node.output_schemas.size(); ++i)
      if (reply.outputs[i]) node.output_schemas[i] = *reply.outputs[i];
    if (node.component.kind == plugin::Kind::source && !(*instance)->is_bounded()) {
      plan_.bounded = false;
      node.endless = true;
    }
    if (node.component.kind == plugin::Kind::sink) {
      node.commit_mode = (*instance)->commit_mode();
      node.replay = (*instance)->replay();
      if (node.replay == 0) node.replay = node.component.replay;
    }
    mark_training_rows(node);
  }

  /// Rows that leave a fit task are training rows: `ml.evaluate` refuses them (graph model 8).
  void mark_training_rows(PlanNode& node) const {
    if (node.kind != NodeKind::apply) return;
    for (auto& schema : node.output_schemas) {
      if (!schema) continue;
      wf::Metadata metadata = schema->metadata();
      if (std::find(metadata.begin(), metadata.end(), kTrainingRows) == metadata.end())
        metadata.push_back(kTrainingRows);
      schema = wf::Schema(schema->fields(), std::move(metadata));
    }
  }
  inline static const std::pair<std::string, std::string> kTrainingRows{"weirflow.rows",
                                                                        "training"};

  void report(const PlanNode& node, const wf::Status& status, Severity severity = Severity::error) {
    const bool missing =
        status.code() == wf::Code::not_found && node.component.kind == plugin::Kind::source;
    // A task before it writes the file: known when the region starts.
    if (missing && !node.after.empty()) return;
    if (missing) severity = options_.missing_inputs_allowed ? Severity::warning : Severity::error;
    if (severity == Severity::error) broken_.insert(node.id);
    SourceRange range = place(node);
    std::string hint;
    if (const auto* where = status.place()) {
      // Of a component that would look again when the run starts: there will be no run.
      if (!missing || severity == Severity::warning) hint = where->hint;
      range = place(node, where->key);
      if (where->length > 0 && range.known())
        range = sources_.inside(range, where->offset, where->length);
    }
    const char* code = status.code() == wf::Code::not_found           ? "not-found"
                       : status.code() == wf::Code::permission_denied ? "not-permitted"
                                                                      : "bad-option";
    auto& d = diagnostics_.add(severity, code, range,
                               node.task + " (" + node.component.id + "): " + status.message());
    d.hint = hint;
  }

  const Expanded& expanded_;
  const Sources& sources_;
  const plugin::Registry& registry_;
  const PlannerOptions& options_;
  Draft& draft_;
  Plan& plan_;
  Diagnostics& diagnostics_;
  const PlanLinks links_;
  std::vector<std::vector<int>> task_nodes_;  ///< by expanded task; empty until asked for
  std::set<int> broken_;
};

}  // namespace

void bind_nodes(const Expanded& expanded, const Sources& sources, const plugin::Registry& registry,
                const PlannerOptions& options, Draft& draft, Diagnostics& diagnostics) {
  Binder(expanded, sources, registry, options, draft, diagnostics).bind_all();
}

}  // namespace weirflow::dag
