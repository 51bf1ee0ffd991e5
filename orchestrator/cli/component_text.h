// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a descriptor says, for people: `weirflow plugins info`. Threads: pure functions.

#include <string>
#include <vector>

#include "plugin/component_info.h"

namespace weirflow::cli {

/// Everything about a component: summary, abilities, ports with their columns, every configuration
/// key, documentation, a task to copy. Ends with a newline.
std::string component_text(const plugin::ComponentInfo& component, int width);

/// The words for the bits, as in "deterministic, concurrent".
std::vector<std::string> ability_words(uint32_t abilities);

/// "integer", "list of string", "table".
std::string field_type_text(const plugin::FieldInfo& field);

}  // namespace weirflow::cli
