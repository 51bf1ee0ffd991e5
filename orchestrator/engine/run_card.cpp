// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/run_card.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/file.h"

namespace weirflow::engine {

std::string run_card(const RunCard& card) {
  nlohmann::ordered_json json = {{"pid", card.pid}, {"dag", card.dag}, {"start_us", card.start_us}};
  if (!card.metrics_url.empty()) json["metrics"] = card.metrics_url;
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::vector<FoundRun> find_runs(const std::string& home) {
  std::vector<FoundRun> runs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home + "/runs", error)) {
    FoundRun run;
    run.run = entry.path().filename().string();
    if (run.run.starts_with('.')) continue;  // has no name yet
    const auto text = read_file(entry.path().string() + "/lock");
    if (!text.ok()) continue;
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object()) continue;
    const auto number = [&](const char* key) {
      const auto at = json.find(key);
      return at != json.end() && at->is_number_integer() ? at->get<int64_t>() : 0;
    };
    const auto word = [&](const char* key) {
      const auto at = json.find(key);
      return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
    };
    run.card = {number("pid"), word("dag"), number("start_us"), word("metrics")};
    run.alive =
        run.card.pid > 0 && (::kill(static_cast<pid_t>(run.card.pid), 0) == 0 || errno == EPERM);
    runs.push_back(std::move(run));
  }
  std::sort(runs.begin(), runs.end(), [](const FoundRun& a, const FoundRun& b) {
    return std::pair(a.card.start_us, a.run) < std::pair(b.card.start_us, b.run);
  });
  return runs;
}

}  // namespace weirflow::engine
