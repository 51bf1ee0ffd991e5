// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// LibraryInfo as JSON: between the inspection child and its parent, and for `--json`.

#include <string>
#include <string_view>

#include "plugin/component_info.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// One object, keys in a fixed order, on one line without a line end. Enumerations are the numbers
/// of the ABI. A float that JSON cannot say is {"$float": "nan"}.
std::string to_json(const LibraryInfo& info);
/// The inverse; invalid_data for anything else.
wf::Result<LibraryInfo> library_from_json(std::string_view text);

/// A Status as an object with code, message, and where they are set key, offset, length, hint, row.
std::string to_json(const wf::Status& status);
/// The inverse. `out` is set when the text is such an object with a failure.
bool status_from_json(std::string_view text, wf::Status& out);

}  // namespace weirflow::plugin
