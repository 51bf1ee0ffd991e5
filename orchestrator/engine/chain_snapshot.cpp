// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/chain_snapshot.h"

#include <utility>

namespace weirflow::engine {

namespace {

using Counter = std::atomic<int64_t> TaskCounters::*;
constexpr std::pair<const char*, Counter> kCounters[] = {{"in", &TaskCounters::in},
                                                         {"out", &TaskCounters::out},
                                                         {"refused", &TaskCounters::refused},
                                                         {"passed", &TaskCounters::passed},
                                                         {"filtered", &TaskCounters::filtered},
                                                         {"absorbed", &TaskCounters::absorbed},
                                                         {"read", &TaskCounters::read},
                                                         {"bytes_out", &TaskCounters::bytes_out}};

}  // namespace

std::map<std::string, int64_t> counters_of(const TaskCounters& counters) {
  std::map<std::string, int64_t> all;
  for (const auto& [name, counter] : kCounters)
    if (const int64_t value = counters.*counter; value != 0) all[name] = value;
  return all;
}

void restore_counters(const std::map<std::string, int64_t>& from, TaskCounters& counters) {
  for (const auto& [name, counter] : kCounters)
    if (const auto found = from.find(name); found != from.end()) counters.*counter = found->second;
}

}  // namespace weirflow::engine
