// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Channels that are one POST of JSON: webhook, alertmanager, slack, pagerduty.

#include <cstdlib>

#include "bodies.h"
#include "channel.h"
#include "signature.h"

namespace weirflow::alert {
namespace {

constexpr const char* kJson = "Content-Type: application/json";

/// What they share: a courier and, for some, a bearer's token.
class HttpChannel : public Channel {
 public:
  HttpChannel(const ChannelSettings& settings, std::unique_ptr<Courier> courier)
      : settings_(settings), courier_(std::move(courier)) {
    if (const std::string token = settings.secret("bearer"); !token.empty())
      headers_.push_back("Authorization: Bearer " + token);
    headers_.emplace_back(kJson);
    headers_.emplace_back("User-Agent: Weirflow");
  }
  void stop() override { courier_->stop(); }

 protected:
  Verdict post(const std::string& url, std::string body, std::vector<std::string> more = {}) {
    std::vector<std::string> headers = headers_;
    headers.insert(headers.end(), more.begin(), more.end());
    return judge_http(courier_->post({url, std::move(body), std::move(headers)}));
  }
  [[nodiscard]] std::string rate() const { return settings_.option("rate"); }

  const ChannelSettings settings_;

 private:
  const std::unique_ptr<Courier> courier_;
  std::vector<std::string> headers_;
};

class Webhook final : public HttpChannel {
 public:
  Webhook(const ChannelSettings& settings, std::unique_ptr<Courier> courier,
          std::vector<std::string> keys)
      : HttpChannel(settings, std::move(courier)), keys_(std::move(keys)) {}

  Verdict send(const Notification& message, int64_t now_us) override {
    const std::string body = webhook_body(message, settings_.option("receiver"),
                                          settings_.option("external_url"), rate());
    const int64_t now_s = now_us / 1'000'000;
    std::vector<std::string> headers = {"webhook-id: " + message.id,
                                        "webhook-timestamp: " + std::to_string(now_s)};
    if (!keys_.empty())
      headers.push_back("webhook-signature: " + webhook_signature(keys_, message.id, now_s, body));
    return post(settings_.option("url"), body, std::move(headers));
  }

 private:
  const std::vector<std::string> keys_;
};

class Alertmanager final : public HttpChannel {
 public:
  Alertmanager(const ChannelSettings& settings, std::unique_ptr<Courier> courier)
      : HttpChannel(settings, std::move(courier)),
        urls_(split(settings.option("urls"))),
        resolve_timeout_us_(
            std::strtoll(settings.option("resolve_timeout_us").c_str(), nullptr, 10)) {}

  Verdict send(const Notification& message, int64_t now_us) override {
    const std::string body = alertmanager_body(message, now_us + resolve_timeout_us_);
    // The members of a cluster want it all; one that has it tells the others.
    Verdict worst;
    bool any = false;
    for (const std::string& url : urls_) {
      Verdict verdict = post(url + "/api/v2/alerts", body);
      if (verdict.kind == Verdict::Kind::delivered) {
        any = true;
      } else if (worst.kind != Verdict::Kind::retry) {
        verdict.message = url + ": " + verdict.message;
        worst = std::move(verdict);
      }
    }
    return any ? Verdict() : worst;
  }

 private:
  const std::vector<std::string> urls_;
  const int64_t resolve_timeout_us_;
};

class Slack final : public HttpChannel {
 public:
  Slack(const ChannelSettings& settings, std::unique_ptr<Courier> courier, AlertTemplate title,
        AlertTemplate text)
      : HttpChannel(settings, std::move(courier)),
        title_(std::move(title)),
        text_(std::move(text)) {}

  Verdict send(const Notification& message, int64_t) override {
    constexpr size_t kMostListed = 20;  // Slack takes 50 blocks
    const size_t listed = std::min(message.alerts.size(), kMostListed);
    std::vector<std::string> texts;
    for (size_t i = 0; i < listed; ++i) {
      const Alert& alert = message.alerts[i];
      std::string text = slack_escaped(text_.of(message, alert));
      if (!alert.link.empty()) text += " <" + slack_escaped(alert.link) + "|record>";
      if (!text.empty()) texts.push_back(std::move(text));
    }
    const std::string title = message.is_digest ? digest_text(message, rate())
                                                : title_.of(message, message.alerts.front());
    return post(settings_.secret("url"),
                slack_body(title, texts, message.total - static_cast<int64_t>(listed)));
  }

 private:
  const AlertTemplate title_, text_;
};

class PagerDuty final : public HttpChannel {
 public:
  PagerDuty(const ChannelSettings& settings, std::unique_ptr<Courier> courier, AlertTemplate title)
      : HttpChannel(settings, std::move(courier)), title_(std::move(title)) {}

  Verdict send(const Notification& message, int64_t) override {
    for (const Alert& alert : message.alerts) {
      // The service knows an event by its key: those before a failure do no harm again.
      Verdict verdict = post(settings_.option("url"),
                             pagerduty_body(alert, settings_.secret("routing_key"),
                                            title_.of(message, alert), settings_.option("source")));
      if (verdict.kind != Verdict::Kind::delivered) return verdict;
    }
    return {};
  }

 private:
  const AlertTemplate title_;
};

}  // namespace

wf::Result<std::unique_ptr<Channel>> make_webhook(const ChannelSettings& settings) {
  WF_TRY(check_url(settings.option("url"), "url"));
  std::vector<std::string> keys;
  for (const char* name : {"secret", "old_secret"}) {
    const std::string secret = settings.secret(name);
    if (secret.empty()) continue;
    auto key = webhook_key(secret);
    if (!key.ok()) return wf::Status(key.error()).at({name, 0, 0, key.error().place()->hint});
    keys.push_back(std::move(*key));
  }
  WF_ASSIGN(auto courier, make_courier(settings));
  return std::unique_ptr<Channel>(new Webhook(settings, std::move(courier), std::move(keys)));
}

wf::Result<std::unique_ptr<Channel>> make_alertmanager(const ChannelSettings& settings) {
  const auto urls = split(settings.option("urls"));
  if (urls.empty())
    return wf::invalid_config("no Alertmanager is named")
        .at({"urls", 0, 0, "write urls = [\"http://localhost:9093\"]"});
  for (size_t i = 0; i < urls.size(); ++i)
    WF_TRY(check_url(urls[i], "urls[" + std::to_string(i) + "]"));
  WF_ASSIGN(auto courier, make_courier(settings));
  return std::unique_ptr<Channel>(new Alertmanager(settings, std::move(courier)));
}

wf::Result<std::unique_ptr<Channel>> make_slack(const ChannelSettings& settings) {
  WF_TRY(check_url(settings.secret("url"), "url"));
  WF_ASSIGN(AlertTemplate title, AlertTemplate::make(settings.option("title"), "title"));
  WF_ASSIGN(AlertTemplate text, AlertTemplate::make(settings.option("text"), "text"));
  WF_ASSIGN(auto courier, make_courier(settings));
  return std::unique_ptr<Channel>(
      new Slack(settings, std::move(courier), std::move(title), std::move(text)));
}

wf::Result<std::unique_ptr<Channel>> make_pagerduty(const ChannelSettings& settings) {
  WF_TRY(check_url(settings.option("url"), "url"));
  if (settings.secret("routing_key").size() != 32)
    return wf::invalid_config("a routing key has 32 characters")
        .at({"routing_key", 0, 0, "it is the integration key of an Events API v2 integration"});
  WF_ASSIGN(AlertTemplate title, AlertTemplate::make(settings.option("title"), "title"));
  WF_ASSIGN(auto courier, make_courier(settings));
  return std::unique_ptr<Channel>(new PagerDuty(settings, std::move(courier), std::move(title)));
}

}  // namespace weirflow::alert
