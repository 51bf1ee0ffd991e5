// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Alerts as the JSON of their receivers.
///
/// Threads: pure functions.

#include <string>

#include "grouping.h"

namespace weirflow::alert {

/// Alertmanager's webhook, version 4 (prometheus/alertmanager, docs/configuration.md,
/// webhook_config), with `value` and `evidence` besides in each alert.
std::string webhook_body(const Notification& message, const std::string& receiver,
                         const std::string& external_url, const std::string& rate);

/// Alertmanager's API v2, POST /api/v2/alerts (api/v2/openapi.yaml, postableAlerts). Alerts that
/// fire end by themselves at `ends_us` unless they are told again.
std::string alertmanager_body(const Notification& message, int64_t ends_us);

/// PagerDuty's Events API v2, for one alert.
std::string pagerduty_body(const Alert& alert, const std::string& routing_key,
                           const std::string& summary, const std::string& source);

/// A line of alert.file, without its end.
std::string file_line(const Alert& alert);

/// Slack's incoming webhook: a header, a section for each text, a line about what is not listed.
std::string slack_body(const std::string& title, const std::vector<std::string>& texts,
                       int64_t more);

/// "&", "<" and ">" as Slack's mrkdwn wants them.
std::string slack_escaped(std::string_view text);

/// At most so many bytes, cut between characters, with "..." at the end when cut.
std::string shortened(std::string_view text, size_t bytes);

}  // namespace weirflow::alert
