// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A snapshot as Prometheus text, and back: what a monitor scrapes is what `weirflow top` shows.
/// The families are those of docs/operations.md, "Metrics". Threads: pure functions.

#include <string>
#include <string_view>

#include "metrics/snapshot.h"
#include "weirflow/status.hpp"

namespace weirflow::metrics {

std::string to_text(const Snapshot& snapshot);

/// What to_text() wrote, but for the metrics of plugins, which are not read. Families that are not
/// known are passed over. invalid_data: not this format, or not of a run.
wf::Result<Snapshot> from_text(std::string_view text);

}  // namespace weirflow::metrics
