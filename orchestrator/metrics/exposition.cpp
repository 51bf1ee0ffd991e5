// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/exposition.h"

#include <map>
#include <set>

#include "metrics/families.h"
#include "metrics/text_format.h"

namespace weirflow::metrics {

namespace {

Labels labels_of(const TaskFigures& t) { return {{"task", t.task}, {"kind", t.kind}}; }

Labels labels_of(const EdgeFigures& e) {
  return {{"edge", std::to_string(e.edge)}, {"from", e.from}, {"to", e.to}};
}

Labels with(Labels labels, std::string name, std::string value) {
  labels.emplace_back(std::move(name), std::move(value));
  return labels;
}

template <typename Owner>
void write_one(TextWriter& out, const Family<Owner>& f, const Labels& labels, const Owner& owner) {
  if (f.sometimes && !(owner.*f.sometimes)) return;
  const int64_t value = f.sometimes ? *(owner.*f.sometimes) : owner.*f.always;
  f.unit == Unit::micros ? out.micros(labels, value) : out.count(labels, value);
}

template <typename Owner, size_t n>
void write_each(TextWriter& out, const Family<Owner> (&families)[n],
                const std::vector<Owner>& owners) {
  for (const Family<Owner>& f : families) {
    out.family(f.name, f.help, f.type);
    for (const Owner& owner : owners) write_one(out, f, labels_of(owner), owner);
  }
}

void write_run(TextWriter& out, const Snapshot& s) {
  out.family("weirflow_build_info", "The version of Weirflow.", kGauge);
  out.count({{"version", s.version}}, 1);
  out.family("weirflow_run_info", "What runs.", kGauge);
  out.count({{"dag", s.dag}, {"run", s.run}, {"dag_version", s.dag_version}}, 1);
  out.family("weirflow_run_state", "The state of the run, as a label.", kGauge);
  out.count({{"state", s.state}}, 1);
  for (const Family<Snapshot>& f : kRunFamilies) {
    out.family(f.name, f.help, f.type);
    write_one(out, f, {}, s);
  }
  out.family("weirflow_run_duration_seconds", "Time since the run began.", kGauge);
  out.micros({}, s.now_us - s.start_us);
  out.family("weirflow_run_paused", "Sources rest for a task that asked for it.", kGauge);
  if (s.paused_by.empty())
    out.count({}, 0);
  else
    out.count({{"task", s.paused_by}, {"reason", s.paused_why}}, 1);
  out.family("weirflow_run_healthy", "0: see /readyz for what is wrong.", kGauge);
  out.count({}, trouble(s).empty() ? 1 : 0);
}

void write_tasks(TextWriter& out, const Snapshot& s) {
  out.family("weirflow_task_info", "What a task is.", kGauge);
  for (const TaskFigures& t : s.tasks)
    out.count(
        with(with(labels_of(t), "component", t.component), "region", std::to_string(t.region)), 1);
  out.family("weirflow_task_state", "The state of a task, as a label.", kGauge);
  for (const TaskFigures& t : s.tasks) out.count(with(labels_of(t), "state", t.state), 1);
  out.family("weirflow_task_attempts", "Attempts at a task so far.", kGauge);
  for (const TaskFigures& t : s.tasks) out.count(labels_of(t), t.attempts);
  out.family("weirflow_task_lanes", "Instances of a task that work side by side.", kGauge);
  for (const TaskFigures& t : s.tasks) out.count(labels_of(t), t.lanes);
  write_each(out, kTaskFamilies, s.tasks);
  out.family("weirflow_task_watermark_lag_seconds", "How far a task's watermark is behind now.",
             kGauge);
  for (const TaskFigures& t : s.tasks)
    if (t.watermark_us) out.micros(labels_of(t), s.now_us - *t.watermark_us);
  out.family("weirflow_task_latency_seconds",
             "Time of rows from the source that gave them until a sink had taken them.",
             TextWriter::Type::histogram);
  for (const TaskFigures& t : s.tasks)
    if (t.latency) out.histogram(labels_of(t), *t.latency);
}

void write_edges(TextWriter& out, const Snapshot& s) {
  out.family("weirflow_edge_info", "What an edge is.", kGauge);
  for (const EdgeFigures& e : s.edges) out.count(with(labels_of(e), "kind", e.kind), 1);
  write_each(out, kEdgeFamilies, s.edges);
  out.family("weirflow_edge_queue_fill_ratio", "How full a queue is; 1: at its bound.", kGauge);
  for (const EdgeFigures& e : s.edges)
    if (e.fill) out.sample(labels_of(e), *e.fill);
}

void write_checkpoints(TextWriter& out, const Snapshot& s) {
  if (!s.checkpoints) return;
  const CheckpointFigures& c = *s.checkpoints;
  const Labels labels = {{"region", std::to_string(c.region)}};
  for (const Family<CheckpointFigures>& f : kCheckpointFamilies) {
    out.family(f.name, f.help, f.type);
    write_one(out, f, labels, c);
  }
  out.family("weirflow_checkpoint_age_seconds", "Time since the last was committed.", kGauge);
  if (c.time_us) out.micros(labels, s.now_us - *c.time_us);
  out.family("weirflow_checkpoint_duration_seconds", "Durations of checkpoints.",
             TextWriter::Type::histogram);
  out.histogram(labels, c.durations);
}

/// Families of plugins: by component and name, since different components may use one name.
class PluginFamilies {
 public:
  void add(const TaskFigures& task) {
    for (const PluginMetric& m : task.metrics)
      families_["weirflow_plugin_" + name_of(task.component) + "_" + name_of(m.name)][m.kind]
          .push_back({&task, &m});
  }
  void write(TextWriter& out) {
    for (const auto& [name, kinds] : families_)
      for (const auto& [kind, recorded] : kinds) {
        out.family(unused(kind == PluginMetric::Kind::counter ? name + "_total" : name, kind),
                   "Recorded by the component " + recorded.front().task->component + ".",
                   kind == PluginMetric::Kind::counter     ? TextWriter::Type::counter
                   : kind == PluginMetric::Kind::histogram ? TextWriter::Type::histogram
                                                           : TextWriter::Type::gauge);
        for (const Recorded& r : recorded)
          kind == PluginMetric::Kind::histogram
              ? out.histogram(labels_of(*r.task), r.metric->histogram)
              : out.sample(labels_of(*r.task), r.metric->value);
      }
  }

 private:
  struct Recorded {
    const TaskFigures* task;
    const PluginMetric* metric;
  };
  /// No family may have a name, or the name of a part, of another.
  std::string unused(std::string name, PluginMetric::Kind kind) {
    const auto parts = [&]() -> std::vector<std::string> {
      if (kind != PluginMetric::Kind::histogram) return {name};
      return {name, name + "_bucket", name + "_sum", name + "_count"};
    };
    const auto taken = [&] {
      for (const std::string& part : parts())
        if (used_.count(part)) return true;
      return false;
    };
    while (taken()) name += kind == PluginMetric::Kind::histogram ? "_histogram" : "_value";
    for (const std::string& part : parts()) used_.insert(part);
    return name;
  }
  std::map<std::string, std::map<PluginMetric::Kind, std::vector<Recorded>>> families_;
  std::set<std::string> used_;
};

}  // namespace

std::string to_text(const Snapshot& snapshot) {
  TextWriter out;
  write_run(out, snapshot);
  write_tasks(out, snapshot);
  write_edges(out, snapshot);
  write_checkpoints(out, snapshot);
  PluginFamilies plugins;
  for (const TaskFigures& t : snapshot.tasks) plugins.add(t);
  plugins.write(out);
  return out.finish();
}

}  // namespace weirflow::metrics
