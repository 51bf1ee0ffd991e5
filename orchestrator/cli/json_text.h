// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON documents as text. Broken UTF-8 in a name or a message becomes U+FFFD instead of an error.

#include <nlohmann/json.hpp>
#include <string>

namespace weirflow::cli {

/// `indent` blanks a level; -1: on one line.
inline std::string json_text(const nlohmann::ordered_json& json, int indent = 2) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace weirflow::cli
