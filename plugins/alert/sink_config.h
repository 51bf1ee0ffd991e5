// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration that sinks of alerts share, in parts: each channel takes those that mean something
/// to it.

#include <string>
#include <vector>

#include "channel.h"
#include "outbox.h"
#include "silences.h"
#include "weirflow/config.hpp"

namespace weirflow::alert {

/// Which alerts are taken at all, and what happens to those that do not arrive.
struct DeliveryConfig {
  wf::Duration repeat = std::chrono::hours(4);
  bool send_resolved = true;
  std::vector<SilenceConfig> silences;
  std::string silence_file;
  wf::Duration retry_min = std::chrono::seconds(1);
  wf::Duration retry_max = std::chrono::minutes(5);
  wf::Duration retry_for = std::chrono::hours(24);
  int64_t pending_limit = 10'000;

  /// With `rate` as the token bucket.
  [[nodiscard]] OutboxOptions outbox(GroupingOptions grouping, std::string rate) const {
    OutboxOptions options;
    options.grouping = std::move(grouping);
    options.rate = std::move(rate);
    options.retry_min_us = retry_min.count();
    options.retry_max_us = retry_max.count();
    options.retry_for_us = retry_for.count();
    options.pending_limit = pending_limit;
    return options;
  }
};

/// The fields of DeliveryConfig for a Config derived from it.
template <typename Config>
constexpr auto delivery_fields() {
  using wf::Duration;
  return wf::fields(
      wf::field<Config>("repeat", static_cast<Duration Config::*>(&Config::repeat))
          .at_least(0)
          .help("An event of the same alert with the same status is not sent again within this "
                "time; 0: every event is sent")
          .example("\"1h\""),
      wf::field<Config>("send_resolved", static_cast<bool Config::*>(&Config::send_resolved))
          .help("Whether the end of an alert is sent")
          .example("false"),
      wf::field<Config>("silences",
                        static_cast<std::vector<SilenceConfig> Config::*>(&Config::silences))
          .help("Alerts that are not sent until a time")
          .example("[{ matchers = [\"severity=info\"], expires = \"2026-12-01T08:00:00Z\", author "
                   "= \"ana\", reason = \"repair\" }]"),
      wf::field<Config>("silence_file", static_cast<std::string Config::*>(&Config::silence_file))
          .path()
          .help("JSON file with a list of further silences; read again when it changes")
          .example("\"silences.json\""),
      wf::field<Config>("retry_min", static_cast<Duration Config::*>(&Config::retry_min))
          .range(1e3, 3.6e9)
          .help("Wait before a message is tried again; doubled each time, with jitter")
          .example("\"5s\""),
      wf::field<Config>("retry_max", static_cast<Duration Config::*>(&Config::retry_max))
          .range(1e3, 8.64e10)
          .help("Longest wait before a message is tried again, unless Retry-After is longer")
          .example("\"1m\""),
      wf::field<Config>("retry_for", static_cast<Duration Config::*>(&Config::retry_for))
          .at_least(0)
          .help("A message that does not arrive goes to the dead letters after so long; 0: never")
          .example("\"1h\""),
      wf::field<Config>("pending_limit", static_cast<int64_t Config::*>(&Config::pending_limit))
          .range(1, 1e7)
          .help("Alerts waiting to be sent, beyond which the sources rest")
          .example("1000"));
}

/// Which alerts go together in a message.
struct GroupConfig : DeliveryConfig {
  std::vector<std::string> group_by = {"alertname"};
  wf::Duration group_wait = std::chrono::seconds(10);
  wf::Duration group_interval = std::chrono::minutes(5);
  int64_t max_alerts = 100;
  std::string rate;

  [[nodiscard]] OutboxOptions outbox() const {
    GroupingOptions grouping;
    grouping.group_by = group_by;
    grouping.wait_us = group_wait.count();
    grouping.interval_us = group_interval.count();
    grouping.most_alerts = static_cast<size_t>(max_alerts);
    return DeliveryConfig::outbox(std::move(grouping), rate);
  }
};

template <typename Config>
constexpr auto rate_field() {
  return wf::fields(wf::field<Config>("rate", static_cast<std::string Config::*>(&Config::rate))
                        .help("Most messages in a time, as messages/time; empty: no limit")
                        .example("\"10/1m\""));
}

template <typename Config>
constexpr auto group_fields() {
  using wf::Duration;
  return std::tuple_cat(
      wf::fields(
          wf::field<Config>("group_by",
                            static_cast<std::vector<std::string> Config::*>(&Config::group_by))
              .help("Labels: alerts with the same values go together; [\"...\"]: none do, []: all")
              .example("[\"alertname\", \"subreddit\"]"),
          wf::field<Config>("group_wait", static_cast<Duration Config::*>(&Config::group_wait))
              .range(0, 8.64e10)
              .help("How long the first message of a group waits for more alerts")
              .example("\"30s\""),
          wf::field<Config>("group_interval",
                            static_cast<Duration Config::*>(&Config::group_interval))
              .range(0, 8.64e10)
              .help("Time between two messages of a group")
              .example("\"10m\""),
          wf::field<Config>("max_alerts", static_cast<int64_t Config::*>(&Config::max_alerts))
              .range(1, 10'000)
              .help("Alerts of a message at most; a digest lists so many and counts the others")
              .example("20")),
      rate_field<Config>(), delivery_fields<Config>());
}

struct TlsConfig {
  std::string ca;
  bool insecure = false;

  static constexpr auto kFields =
      wf::fields(wf::field("ca", &TlsConfig::ca)
                     .path()
                     .help("File of certificates (PEM) to trust; empty: the system's")
                     .example("\"ca.pem\""),
                 wf::field("insecure", &TlsConfig::insecure)
                     .help("Do not check the host's certificate; for experiments")
                     .example("true"));
};

/// How a channel of the network is reached; `Base` is GroupConfig or DeliveryConfig.
template <typename Base>
struct NetConfig : Base {
  TlsConfig tls;
  wf::Duration connect_timeout = std::chrono::seconds(5);
  wf::Duration request_timeout = std::chrono::seconds(30);

 protected:
  void put_net(ChannelSettings* settings) const {
    settings->options["ca"] = tls.ca;
    settings->options["insecure"] = tls.insecure ? "true" : "false";
    settings->options["connect_timeout_us"] = std::to_string(connect_timeout.count());
    settings->options["timeout_us"] = std::to_string(request_timeout.count());
  }
};

template <typename Config>
constexpr auto net_fields() {
  using wf::Duration;
  return wf::fields(
      wf::field<Config>("tls", static_cast<TlsConfig Config::*>(&Config::tls))
          .help("How the other side's certificate is checked")
          .example("{ ca = \"ca.pem\" }"),
      wf::field<Config>("connect_timeout",
                        static_cast<Duration Config::*>(&Config::connect_timeout))
          .range(1e3, 3.6e9)
          .help("Longest time for a connection to be made")
          .example("\"10s\""),
      wf::field<Config>("request_timeout",
                        static_cast<Duration Config::*>(&Config::request_timeout))
          .range(1e3, 3.6e9)
          .help("Longest time for a message to be sent; then it counts as not answered")
          .example("\"1m\""));
}

/// Puts a secret that is set; an empty one is none.
inline void put_secret(ChannelSettings* settings, const std::string& name,
                       const std::string& value) {
  if (!value.empty()) settings->secrets[name] = value;
}

}  // namespace weirflow::alert
