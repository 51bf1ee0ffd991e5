// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The sinks of this library, one for each channel.

#include "sink.h"

namespace weirflow::alert {

using GroupedNet = NetConfig<GroupConfig>;

struct WebhookConfig : GroupedNet {
  std::string url, secret, old_secret, bearer, external_url, receiver = "weirflow";

  [[nodiscard]] ChannelSettings settings() const {
    ChannelSettings settings{"webhook", {}, {}};
    put_net(&settings);
    settings.options["url"] = url;
    settings.options["external_url"] = external_url;
    settings.options["receiver"] = receiver;
    put_secret(&settings, "secret", secret);
    put_secret(&settings, "old_secret", old_secret);
    put_secret(&settings, "bearer", bearer);
    return settings;
  }
};

class WebhookSink final : public ChannelSink<WebhookConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("alert.webhook")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .summary("Sends alerts as JSON in Alertmanager's webhook format, signed if wanted");
  static constexpr auto kConfig = std::tuple_cat(
      wf::fields(wf::field("url", &WebhookConfig::url)
                     .required()
                     .help("Where messages are posted")
                     .example("\"https://hooks.example.org/weirflow\""),
                 wf::field("secret", &WebhookConfig::secret)
                     .secret()
                     .help("Key of the Standard Webhooks signature: whsec_ and base64")
                     .example("\"{{ secret.WEBHOOK_KEY }}\""),
                 wf::field("old_secret", &WebhookConfig::old_secret)
                     .secret()
                     .help("The key before, while receivers change to the new one: both sign")
                     .example("\"{{ secret.OLD_WEBHOOK_KEY }}\""),
                 wf::field("bearer", &WebhookConfig::bearer)
                     .secret()
                     .help("Token sent as a bearer")
                     .example("\"{{ secret.HOOK_TOKEN }}\""),
                 wf::field("receiver", &WebhookConfig::receiver)
                     .help("Name that the message gives as its receiver")
                     .example("\"moderators\""),
                 wf::field("external_url", &WebhookConfig::external_url)
                     .help("URL that the message gives as the sender's page")
                     .example("\"http://weirflow.example.org:8080\"")),
      group_fields<WebhookConfig>(), net_fields<WebhookConfig>());
};

struct AlertmanagerConfig : NetConfig<DeliveryConfig> {
  std::vector<std::string> urls;
  std::string user, password, bearer;
  wf::Duration resend = std::chrono::minutes(1);
  wf::Duration resend_for = std::chrono::hours(24);
  wf::Duration resolve_timeout = std::chrono::minutes(5);

  AlertmanagerConfig() { repeat = wf::Duration(0); }
  [[nodiscard]] ChannelSettings settings() const {
    ChannelSettings settings{"alertmanager", {}, {}};
    put_net(&settings);
    settings.options["urls"] = joined(urls);
    settings.options["user"] = user;
    settings.options["resolve_timeout_us"] = std::to_string(resolve_timeout.count());
    put_secret(&settings, "password", password);
    put_secret(&settings, "bearer", bearer);
    return settings;
  }
  [[nodiscard]] OutboxOptions outbox() const {
    GroupingOptions grouping;  // all together, at once: Alertmanager groups
    grouping.resend_us = resend.count();
    grouping.resend_for_us = resend_for.count();
    grouping.collapses = false;
    return DeliveryConfig::outbox(std::move(grouping), "");
  }
};

class AlertmanagerSink final : public ChannelSink<AlertmanagerConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("alert.alertmanager")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .replay(wf::Replay::overwrites)
          .summary("Posts alerts to Prometheus Alertmanager, and again while they fire");
  static constexpr auto kConfig = std::tuple_cat(
      wf::fields(wf::field("urls", &AlertmanagerConfig::urls)
                     .required()
                     .help("Every member of the cluster; all are told")
                     .example("[\"http://am1:9093\", \"http://am2:9093\"]"),
                 wf::field("user", &AlertmanagerConfig::user)
                     .help("Name for basic authentication; with password")
                     .example("\"weirflow\""),
                 wf::field("password", &AlertmanagerConfig::password)
                     .secret()
                     .help("Password of user")
                     .example("\"{{ secret.AM_PASSWORD }}\""),
                 wf::field("bearer", &AlertmanagerConfig::bearer)
                     .secret()
                     .help("Token sent as a bearer, instead of user and password")
                     .example("\"{{ secret.AM_TOKEN }}\""),
                 wf::field("resend", &AlertmanagerConfig::resend)
                     .range(1e6, 8.64e10)
                     .help("How often a firing alert is posted again; less than resolve_timeout")
                     .example("\"30s\""),
                 wf::field("resend_for", &AlertmanagerConfig::resend_for)
                     .at_least(0)
                     .help("How long it is posted again when no news of it come")
                     .example("\"2h\""),
                 wf::field("resolve_timeout", &AlertmanagerConfig::resolve_timeout)
                     .range(1e6, 8.64e10)
                     .help("After so long without a post Alertmanager takes it for resolved")
                     .example("\"10m\"")),
      delivery_fields<AlertmanagerConfig>(), net_fields<AlertmanagerConfig>());

 protected:
  wf::Status bind_ports(wf::BindContext& context) override {
    if (config().resend >= config().resolve_timeout)
      return wf::invalid_config("alerts would end before they are posted again")
          .at({"resend", 0, 0, "make it less than resolve_timeout"});
    if (!config().user.empty() && !config().bearer.empty())
      return wf::invalid_config("user and bearer exclude each other")
          .at({"bearer", 0, 0, "keep one of them"});
    return ChannelSink::bind_ports(context);
  }
};

struct SlackConfig : GroupedNet {
  std::string url;
  std::string title = "[{status}] {rule} ({count})";
  std::string text = "*{severity}* {summary}";

  [[nodiscard]] ChannelSettings settings() const {
    ChannelSettings settings{"slack", {}, {}};
    put_net(&settings);
    settings.options["title"] = title;
    settings.options["text"] = text;
    put_secret(&settings, "url", url);
    return settings;
  }
};

class SlackSink final : public ChannelSink<SlackConfig> {
 public:
  static constexpr auto kInfo = wf::component("alert.slack")
                                    .version("1.0.0")
                                    .blocking()
                                    .uses_network()
                                    .summary("Sends alerts to a Slack channel");
  static constexpr auto kConfig =
      std::tuple_cat(wf::fields(wf::field("url", &SlackConfig::url)
                                    .required()
                                    .secret()
                                    .help("The incoming webhook's URL, which is a secret")
                                    .example("\"{{ secret.SLACK_URL }}\""),
                                wf::field("title", &SlackConfig::title)
                                    .help("Header of a message, with parts of its first alert")
                                    .example("\"{rule} in {labels.subreddit}\""),
                                wf::field("text", &SlackConfig::text)
                                    .help("Text for each alert")
                                    .example("\"{summary} (score {value:.2})\"")),
                     group_fields<SlackConfig>(), net_fields<SlackConfig>());
};

struct PagerDutyConfig : NetConfig<DeliveryConfig> {
  std::string routing_key;
  std::string url = "https://events.pagerduty.com/v2/enqueue";
  std::string title = "{rule}: {summary}";
  std::string source = "weirflow";
  std::string rate = "60/1m";

  [[nodiscard]] ChannelSettings settings() const {
    ChannelSettings settings{"pagerduty", {}, {}};
    put_net(&settings);
    settings.options["url"] = url;
    settings.options["title"] = title;
    settings.options["source"] = source;
    put_secret(&settings, "routing_key", routing_key);
    return settings;
  }
  [[nodiscard]] OutboxOptions outbox() const {
    GroupingOptions grouping;
    grouping.group_by = {"..."};
    grouping.most_alerts = 1;
    grouping.collapses = false;  // an incident that is not resolved would stay open
    return DeliveryConfig::outbox(std::move(grouping), rate);
  }
};

class PagerDutySink final : public ChannelSink<PagerDutyConfig> {
 public:
  static constexpr auto kInfo = wf::component("alert.pagerduty")
                                    .version("1.0.0")
                                    .blocking()
                                    .uses_network()
                                    .replay(wf::Replay::overwrites)
                                    .summary("Triggers and resolves incidents of PagerDuty");
  static constexpr auto kConfig =
      std::tuple_cat(wf::fields(wf::field("routing_key", &PagerDutyConfig::routing_key)
                                    .required()
                                    .secret()
                                    .help("Integration key of an Events API v2 integration")
                                    .example("\"{{ secret.PAGERDUTY_KEY }}\""),
                                wf::field("url", &PagerDutyConfig::url)
                                    .help("The events API; another one for the EU region")
                                    .example("\"https://events.eu.pagerduty.com/v2/enqueue\""),
                                wf::field("title", &PagerDutyConfig::title)
                                    .help("Summary of the incident")
                                    .example("\"{rule} in {labels.subreddit}\""),
                                wf::field("source", &PagerDutyConfig::source)
                                    .help("What the incident gives as its source")
                                    .example("\"reddit-stream\"")),
                     rate_field<PagerDutyConfig>(), delivery_fields<PagerDutyConfig>(),
                     net_fields<PagerDutyConfig>());
};

struct EmailConfig : GroupedNet {
  std::string server, from, user, password;
  std::vector<std::string> to;
  bool tls_required = true;
  std::string title = "[{status}] {rule} ({count})";
  std::string text =
      "{status}: {rule} ({severity})\n{summary}\n{description}\nsince {starts_at}\n{link}";

  [[nodiscard]] ChannelSettings settings() const {
    ChannelSettings settings{"email", {}, {}};
    put_net(&settings);
    settings.options["server"] = server;
    settings.options["from"] = from;
    settings.options["to"] = joined(to);
    settings.options["user"] = user;
    settings.options["tls_required"] = tls_required ? "true" : "false";
    settings.options["title"] = title;
    settings.options["text"] = text;
    put_secret(&settings, "password", password);
    return settings;
  }
};

class EmailSink final : public ChannelSink<EmailConfig> {
 public:
  static constexpr auto kInfo = wf::component("alert.email")
                                    .version("1.0.0")
                                    .blocking()
                                    .uses_network()
                                    .summary("Sends alerts by mail (SMTP)");
  static constexpr auto kConfig =
      std::tuple_cat(wf::fields(wf::field("server", &EmailConfig::server)
                                    .required()
                                    .help("smtp:// (with STARTTLS) or smtps://, host and port")
                                    .example("\"smtp://mail.example.org:587\""),
                                wf::field("from", &EmailConfig::from)
                                    .required()
                                    .help("The sender's address")
                                    .example("\"alerts@example.org\""),
                                wf::field("to", &EmailConfig::to)
                                    .required()
                                    .help("The receivers' addresses")
                                    .example("[\"moderators@example.org\"]"),
                                wf::field("user", &EmailConfig::user)
                                    .help("Name at the mail server")
                                    .example("\"alerts\""),
                                wf::field("password", &EmailConfig::password)
                                    .secret()
                                    .help("Password of user")
                                    .example("\"{{ secret.MAIL_PASSWORD }}\""),
                                wf::field("tls_required", &EmailConfig::tls_required)
                                    .help("false: go on in plain text where the server has no TLS")
                                    .example("false"),
                                wf::field("title", &EmailConfig::title)
                                    .help("Subject, with parts of the first alert")
                                    .example("\"{rule} in {labels.subreddit}\""),
                                wf::field("text", &EmailConfig::text)
                                    .help("Text for each alert")
                                    .example("\"{summary}\n{evidence.body}\"")),
                     group_fields<EmailConfig>(), net_fields<EmailConfig>());
};

struct FileConfig : DeliveryConfig {
  std::string path;

  FileConfig() { repeat = wf::Duration(0); }
  [[nodiscard]] ChannelSettings settings() const { return {"file", {{"path", path}}, {}}; }
  [[nodiscard]] OutboxOptions outbox() const {
    GroupingOptions grouping;
    grouping.most_alerts = 1000;
    grouping.every_event = true;
    grouping.collapses = false;
    return DeliveryConfig::outbox(std::move(grouping), "");
  }
};

class FileSink final : public ChannelSink<FileConfig> {
 public:
  static constexpr auto kInfo = wf::component("alert.file")
                                    .version("1.0.0")
                                    .blocking()
                                    .writes_files()
                                    .summary("Appends alerts to a file, one JSON line each");
  static constexpr auto kConfig =
      std::tuple_cat(wf::fields(wf::field("path", &FileConfig::path)
                                    .required()
                                    .path()
                                    .help("File that lines are appended to")
                                    .example("\"alerts.jsonl\"")),
                     delivery_fields<FileConfig>());
};

}  // namespace weirflow::alert
