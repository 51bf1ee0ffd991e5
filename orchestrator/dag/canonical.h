// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The canonical form of a DAG: TOML-like text that is the same for files that mean the same.
///
/// Groups are replaced by their members, defaults of the format are written out, keys and tasks are
/// sorted; comments, layout, key order, descriptions, tags and help texts are left out. Params of
/// the DAG stay params (with type, default, limits): a version of a DAG does not change with
/// `--set`. Paths stay as written, so that a version does not depend on the folder it lies in. The
/// text can be compared line by line; it is not read back.

#include <string>
#include <string_view>

#include "dag/expand.h"

namespace weirflow::dag {

/// Precondition: `expanded` was made with keep_params, without errors.
std::string canonical_text(const Expanded& expanded);

/// What makes the model of a group what it is: components, their configuration with all params
/// resolved, edges inside, ports. Names are relative to the group; nothing of how it is run
/// (retries, time limits) nor of what is around it. Precondition: made without keep_params.
std::string canonical_group_text(const Expanded& expanded, uint32_t group);

/// Version of a DAG: sha256_hex of its canonical text, as far as the DAG's files say (the versions
/// of the plugins are added by the plan).
std::string version_hash(const Expanded& expanded);

}  // namespace weirflow::dag
