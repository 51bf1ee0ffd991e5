// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/conservation.h"

namespace weirflow::engine {

namespace {

using wf::Cardinality;

/// "flow.filter passed 3 rows but put out 2", or empty.
std::string task_violation(const TaskRows& t) {
  const auto n = [](int64_t v) { return std::to_string(v); };
  if (t.cardinality == Cardinality::source) {
    if (t.read == t.out + t.filtered + t.refused) return {};
    return t.task + ": read " + n(t.read) + " records, but put out " + n(t.out) + ", filtered " +
           n(t.filtered) + " and refused " + n(t.refused);
  }
  if (t.cardinality == Cardinality::none) return {};
  const int64_t said = t.passed + t.filtered + t.absorbed + t.refused;
  if (t.in != said && !(t.stopped_early && said < t.in))
    return t.task + ": took " + n(t.in) + " rows, but accounts for " + n(said) + " (passed " +
           n(t.passed) + ", filtered " + n(t.filtered) + ", absorbed " + n(t.absorbed) +
           ", refused " + n(t.refused) + ")";
  switch (t.cardinality) {
    case Cardinality::map:
    case Cardinality::filter:
    case Cardinality::route:
      if (t.out != t.passed)
        return t.task + ": passed " + n(t.passed) + " rows, but put out " + n(t.out);
      break;
    case Cardinality::sink:
      if (t.out != 0) return t.task + ": is a sink, but put out " + n(t.out) + " rows";
      break;
    case Cardinality::expand:
    case Cardinality::regroup:
    case Cardinality::source:
    case Cardinality::none:
      break;
  }
  return {};
}

}  // namespace

wf::Status check_conservation(const std::vector<TaskRows>& tasks,
                              const std::vector<EdgeRows>& edges, int* culprit) {
  std::string violations;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) violations += (violations.empty() ? "" : "; ") + text;
  };
  if (culprit) *culprit = -1;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const std::string violation = task_violation(tasks[i]);
    if (!violation.empty() && culprit && *culprit < 0) *culprit = static_cast<int>(i);
    add(violation);
  }
  for (const EdgeRows& e : edges)
    if (e.produced != e.consumed + e.discarded + e.shed)
      add(e.from + " -> " + e.to + ": " + std::to_string(e.produced) + " rows were produced, but " +
          std::to_string(e.consumed) + " consumed, " + std::to_string(e.discarded) +
          " discarded and " + std::to_string(e.shed) + " shed");
  if (violations.empty()) return {};
  return wf::internal_error("rows do not add up: " + violations);
}

}  // namespace weirflow::engine
