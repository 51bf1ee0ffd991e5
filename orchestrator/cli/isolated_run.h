// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// `weirflow run --isolate`: the run in a worker process. The worker shows what any run shows; this
/// process passes on signals and says what happened when the worker could not.

#include "cli/commands.h"

namespace weirflow::cli {

/// Answers the worker's exit code, or 1 with a report when it did not end by itself.
int run_isolated(const RunArguments& arguments);

}  // namespace weirflow::cli
