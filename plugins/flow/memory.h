// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a core may hold, and where it puts the rest.

#include <functional>
#include <string>

#include "weirflow/status.hpp"

namespace weirflow::flow {

struct Memory {
  int64_t budget = int64_t{256} << 20;  ///< bytes
  /// Asked for once something must be spilled.
  std::function<wf::Result<std::string>()> spill_folder = [] {
    return wf::Result<std::string>(wf::unavailable("there is no folder for temporary files"));
  };
};

/// Rows of an output batch; as the engine's own batches.
inline constexpr int64_t kBatchRows = 4096;

}  // namespace weirflow::flow
