// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include <nlohmann/json.hpp>

namespace weirflow::alert {

using nlohmann::json;

std::string to_bytes(const SinkState& state) {
  return json{{"v", 1}, {"memory", state.memory}, {"active", state.active}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

wf::Result<SinkState> sink_state_from(std::string_view bytes) {
  try {
    const json state = json::parse(bytes);
    if (state.at("v") != 1)
      return wf::invalid_data("the state of the sink is of a later version of this plugin");
    return SinkState{state.at("memory"), state.at("active")};
  } catch (const json::exception& e) {
    return wf::invalid_data(std::string("the state of the sink is damaged: ") + e.what());
  }
}

}  // namespace weirflow::alert
