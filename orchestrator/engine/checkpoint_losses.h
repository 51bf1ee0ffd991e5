// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What would be lost with a checkpoint that somebody wants to delete. Threads: any.

#include <string>
#include <vector>

#include "engine/checkpoint_store.h"
#include "plugin/registry.h"

namespace weirflow::engine {

/// A sentence for each thing that recovery would miss; none when nothing needs it. `all` is the
/// store's list. Committers are asked of `registry` whether they send after the commit; one that
/// cannot be asked is taken to do so.
std::vector<std::string> losses_of_deletion(const CheckpointStore::Listed& checkpoint,
                                            const std::vector<CheckpointStore::Listed>& all,
                                            const plugin::Registry& registry);

}  // namespace weirflow::engine
