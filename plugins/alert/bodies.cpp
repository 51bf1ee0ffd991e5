// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "bodies.h"

#include <nlohmann/json.hpp>

#include "channel.h"

namespace weirflow::alert {
namespace {

using nlohmann::json;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// What all alerts of a message have alike.
Labels common(const std::vector<Alert>& alerts, Labels Alert::*member) {
  if (alerts.empty()) return {};
  Labels all = alerts.front().*member;
  for (const Alert& alert : alerts)
    std::erase_if(all, [&](const auto& e) {
      const auto found = (alert.*member).find(e.first);
      return found == (alert.*member).end() || found->second != e.second;
    });
  return all;
}

json evidence_of(const Alert& alert) {
  return alert.evidence.empty() ? json::object() : json::parse(alert.evidence, nullptr, false);
}

bool is_link(const std::string& url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

}  // namespace

std::string webhook_body(const Notification& message, const std::string& receiver,
                         const std::string& external_url, const std::string& rate) {
  constexpr const char* kNoEnd = "0001-01-01T00:00:00Z";  // what Alertmanager has for "not yet"
  json alerts = json::array();
  for (const Alert& alert : message.alerts) {
    json one = {{"status", status_text(alert.resolved)},
                {"labels", alert.labels},
                {"annotations", alert.annotations},
                {"startsAt", time_text(alert.starts_us)},
                {"endsAt", alert.ends_us ? time_text(*alert.ends_us) : kNoEnd},
                {"generatorURL", alert.link},
                {"fingerprint", alert.fingerprint}};
    if (alert.value) one["value"] = *alert.value;
    if (!alert.evidence.empty()) one["evidence"] = evidence_of(alert);
    alerts.push_back(std::move(one));
  }
  Labels annotations = common(message.alerts, &Alert::annotations);
  if (message.is_digest) annotations["summary"] = digest_text(message, rate);
  return dump({{"version", "4"},
               {"groupKey", message.group_key},
               {"truncatedAlerts", message.total - static_cast<int64_t>(message.alerts.size())},
               {"status", status_text(message.resolved())},
               {"receiver", receiver},
               {"groupLabels", message.group_labels},
               {"commonLabels", common(message.alerts, &Alert::labels)},
               {"commonAnnotations", annotations},
               {"externalURL", external_url},
               {"alerts", alerts}});
}

std::string alertmanager_body(const Notification& message, int64_t ends_us) {
  json alerts = json::array();
  for (const Alert& alert : message.alerts) {
    Labels annotations = alert.annotations;
    if (!alert.evidence.empty()) annotations["evidence"] = alert.evidence;
    if (alert.value) annotations["value"] = number_text(*alert.value, -1);
    json one = {{"labels", alert.labels},
                {"annotations", annotations},
                {"startsAt", time_text(alert.starts_us)},
                {"endsAt", time_text(alert.resolved ? alert.ends_us.value_or(0) : ends_us)}};
    if (is_link(alert.link)) one["generatorURL"] = alert.link;
    alerts.push_back(std::move(one));
  }
  return dump(alerts);
}

std::string pagerduty_body(const Alert& alert, const std::string& routing_key,
                           const std::string& summary, const std::string& source) {
  constexpr size_t kMostSummary = 1024;
  json body = {{"routing_key", routing_key},
               {"event_action", alert.resolved ? "resolve" : "trigger"},
               {"dedup_key", alert.fingerprint}};
  const bool known = alert.severity == "critical" || alert.severity == "error" ||
                     alert.severity == "warning" || alert.severity == "info";
  json details = {{"labels", alert.labels},
                  {"annotations", alert.annotations},
                  {"evidence", evidence_of(alert)}};
  if (alert.value) details["value"] = *alert.value;
  body["payload"] = {{"summary", shortened(summary, kMostSummary)},
                     {"source", source},
                     {"severity", known ? alert.severity : "error"},
                     {"timestamp", time_text(alert.starts_us)},
                     {"class", alert.rule},
                     {"custom_details", std::move(details)}};
  if (is_link(alert.link))
    body["links"] = json::array({{{"href", alert.link}, {"text", "record"}}});
  return dump(body);
}

std::string file_line(const Alert& alert) {
  // The id is first: alert.file finds what it wrote by it.
  nlohmann::ordered_json line = {{"id", alert.id},
                                 {"fingerprint", alert.fingerprint},
                                 {"status", status_text(alert.resolved)},
                                 {"rule", alert.rule},
                                 {"severity", alert.severity},
                                 {"labels", alert.labels},
                                 {"annotations", alert.annotations},
                                 {"starts_at", time_text(alert.starts_us)}};
  if (alert.ends_us) line["ends_at"] = time_text(*alert.ends_us);
  if (alert.value) line["value"] = *alert.value;
  if (!alert.evidence.empty()) line["evidence"] = evidence_of(alert);
  if (!alert.link.empty()) line["link"] = alert.link;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string slack_body(const std::string& title, const std::vector<std::string>& texts,
                       int64_t more) {
  constexpr size_t kMostHeader = 150, kMostText = 3000;
  const auto text = [](const char* type, const std::string& content) {
    return json{{"type", type}, {"text", content}};
  };
  json blocks = json::array();
  blocks.push_back(
      {{"type", "header"}, {"text", text("plain_text", shortened(title, kMostHeader))}});
  for (const std::string& line : texts)
    blocks.push_back({{"type", "section"}, {"text", text("mrkdwn", shortened(line, kMostText))}});
  if (more > 0)
    blocks.push_back(
        {{"type", "context"},
         {"elements", json::array({text("mrkdwn", "and " + std::to_string(more) + " more")})}});
  return dump({{"text", slack_escaped(title)}, {"blocks", blocks}});
}

std::string slack_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string shortened(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  size_t end = bytes - 3;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace weirflow::alert
