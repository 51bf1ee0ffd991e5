// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What `weirflow doctor FILE` says of the DAG.

#include <algorithm>
#include <regex>
#include <set>

#include "cli/doctor_checks.h"
#include "cli/figures.h"
#include "engine/checkpoint_store.h"
#include "engine/commit.h"
#include "engine/dead_letters.h"
#include "engine/templates.h"

namespace weirflow::cli {

namespace {

void find_hosts(const wf::Value& value, std::set<std::string>& hosts) {
  if (const std::string* text = value.string()) {
    static const std::regex kHost(
        R"((?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?((?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\]):[0-9]{1,5}))");
    static const std::regex kUrl(
        R"(^(https?|tcp|amqp|postgres(?:ql)?)://(?:[^/@\s]*@)?([A-Za-z0-9][A-Za-z0-9.-]*))");
    std::smatch found;
    for (std::sregex_iterator it(text->begin(), text->end(), kHost), end; it != end; ++it)
      hosts.insert((*it)[1]);
    if (hosts.empty() && std::regex_search(*text, found, kUrl)) hosts.insert(found[2]);
  }
  if (const auto* list = value.list())
    for (const wf::Value& item : *list) find_hosts(item, hosts);
  if (const auto* table = value.table())
    for (const auto& [key, item] : *table) find_hosts(item, hosts);
}

/// Components have no check of their own beside bind: what needs the network is only named.
void check_hosts(const dag::Plan& plan, std::vector<Finding>& findings) {
  for (const dag::PlanNode& node : plan.nodes) {
    if (!node.component.can(WF_ABILITY_NET)) continue;
    std::set<std::string> hosts;
    for (const auto& [key, value] : node.config) find_hosts(value, hosts);
    std::string names;
    for (const std::string& host : hosts) names += (names.empty() ? "" : ", ") + host;
    findings.push_back({Verdict::warn, "hosts",
                        node.task + " (" + node.component.id +
                            "): " + (names.empty() ? "its host" : names) + " was not tried",
                        "try whether this machine reaches it, before the run does"});
  }
}

void check_secrets(const dag::Plan& plan, std::vector<Finding>& findings) {
  std::set<std::string> seen;
  for (const dag::PlanNode& node : plan.nodes)
    for (const dag::Deferred& deferred : node.deferred)
      for (const dag::TemplatePart& part : deferred.parts) {
        if (part.kind != dag::TemplatePart::Kind::secret || !seen.insert(part.text).second)
          continue;
        if (engine::secret_from_environment(part.text).ok())
          findings.push_back({Verdict::ok, "secrets", part.text + " is there", ""});
        else
          findings.push_back({Verdict::fail, "secrets",
                              node.task + " needs the secret " + part.text + ", which is not there",
                              "set WEIRFLOW_SECRET_" + part.text});
      }
}

void check_checkpoints(const dag::Plan& plan, const std::string& home,
                       std::vector<Finding>& findings) {
  const auto store = engine::CheckpointStore::look_at(home, plan.dag, std::string(engine::kShard));
  if (!store.ok()) return;
  const auto all = (*store)->list();
  if (!all.ok()) {
    findings.push_back({Verdict::fail, "checkpoints", all.error().message(),
                        "give yourself the right to read the folder"});
    return;
  }
  const auto newest =
      std::find_if(all->rbegin(), all->rend(), [](const auto& listed) { return listed.committed; });
  if (newest == all->rend()) return;
  const std::string name = "checkpoint " + std::to_string(newest->epoch);
  const auto loaded = (*store)->load(*newest);
  if (loaded.ok())
    findings.push_back({Verdict::ok, "checkpoints",
                        name + " of " + short_time(loaded->manifest.time_us) + " UTC is whole",
                        ""});
  else
    findings.push_back({Verdict::fail, "checkpoints", name + ": " + loaded.error().message(),
                        "put it back from a copy, or choose another with --from-checkpoint"});
}

void check_letters(const DagFile& file, const std::string& home, std::vector<Finding>& findings) {
  int64_t waiting = 0;
  std::vector<std::string> problems;
  const wf::Status status = engine::visit_letters(
      home, file.plan->dag,
      [&](const engine::DeadLetter& letter) {
        waiting += letter.replayed.empty();
        return true;
      },
      problems);
  if (!status.ok()) problems.push_back(status.message());
  for (const std::string& problem : problems)
    findings.push_back({Verdict::warn, "dead letters", problem, "move the file out of the folder"});
  if (waiting > 0)
    findings.push_back(
        {Verdict::warn, "dead letters", counted(waiting, "refused row") + " wait",
         "`weirflow dead-letters list " + file.path + "` says why they were refused"});
}

}  // namespace

std::vector<Finding> check_dag(const DagFile& file, const std::string& home) {
  std::vector<Finding> findings;
  for (const dag::Diagnostic& d : file.diagnostics.items()) {
    std::string place;
    if (d.range.known()) {
      const dag::Location at = file.sources.locate(d.range);
      place = std::string(at.file) + ":" + std::to_string(at.line) + ":" +
              std::to_string(at.column) + ": ";
    }
    findings.push_back(
        {d.severity == dag::Severity::error ? Verdict::fail : Verdict::warn, "dag",
         place + d.message,
         d.hint.empty() ? "`weirflow validate " + file.path + "` shows the place" : d.hint});
  }
  if (!file.plan) return findings;
  findings.push_back({Verdict::ok, "dag",
                      file.path + ": " +
                          counted(static_cast<int64_t>(file.plan->nodes.size()), "task") +
                          ", components configured",
                      ""});
  check_secrets(*file.plan, findings);
  check_checkpoints(*file.plan, home, findings);
  check_letters(file, home, findings);
  check_hosts(*file.plan, findings);
  return findings;
}

}  // namespace weirflow::cli
