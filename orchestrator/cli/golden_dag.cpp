// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_dag.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/text.h"
#include "dag/toml_tree.h"

namespace weirflow::cli {

namespace fs = std::filesystem;
using dag::TaskSpec;
using dag::Value;
using plugin::Kind;

namespace {

Value in_table(std::initializer_list<std::pair<const char*, int64_t>> numbers, bool endless) {
  Value::Table table;
  for (const auto& [key, number] : numbers) {
    Value value;
    value.data = number;
    table.push_back({key, {}, std::move(value)});
  }
  if (endless) {
    Value value;
    value.data = true;
    table.push_back({"endless", {}, std::move(value)});
  }
  Value made;
  made.data = std::move(table);
  return made;
}

/// Puts the components of the case into a DAG that was read and not expanded yet.
class DagEditor {
 public:
  DagEditor(const GoldenSuite& suite, const GoldenCase& test, const plugin::Registry& registry,
            const dag::Plan& original, GoldenBed& bed, GoldenDag& made, DagFile& file)
      : suite_(suite),
        case_(test),
        registry_(registry),
        original_(original),
        bed_(bed),
        made_(made),
        file_(file),
        tasks_(file.loaded.dag.tasks) {}

  void edit() {
    const auto id =
        dag::load_file(suite_.file.path, suite_.file.path, {}, file_.sources, file_.diagnostics);
    if (!id) return;
    file_id_ = *id;
    check_names();
    for (TaskSpec& task : tasks_) edit_task(task, "");
    for (auto& [path, group] : file_.loaded.groups)
      for (TaskSpec& task : group.tasks) edit_task(task, user_of(path));
    set_models();
    for (const GoldenRows& expected : case_.expected)
      made_.expected.push_back(look_at(expected.at));
    for (const GoldenRefusals& refused : case_.refused)
      made_.refused.push_back(collect(refused.task, refused.task.value, "errors"));
  }

  /// With `select`: that, and what the case looks at.
  [[nodiscard]] std::vector<std::string> selected() const {
    std::vector<std::string> names;
    if (case_.select.empty()) return names;
    for (const dag::Name& name : case_.select) names.push_back(name.value);
    names.insert(names.end(), added_.begin(), added_.end());
    for (const GoldenRows& expected : case_.expected)
      if (sinks_.count(expected.at.value)) names.push_back(expected.at.value);
    return names;
  }

 private:
  /// A place of the test file, in the sources of the DAG.
  [[nodiscard]] dag::SourceRange here(dag::SourceRange range) const {
    if (range.known()) range.file = file_id_;
    return range;
  }
  dag::Diagnostic& error(dag::SourceRange range, std::string message) {
    return file_.diagnostics.error("bad-test", here(range), std::move(message));
  }
  TaskSpec* find(const std::string& name) {
    const auto found = std::find_if(tasks_.begin(), tasks_.end(),
                                    [&](const TaskSpec& task) { return task.name == name; });
    return found == tasks_.end() ? nullptr : &*found;
  }
  TaskSpec* require(const dag::Name& name, const std::string& task) {
    if (TaskSpec* found = find(task)) return found;
    std::vector<std::string> names;
    for (const TaskSpec& t : tasks_)
      if (!added_.count(t.name)) names.push_back(t.name);
    auto& d = error(name.range, "the DAG has no task `" + task + "`");
    if (const auto near = nearest_name(task, names)) d.hint = "did you mean `" + *near + "`?";
    return nullptr;
  }
  [[nodiscard]] Kind kind_of(const TaskSpec& task) const {
    const plugin::ComponentInfo* component = registry_.find(task.uses.value);
    return component ? component->kind : Kind::transform;
  }
  /// The first task that uses a group file.
  [[nodiscard]] std::string user_of(const std::string& path) const {
    for (const TaskSpec& task : tasks_)
      if (task.group_key == path) return task.name;
    return "group";
  }
  [[nodiscard]] bool is_kept(const std::string& name) const {
    return std::any_of(case_.keep.begin(), case_.keep.end(),
                       [&](const dag::Name& kept) { return kept.value == name; });
  }
  [[nodiscard]] const GoldenSource* replacement(const std::string& name) const {
    for (const GoldenSource& source : case_.sources)
      if (source.task.value == name) return &source;
    return nullptr;
  }

  void check_names() {
    for (const GoldenSource& source : case_.sources) {
      const TaskSpec* task = require(source.task, source.task.value);
      if (task && kind_of(*task) != Kind::source)
        error(source.task.range, "`" + task->name + "` (" +
                                     (task->uses.value.empty() ? "a group" : task->uses.value) +
                                     ") is no source: only sources are replaced");
    }
    for (const dag::Name& kept : case_.keep)
      if (kept.value.find('.') == std::string::npos) (void)require(kept, kept.value);
    for (const dag::Name& wanted : case_.select) (void)require(wanted, wanted.value);
  }

  void edit_task(TaskSpec& task, const std::string& group) {
    const std::string name = group.empty() ? task.name : group + "." + task.name;
    // A retry waits for no real time here.
    task.policy.retry_delay = dag::Located<int64_t>{0, {}};
    if (task.uses.value.empty() || is_kept(name)) return;
    switch (kind_of(task)) {
      case Kind::source:
        edit_source(task, name);
        break;
      case Kind::sink:
        edit_sink(task);
        break;
      case Kind::action:
        task.uses.value = "test.nothing";
        task.with = in_table({}, false);
        break;
      default:
        break;
    }
  }

  void edit_source(TaskSpec& task, const std::string& name) {
    const GoldenSource* source = replacement(name);
    if (!source) {
      if (!is_selected(task.name)) return;
      auto& d = error(case_.name.range,
                      "source `" + name + "` (" + task.uses.value + ") has no rows in this case");
      d.hint = "replace." + name + ".rows = [...], or keep = [\"" + name +
               "\"] to read it, or leave it out with select = [...]";
      return;
    }
    const dag::PlanNode* node = original_.find(name);
    const auto schema = schema_of(*source, node);
    if (!schema) return;
    const int64_t number = bed_.add_source(*schema);
    made_.sources[name] = number;
    task.uses.value = "test.rows";
    task.with = in_table({{"bed", bed_.id()}, {"place", number}},
                         source->endless.value_or(node && node->endless));
    // Its one output may have had another name.
    for (TaskSpec& reader : tasks_)
      for (dag::InputSpec& input : reader.from)
        for (dag::EdgeSpec& edge : input.edges)
          if (edge.task == name && edge.port != "errors") edge.port.clear();
  }

  /// What `select` and the expectations need, by the original plan.
  [[nodiscard]] bool is_selected(const std::string& name) const {
    if (case_.select.empty()) return true;
    std::set<std::string> wanted;
    for (const dag::Name& s : case_.select) wanted.insert(s.value);
    for (const GoldenRefusals& r : case_.refused) wanted.insert(r.task.value);
    for (const GoldenRows& e : case_.expected)
      for (const size_t end : {e.at.value.size(), e.at.value.rfind('.')})
        wanted.insert(e.at.value.substr(0, end));
    std::set<int> needed;
    for (auto node = original_.nodes.rbegin(); node != original_.nodes.rend(); ++node) {
      if (!wanted.count(node->task) && !wanted.count(node->group) && !needed.count(node->id))
        continue;
      needed.insert(node->id);
      for (const dag::PlanEdge& e : original_.edges)
        if (e.to == node->id) needed.insert(e.from);
      needed.insert(node->after.begin(), node->after.end());
    }
    const dag::PlanNode* node = original_.find(name);
    return node && needed.count(node->id) > 0;
  }

  std::optional<wf::SchemaPtr> schema_of(const GoldenSource& source, const dag::PlanNode* node) {
    if (source.columns) {
      std::vector<wf::Field> fields;
      for (const GoldenColumn& column : *source.columns)
        fields.push_back({column.name.value, column.type, true, {}});
      return std::make_shared<const wf::Schema>(std::move(fields));
    }
    if (node && !node->output_schemas.empty() && node->output_schemas[0])
      return std::make_shared<const wf::Schema>(*node->output_schemas[0]);
    error(source.task.range,
          "the columns of `" + source.task.value + "` are not known before it has run")
        .hint = "replace." + source.task.value + ".columns = { id = \"int64\", text = \"utf8\" }";
    return std::nullopt;
  }

  void edit_sink(TaskSpec& task) {
    if (task.from.size() > 1) {
      error(case_.name.range, "sink `" + task.name + "` has several inputs: it cannot be replaced")
          .hint = "keep = [\"" + task.name + "\"], or leave it out with select = [...]";
      return;
    }
    for (dag::InputSpec& input : task.from) input.port.value.clear();
    const int64_t number = bed_.add_collector();
    sinks_[task.name] = number;
    task.uses.value = "test.collect";
    task.with = in_table({{"bed", bed_.id()}, {"place", number}}, false);
  }

  void set_models() {
    for (const auto& [name, model] : case_.models) {
      TaskSpec* task = require(name, name.value);
      if (!task) continue;
      if (!task->model || !task->mode || task->mode->value != dag::Mode::apply) {
        error(name.range, "`" + name.value + "` is applied with no model");
        continue;
      }
      task->model->data = model.value;
      task->model->range = here(model.range);
    }
  }

  /// The collector of "task" or "task.port".
  int64_t look_at(const dag::Name& at) {
    const size_t dot = find(at.value) ? std::string::npos : at.value.rfind('.');
    const std::string task = at.value.substr(0, dot);
    const std::string port = dot == std::string::npos ? "" : at.value.substr(dot + 1);
    if (const auto sink = sinks_.find(task); sink != sinks_.end() && port.empty())
      return sink->second;
    return collect(at, task, port);
  }

  int64_t collect(const dag::Name& at, const std::string& name, const std::string& port) {
    const TaskSpec* task = require(at, name);
    if (!task) return -1;
    const int64_t number = bed_.add_collector();
    TaskSpec collector;
    collector.name = "expected_" + std::to_string(number);
    while (find(collector.name)) collector.name += "_";
    collector.range = here(at.range);
    collector.uses = {"test.collect", here(at.range)};
    collector.with = in_table({{"bed", bed_.id()}, {"place", number}}, false);
    collector.from_range = here(at.range);
    dag::EdgeSpec edge;
    edge.task = name;
    edge.port = replacement(name) && port != "errors" ? "" : port;
    edge.range = here(at.range);
    if (kind_of(*task) == Kind::sink && port.empty())
      collector.from = task->from;  // a kept sink: what it takes
    else
      collector.from.push_back({{}, {edge}});
    for (dag::InputSpec& input : collector.from) input.port = {};
    added_.insert(collector.name);
    tasks_.push_back(std::move(collector));
    return number;
  }

  const GoldenSuite& suite_;
  const GoldenCase& case_;
  const plugin::Registry& registry_;
  const dag::Plan& original_;
  GoldenBed& bed_;
  GoldenDag& made_;
  DagFile& file_;
  std::vector<TaskSpec>& tasks_;
  dag::FileId file_id_ = dag::kNoFile;
  std::map<std::string, int64_t> sinks_;
  std::set<std::string> added_;
};

std::string rendered(const DagFile& file) {
  return dag::render(file.diagnostics, file.sources, {});
}

}  // namespace

std::optional<GoldenDag> make_golden_dag(GoldenSuite& suite, const GoldenCase& test,
                                         const plugin::Registry& registry, const std::string& home,
                                         GoldenBed& bed, std::string& problems) {
  DagOptions options;
  options.home = home;
  options.set_folder = fs::absolute(fs::path(suite.file.path)).parent_path().string();
  for (const auto& [name, value] : test.params) {
    const std::string* text = value.string();
    options.set.push_back("params." + name + "=" + (text ? *text : dag::to_toml(value)));
  }
  // As it is: the columns of its sources, and whether their rows end.
  options.planner.missing_inputs_allowed = true;
  const auto original = load_dag(suite.file.dag, registry, options);
  if (!original->plan) {
    problems += rendered(*original);
    return std::nullopt;
  }
  GoldenDag made;
  options.planner.missing_inputs_allowed = false;
  options.edit = [&](DagFile& file) {
    DagEditor editor(suite, test, registry, *original->plan, bed, made, file);
    editor.edit();
    options.planner.select = editor.selected();
  };
  made.file = load_dag(suite.file.dag, registry, options);
  if (!made.file->plan) {
    problems += rendered(*made.file);
    return std::nullopt;
  }
  for (const GoldenStep& step : test.steps) {
    if (step.kind != GoldenStep::Kind::checkpoint) continue;
    if (std::any_of(made.file->plan->regions.begin(), made.file->plan->regions.end(),
                    [](const dag::PlanRegion& region) { return region.checkpointed; }))
      continue;
    suite.diagnostics
        .error("bad-test", step.range,
               "this DAG takes no checkpoints: its rows end, or [checkpoint] interval is 0")
        .hint = "endless = true makes a replaced source one whose rows go on";
    return std::nullopt;
  }
  return made;
}

}  // namespace weirflow::cli
