// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A group in `apply` runs as it was fitted: what the model version holds takes the place of the
/// DAG's group file, of which only the inputs and outputs count (design 01, graph model 8).

#include <map>
#include <string>

#include "dag/expand.h"

namespace weirflow::cli {

/// For each applied group that differs from what its model was fitted from - a version in `home`,
/// or a fit in the same DAG -: what to expand in its place. Each difference is a warning; a stored
/// group with other inputs or outputs, or one that is not kept, is an error. A model that is not
/// there yet is left to the run.
std::map<std::string, dag::GroupOverride> stored_groups(const dag::Expanded& expanded,
                                                        const std::string& home,
                                                        dag::Loaded& loaded, dag::Sources& sources,
                                                        dag::Diagnostics& diagnostics);

}  // namespace weirflow::cli
