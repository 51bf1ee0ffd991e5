// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From one wf_descriptor to a checked ComponentInfo; see read_entry() for what is checked.

#include <string>
#include <string_view>

#include "plugin/component_info.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// [a-z][a-z0-9_]*, at most 100 bytes.
bool is_identifier(std::string_view text);
/// 1.2.3, with -pre.release and +build parts as semver.org has them.
bool is_semantic_version(std::string_view text);
/// A copy of a C string view; refused when NULL with a length, over 1 MiB, or not UTF-8.
wf::Result<std::string> read_text(wf_str text, std::string_view what);

/// Errors: invalid_data, beginning with "component `ID`: " as soon as the id is known.
wf::Result<ComponentInfo> read_descriptor(const wf_descriptor* descriptor);

}  // namespace weirflow::plugin
