// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The checks themselves, as they run in the child.

#include <filesystem>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// A check: a failed Status says what was seen; the text of a passed one is empty, or names
/// components that could not be driven.
struct CheckCase {
  std::string_view name, summary;
  wf::Result<std::string> (*run)(const std::filesystem::path& file);
};

inline constexpr size_t kCheckCount = 12;
extern const CheckCase kCheckCases[kCheckCount];

}  // namespace weirflow::plugin
