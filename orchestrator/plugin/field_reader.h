// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration keys of a descriptor: from wf_field_info to checked FieldInfo.

#include <string>
#include <vector>

#include "plugin/component_info.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// Appends the keys to `out`. `prefix` ("columns.") and `depth` say where in nested tables they
/// are.
wf::Status read_fields(const wf_field_info* const* fields, uint32_t count,
                       const std::string& prefix, int depth, std::vector<FieldInfo>& out);

}  // namespace weirflow::plugin
