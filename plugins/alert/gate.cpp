// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "gate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weirflow::alert {

using nlohmann::json;

Gate::Answer Gate::admit(const Alert& alert, int64_t now_us) {
  if (alert.resolved && !resolved_) return Answer::unwanted;
  if (silences_.author_of(alert.labels, now_us)) return Answer::silenced;
  if (repeat_us_ == 0) return Answer::take;
  const auto found = last_.find(alert.fingerprint);
  if (found != last_.end() && found->second.resolved == alert.resolved &&
      now_us - found->second.at_us < repeat_us_)
    return Answer::duplicate;
  last_[alert.fingerprint] = {alert.resolved, now_us};
  if (last_.size() >= forget_at_) forget(now_us);
  return Answer::take;
}

void Gate::forget(int64_t now_us) {
  std::erase_if(last_, [&](const auto& e) { return now_us - e.second.at_us >= repeat_us_; });
  // Looking through all is worth it only when half of them may be old.
  forget_at_ = std::max<size_t>(4096, last_.size() * 2);
}

std::string Gate::memory(int64_t now_us) {
  forget(now_us);
  json all = json::object();
  for (const auto& [fingerprint, last] : last_) all[fingerprint] = {last.resolved, last.at_us};
  return all.dump();
}

wf::Status Gate::restore(std::string_view memory) {
  try {
    const json all = json::parse(memory);
    for (const auto& [fingerprint, last] : all.items())
      last_[fingerprint] = {last.at(0).get<bool>(), last.at(1).get<int64_t>()};
  } catch (const json::exception& e) {
    return wf::invalid_data(std::string("what was sent before is damaged: ") + e.what());
  }
  return {};
}

}  // namespace weirflow::alert
