// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Components that are part of the host because they belong to its graph model:
///   group.output  ends the columns of a group's members at one of its outputs
///   show.rows     keeps the first rows of an output for `weirflow show`

#include "weirflow/abi/entry.h"

namespace weirflow::engine {

/// Entries to add to a registry; static.
const wf_entry* group_components();
const wf_entry* show_components();

}  // namespace weirflow::engine
