// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/publish_component.h"

#include <filesystem>
#include <mutex>

#include "model/gate.h"
#include "model/registry.h"
#include "weirflow/plugin.hpp"

namespace weirflow::model {

namespace {

struct Home {
  std::mutex mutex;
  std::string path;
};
Home& process_home() {
  static Home home;
  return home;
}

struct MetricLimits {
  std::optional<double> min, max, max_drop, max_rise;
  static constexpr auto kFields = wf::fields(
      wf::field("min", &MetricLimits::min).help("Lowest value allowed"),
      wf::field("max", &MetricLimits::max).help("Highest value allowed"),
      wf::field("max_drop", &MetricLimits::max_drop).help("How far below the baseline it may be"),
      wf::field("max_rise", &MetricLimits::max_rise).help("How far above the baseline it may be"));
};

struct PublishConfig {
  std::string version;
  std::string alias = "champion";
  wf::Value metrics, baseline;
  wf::Map<MetricLimits> gate;
  std::string reason;
};

/// The scalars of a table and of tables in it: curves have no place in a record.
wf::Value scalars_of(const wf::Value& value) {
  const auto* table = value.table();
  if (!table) return value.list() ? wf::Value() : value;
  wf::Value::Table kept;
  for (const auto& [key, item] : *table)
    if (!item.list()) kept.emplace_back(key, scalars_of(item));
  return wf::Value(std::move(kept));
}

class Publish : public wf::Action<PublishConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("model.publish")
          .version("1.0.0")
          .summary("Moves an alias to a model version, if the gate lets it")
          .docs(
              "A gated metric that is missing is a refusal. Without a baseline only `min` and "
              "`max` apply. A refusal fails the task and leaves the alias where it is.")
          .blocking()
          .writes_files()
          .nondeterministic();
  static constexpr auto kConfig = wf::fields(
      wf::field("version", &PublishConfig::version)
          .required()
          .help("The version to publish, or any reference to one")
          .example("\"{{ tasks.model.version }}\""),
      wf::field("alias", &PublishConfig::alias).help("The alias to move"),
      wf::field("metrics", &PublishConfig::metrics)
          .help(
              "Table of the version's metrics; values in tables are named by path, \"class_1.f1\"")
          .example("\"{{ tasks.quality.result }}\""),
      wf::field("baseline", &PublishConfig::baseline)
          .help("The same of the version in use, computed in the same run on the same rows")
          .example("\"{{ tasks.champion_quality.result }}\""),
      wf::field("gate", &PublishConfig::gate)
          .help("Limits per metric")
          .example("{ auc = { min = 0.70, max_drop = 0.02 } }"),
      wf::field("reason", &PublishConfig::reason).help("Why, for the history of the alias"));

 protected:
  wf::Status bind_ports(wf::BindContext&) override { return check_gate(gate()); }

  wf::Status open() override {
    std::string home;
    {
      const std::lock_guard lock(process_home().mutex);
      home = process_home().path;
    }
    if (home.empty()) return wf::internal_error("no folder of models is set up");
    registry_ = std::make_unique<Registry>(home);
    WF_ASSIGN(version_, registry_->resolve(config().version));
    WF_ASSIGN(const AliasTable table, registry_->aliases(version_.model));
    if (!table.warning().empty()) host().log(wf::LogLevel::warning, table.warning());
    expected_ = table.find(config().alias);
    return {};
  }

  wf::Status run() override {
    WF_TRY(check_is_table("metrics", config().metrics));
    WF_TRY(check_is_table("baseline", config().baseline));
    const wf::Status verdict = evaluate_gate(gate(), config().metrics, config().baseline);
    WF_TRY(registry_->add_record(version_, record(verdict)));
    if (!verdict.ok()) return wf::Status(verdict).with_context(version_.version());
    const wf_task task = host().task();
    const Mover mover{"dag " + std::string(wf::view(task.dag)), config().reason,
                      std::string(wf::view(task.run))};
    WF_ASSIGN(const Moved moved,
              registry_->promote(version_.version(), config().alias, mover, expected_));
    return tell(moved);
  }

 private:
  [[nodiscard]] Gate gate() const {
    Gate gate;
    for (const auto& [name, l] : config().gate)
      gate.emplace_back(name, Limits{l.min, l.max, l.max_drop, l.max_rise});
    return gate;
  }
  static wf::Status check_is_table(const std::string& key, const wf::Value& value) {
    if (value.is_null() || value.table()) return {};
    return wf::invalid_config("`" + key + "` is no table but a " + std::string(value.type_name()))
        .at({key, 0, 0, ""});
  }
  [[nodiscard]] wf::Value::Table record(const wf::Status& verdict) const {
    const wf_task task = host().task();
    return {{"event", "gate"},
            {"passed", verdict.ok()},
            {"refusal", verdict.message()},
            {"alias", config().alias},
            {"metrics", scalars_of(config().metrics)},
            {"baseline", scalars_of(config().baseline)},
            {"dag", std::string(wf::view(task.dag))},
            {"run", std::string(wf::view(task.run))}};
  }
  wf::Status tell(const Moved& moved) {
    const std::string& previous = moved.move.previous;
    const std::string before =
        previous.empty() ? "" : Resolved{version_.model, previous, ""}.version();
    host().log(wf::LogLevel::info,
               "alias `" + config().alias + "` " +
                   (moved.changed ? (before.empty() ? "" : "moved from " + before + " ") + "to "
                                  : "stands at ") +
                   version_.version() + (moved.changed ? "" : " already"));
    WF_TRY(host().set_result("version", version_.version()));
    WF_TRY(host().set_result("alias", config().alias));
    WF_TRY(host().set_result("previous", before));
    return host().set_result("published", true);
  }

  std::unique_ptr<Registry> registry_;
  Resolved version_;
  std::string expected_;
};

}  // namespace

const wf_entry* model_components(const std::string& home) {
  {
    const std::lock_guard lock(process_home().mutex);
    process_home().path =
        home.empty() ? "" : std::filesystem::absolute(home).lexically_normal().string();
  }
  return wf::detail::make_entry<Publish>();
}

}  // namespace weirflow::model
