// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_file.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/golden_keys.h"
#include "core/text.h"
#include "dag/toml_tree.h"
#include "weirflow/io/values.hpp"

namespace weirflow::cli {

namespace fs = std::filesystem;
using dag::Member;
using dag::Value;

namespace {

/// 2024-01-01T00:00:00Z: where processing time begins when a case does not say.
constexpr int64_t kStart = 1'704'067'200'000'000;

/// What [test] says for all cases of the file.
struct Shared {
  std::vector<std::pair<std::string, Value>> params;
  std::vector<dag::Name> keep;
  double tolerance = 0;
  int64_t start_us = kStart;
};

class CaseReader {
 public:
  CaseReader(const Shared& shared, GoldenKeys& keys, GoldenCase& to)
      : shared_(shared), keys_(keys), case_(to) {}

  void read(const Value& table) {
    keys_.check(table, "a case",
                {"about", "params", "replace", "keep", "select", "model", "steps", "ends", "start",
                 "tolerance", "expect"});
    case_.about = keys_.text(table, "about").value;
    case_.params = shared_.params;
    for (const Member& m : keys_.members(table, "params"))
      case_.params.emplace_back(m.key, m.value);
    case_.keep = shared_.keep;
    for (dag::Name& name : keys_.names(table, "keep")) case_.keep.push_back(std::move(name));
    case_.select = keys_.names(table, "select");
    for (const Member& m : keys_.members(table, "model"))
      case_.models.push_back({{m.key, m.key_range}, keys_.text_of(m)});
    case_.ends = keys_.boolean(table, "ends").value_or(true);
    case_.start_us = keys_.time(table, "start").value_or(shared_.start_us);
    tolerance_ = keys_.number(table, "tolerance").value_or(shared_.tolerance);
    for (const Member& m : keys_.members(table, "replace")) read_source(m);
    if (const Member* steps = table.find("steps")) read_steps(*steps, {});
    for (const auto& own : own_steps_) read_steps(*own.second, own.first);
    if (own_steps_.size() > 1 || (!own_steps_.empty() && table.find("steps")))
      keys_
          .error(own_steps_.back().second->key_range,
                 "the order of steps is open when there are several lists of them")
          .hint = "one list `steps` in the case, whose steps name their `source`";
    if (const Member* expect = table.find("expect")) read_expect(*expect);
    if (case_.expected.empty() && case_.refused.empty() && !case_.failure)
      keys_.error(case_.name.range, "case `" + case_.name.value + "` expects nothing").hint =
          "expect.TASK.rows = [...], expect.refused.TASK or expect.fails";
  }

 private:
  void read_source(const Member& member) {
    if (!keys_.is_table(member)) return;
    const Value& table = member.value;
    keys_.check(table, "a replaced source",
                {"columns", "rows", "steps", "time", "out_of_order", "endless"});
    GoldenSource& source = case_.sources.emplace_back();
    source.task = {member.key, member.key_range};
    source.endless = keys_.boolean(table, "endless");
    source.time = keys_.text(table, "time");
    source.out_of_order = keys_.duration(table, "out_of_order").value_or(0);
    if (table.find("out_of_order") && source.time.value.empty())
      keys_.error(table.find("out_of_order")->key_range, "`out_of_order` needs `time`").hint =
          "time = \"COLUMN\" makes watermarks of a column";
    if (table.find("columns")) {
      source.columns.emplace();
      for (const Member& m : keys_.members(table, "columns")) {
        auto type = wf::parse_type(keys_.text_of(m).value);
        if (!type.ok())
          keys_.error(m.value.range, "column `" + m.key + "`: " + type.error().message());
        else
          source.columns->push_back({{m.key, m.key_range}, std::move(*type)});
      }
    }
    if (const Member* rows = table.find("rows"); rows && keys_.is_rows(*rows)) {
      GoldenStep& step = case_.steps.emplace_back();
      step.source = source.task;
      step.rows = rows->value;
      step.range = rows->value.range;
    }
    if (const Member* steps = table.find("steps")) own_steps_.emplace_back(source.task, steps);
  }

  void read_steps(const Member& member, const dag::Name& own) {
    const Value::List* list = keys_.list_of(member);
    if (!list) return;
    for (const Value& step : *list) read_step(step, own);
  }

  void read_step(const Value& value, const dag::Name& own) {
    static const std::vector<std::pair<std::string, GoldenStep::Kind>> kKinds = {
        {"rows", GoldenStep::Kind::rows},       {"watermark", GoldenStep::Kind::watermark},
        {"idle", GoldenStep::Kind::idle},       {"end", GoldenStep::Kind::end},
        {"advance", GoldenStep::Kind::advance}, {"checkpoint", GoldenStep::Kind::checkpoint},
        {"crash", GoldenStep::Kind::crash}};
    const Value::Table* table = value.table();
    if (!table) {
      keys_.error(value.range, "a step is a table, not " + std::string(value.kind())).hint =
          "{ rows = [...] }, { watermark = ... }, { advance = \"5s\" }";
      return;
    }
    std::vector<std::string> names{"source"};
    for (const auto& kind : kKinds) names.push_back(kind.first);
    if (!keys_.check(value, "a step", names)) return;
    GoldenStep step;
    step.range = value.range;
    const Member* what = nullptr;
    for (const Member& m : *table) {
      if (m.key == "source") continue;
      if (what) {
        keys_
            .error(m.key_range, "a step does one thing, and this one has `" + what->key +
                                    "` and `" + m.key + "`")
            .hint = "two steps, in their order";
        return;
      }
      what = &m;
      for (const auto& kind : kKinds)
        if (kind.first == m.key) step.kind = kind.second;
    }
    if (!what) {
      keys_.error(value.range, "a step without anything to do");
      return;
    }
    if (!read_what(*what, step) || !read_source_of(value, *what, own, step)) return;
    if (step.kind < GoldenStep::Kind::advance && ended_.count(step.source.value))
      keys_.error(step.range, "`" + step.source.value + "` has ended in an earlier step");
    if (step.kind == GoldenStep::Kind::end) ended_.insert(step.source.value);
    case_.steps.push_back(std::move(step));
  }

  bool read_what(const Member& what, GoldenStep& step) {
    switch (step.kind) {
      case GoldenStep::Kind::rows:
        step.rows = what.value;
        return keys_.is_rows(what);
      case GoldenStep::Kind::watermark: {
        const auto us = keys_.time_of(what);
        step.us = us.value_or(0);
        return us.has_value();
      }
      case GoldenStep::Kind::advance: {
        const auto us = keys_.duration_of(what);
        step.us = us.value_or(0);
        return us.has_value();
      }
      default:
        if (const bool* on = what.value.boolean(); on && *on) return true;
        keys_.error(what.value.range, "`" + what.key + "` is true, or is not there");
        return false;
    }
  }

  bool read_source_of(const Value& value, const Member& what, const dag::Name& own,
                      GoldenStep& step) {
    const Member* named = value.find("source");
    if (step.kind >= GoldenStep::Kind::advance) {
      if (named)
        keys_.error(named->key_range, "`" + what.key + "` concerns the whole DAG, no source");
      return !named;
    }
    step.source = named ? keys_.text_of(*named) : own;
    if (!named && own.value.empty()) {
      if (case_.sources.size() != 1) {
        keys_
            .error(what.key_range, case_.sources.empty()
                                       ? "no source is replaced in this case"
                                       : "which source? several are replaced in this case")
            .hint = case_.sources.empty() ? "replace.SOURCE = { columns = {...} }"
                                          : "source = \"" + case_.sources[0].task.value + "\"";
        return false;
      }
      step.source = case_.sources[0].task;
    }
    std::vector<std::string> names;
    for (const GoldenSource& s : case_.sources) {
      if (s.task.value == step.source.value) return true;
      names.push_back(s.task.value);
    }
    keys_.unknown(step.source.range, "`" + step.source.value + "` is not replaced in this case",
                  step.source.value, names);
    return false;
  }

  void read_expect(const Member& member) {
    if (!keys_.is_table(member)) return;
    for (const Member& m : *member.value.table()) {
      if (m.key == "refused")
        read_refused(m);
      else if (m.key == "fails")
        read_failure(m);
      else
        read_rows(m, {m.key, m.key_range});
    }
  }

  void read_rows(const Member& member, const dag::Name& at) {
    static const std::vector<std::string> kKeys = {"rows", "order", "tolerance", "count",
                                                   "columns"};
    if (member.value.list()) {  // expect.counts = [ ... ]
      if (!keys_.is_rows(member)) return;
      add_rows(at, member.value);
      return;
    }
    if (!keys_.is_table(member)) return;
    // `expect.window.late = ...` is a table of ports.
    const Value::Table& table = *member.value.table();
    const bool ports = !table.empty() && at.value.find('.') == std::string::npos &&
                       std::all_of(table.begin(), table.end(), [](const Member& m) {
                         return std::find(kKeys.begin(), kKeys.end(), m.key) == kKeys.end() &&
                                (m.value.table() || m.value.list());
                       });
    if (ports) {
      for (const Member& m : table) read_rows(m, {at.value + "." + m.key, m.key_range});
      return;
    }
    keys_.check(member.value, "an expectation", kKeys);
    const Member* rows = member.value.find("rows");
    if (rows && !keys_.is_rows(*rows)) return;
    GoldenRows& expected = add_rows(at, rows ? rows->value : Value());
    expected.order = keys_.boolean(member.value, "order").value_or(false);
    expected.tolerance = keys_.number(member.value, "tolerance").value_or(tolerance_);
    expected.count = keys_.count(member.value, "count");
    expected.columns = keys_.names(member.value, "columns");
    if (!rows && !expected.count && expected.columns.empty())
      keys_.error(member.key_range, "nothing is expected of `" + at.value + "`").hint =
          "rows = [...], count = N or columns = [...]";
  }

  GoldenRows& add_rows(const dag::Name& at, Value rows) {
    GoldenRows& expected = case_.expected.emplace_back();
    expected.at = at;
    expected.rows = std::move(rows);
    expected.tolerance = tolerance_;
    return expected;
  }

  void read_refused(const Member& member) {
    if (!keys_.is_table(member)) return;
    for (const Member& task : *member.value.table()) {
      if (!keys_.is_rows(task)) continue;
      GoldenRefusals& refused = case_.refused.emplace_back();
      refused.task = {task.key, task.key_range};
      for (const Value& one : *task.value.list()) {
        keys_.check(one, "a refused row", {"code", "contains", "row"});
        refused.rows.push_back({keys_.text(one, "code"), keys_.text(one, "contains"),
                                keys_.text(one, "row"), one.range});
      }
    }
  }

  void read_failure(const Member& member) {
    case_.failure.emplace();
    case_.failure->range = member.key_range;
    if (const bool* fails = member.value.boolean(); fails && *fails) return;
    if (!keys_.is_table(member)) return;
    keys_.check(member.value, "an expected failure", {"task", "contains"});
    case_.failure->task = keys_.text(member.value, "task");
    case_.failure->contains = keys_.text(member.value, "contains");
  }

  const Shared& shared_;
  GoldenKeys& keys_;
  GoldenCase& case_;
  double tolerance_ = 0;
  std::vector<std::pair<dag::Name, const Member*>> own_steps_;
  std::set<std::string> ended_;
};

void read_test(const Value& root, const std::string& folder, GoldenKeys& keys, Shared& shared,
               GoldenFile& file) {
  const Member* test = root.find("test");
  if (!test || !keys.is_table(*test)) {
    if (!test)
      keys.error({file.file, 0, 0}, "a test file begins with [test]").hint = "[test] dag = \"...\"";
    return;
  }
  const Value& table = test->value;
  keys.check(table, "[test]", {"dag", "params", "keep", "home", "start", "patience", "tolerance"});
  const dag::Name path = keys.text(table, "dag");
  if (path.value.empty())
    keys.error(test->key_range, "`dag` is missing: the DAG that is tested").hint =
        "dag = \"...\", relative to this file";
  file.dag = (fs::path(folder) / path.value).lexically_normal().string();
  if (const dag::Name home = keys.text(table, "home"); !home.value.empty())
    file.home = fs::absolute(fs::path(folder) / home.value).lexically_normal().string();
  for (const Member& m : keys.members(table, "params")) shared.params.emplace_back(m.key, m.value);
  shared.keep = keys.names(table, "keep");
  shared.start_us = keys.time(table, "start").value_or(kStart);
  shared.tolerance = keys.number(table, "tolerance").value_or(0);
  file.patience_us = keys.duration(table, "patience").value_or(file.patience_us);
}

}  // namespace

std::optional<GoldenFile> read_golden_file(const std::string& path, dag::Sources& sources,
                                           dag::Diagnostics& diagnostics) {
  const auto id = dag::load_file(path, path, {}, sources, diagnostics);
  if (!id || diagnostics.errors() > 0) return std::nullopt;
  const auto root = dag::parse_toml(*id, sources, diagnostics);
  if (!root) return std::nullopt;
  GoldenFile file;
  file.path = path;
  file.file = *id;
  GoldenKeys keys(diagnostics);
  keys.check(*root, "a test file", {"test", "case"});
  Shared shared;
  read_test(*root, fs::path(path).parent_path().string(), keys, shared, file);
  for (const Member& m : keys.members(*root, "case")) {
    if (!keys.is_table(m)) continue;
    GoldenCase& made = file.cases.emplace_back();
    made.name = {m.key, m.key_range};
    CaseReader(shared, keys, made).read(m.value);
  }
  if (file.cases.empty() && diagnostics.errors() == 0)
    keys.error({*id, 0, 0}, "there is no case").hint = "[case.NAME]";
  if (diagnostics.errors() > 0) return std::nullopt;
  return file;
}

}  // namespace weirflow::cli
