// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "stored.h"

#include <nlohmann/json.hpp>

namespace weirflow::alert {

using nlohmann::json;

std::string store(const Stored& stored) {
  const OutboxOptions& options = stored.options;
  const GroupingOptions& grouping = options.grouping;
  // Times of grouping are left out: who sends these bytes without a sink does so at once.
  const json head = {{"v", 1},
                     {"stage", stored.stage},
                     {"before", stored.before},
                     {"alerts", stored.alerts.size()},
                     {"kind", stored.channel.kind},
                     {"options", stored.channel.options},
                     {"secret", !stored.channel.secrets.empty()},
                     {"group_by", grouping.group_by},
                     {"most_alerts", grouping.most_alerts},
                     {"every_event", grouping.every_event},
                     {"collapses", grouping.collapses},
                     {"rate", options.rate},
                     {"retry_min_us", options.retry_min_us},
                     {"retry_max_us", options.retry_max_us},
                     {"retry_for_us", options.retry_for_us}};
  std::string bytes = head.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  for (const Alert& alert : stored.alerts) bytes += to_json(alert) + "\n";
  return bytes;
}

wf::Result<Stored> read_stored(std::string_view bytes) {
  const auto damaged = [](const std::string& what) {
    return wf::invalid_data("the stored alerts are damaged: " + what);
  };
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return damaged("the first line has no end");
  Stored stored;
  size_t alerts = 0;
  try {
    const json head = json::parse(bytes.substr(0, end));
    if (head.at("v") != 1) return damaged("they are of a later version of this plugin");
    alerts = head.at("alerts");
    stored.stage = head.at("stage");
    stored.before = head.at("before");
    stored.channel.kind = head.at("kind");
    stored.channel.options = head.at("options").get<Labels>();
    stored.needs_secret = head.at("secret");
    GroupingOptions& grouping = stored.options.grouping;
    grouping.group_by = head.at("group_by");
    grouping.most_alerts = head.at("most_alerts");
    grouping.every_event = head.at("every_event");
    grouping.collapses = head.at("collapses");
    stored.options.rate = head.at("rate");
    stored.options.retry_min_us = head.at("retry_min_us");
    stored.options.retry_max_us = head.at("retry_max_us");
    stored.options.retry_for_us = head.at("retry_for_us");
  } catch (const json::exception& e) {
    return damaged(e.what());
  }
  bytes.remove_prefix(end + 1);
  while (!bytes.empty()) {
    const size_t line = bytes.find('\n');
    if (line == std::string_view::npos) return damaged("the last line has no end");
    WF_ASSIGN(Alert alert, alert_from_json(bytes.substr(0, line)));
    stored.alerts.push_back(std::move(alert));
    bytes.remove_prefix(line + 1);
  }
  if (stored.alerts.size() != alerts)
    return damaged("there are " + std::to_string(stored.alerts.size()) + " alerts of " +
                   std::to_string(alerts));
  return stored;
}

}  // namespace weirflow::alert
