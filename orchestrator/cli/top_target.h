// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where the metrics of the run are that `weirflow top` was asked for. Threads: pure functions.

#include <chrono>
#include <string>

#include "metrics/address.h"
#include "metrics/snapshot.h"
#include "weirflow/status.hpp"

namespace weirflow::cli {

struct TopTarget {
  metrics::Address address;
  std::string run;  ///< that must answer there; "" = any
};

/// `text`: an address, a run's id or the beginning of one, a DAG's name, or "" for the one run of
/// the home folder that answers. not_found, conflict (several runs, which are named), or
/// invalid_config, each with what to type instead.
wf::Result<TopTarget> find_target(const std::string& text, const std::string& home);

/// The figures that the target serves now. Errors as http_get(); conflict when it is another run.
wf::Result<metrics::Snapshot> fetch(const TopTarget& target, std::chrono::milliseconds limit);

}  // namespace weirflow::cli
