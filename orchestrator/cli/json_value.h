// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Values of configurations and results as JSON.

#include <nlohmann/json.hpp>

#include "weirflow/value.hpp"

namespace weirflow::cli {

inline nlohmann::ordered_json to_json(const wf::Value& value) {
  if (const auto* b = value.boolean()) return *b;
  if (const auto* i = value.integer()) return *i;
  if (const auto* d = value.number()) return *d;
  if (const auto* s = value.string()) return *s;
  if (const auto* list = value.list()) {
    auto json = nlohmann::ordered_json::array();
    for (const wf::Value& item : *list) json.push_back(to_json(item));
    return json;
  }
  if (const auto* table = value.table()) {
    auto json = nlohmann::ordered_json::object();
    for (const auto& [key, item] : *table) json[key] = to_json(item);
    return json;
  }
  return nullptr;
}

}  // namespace weirflow::cli
