// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A checkpoint's manifest as JSON text (format 1). Bytes of inline parts are text where they are
/// UTF-8, else hexadecimal.

#include <string>
#include <string_view>

#include "engine/checkpoint_store.h"

namespace weirflow::engine {

std::string manifest_text(const Manifest& manifest);
/// invalid_data, naming `file` and the field, when it is not what manifest_text() made.
wf::Result<Manifest> manifest_of(std::string_view text, const std::string& file);

}  // namespace weirflow::engine
