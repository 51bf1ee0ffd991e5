// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/snapshot.h"

namespace weirflow::metrics {

std::string trouble(const Snapshot& s) {
  if (s.state == "failed") return "the run has failed";
  if (s.state == "cancelled") return "the run was cancelled";
  if (!s.paused_by.empty()) return "paused by " + s.paused_by + ": " + s.paused_why;
  if (s.checkpoints && s.checkpoints->failures > 0)
    return s.checkpoints->failures == 1 ? "the last checkpoint was given up"
                                        : "the last " + std::to_string(s.checkpoints->failures) +
                                              " checkpoints were given up";
  return {};
}

}  // namespace weirflow::metrics
