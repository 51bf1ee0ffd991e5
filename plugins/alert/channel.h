// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where alerts go: one class for each kind of receiver.
///
/// Threads: send() from one; stop() from any.

#include <memory>
#include <string>
#include <vector>

#include "courier.h"
#include "grouping.h"
#include "text_template.h"

namespace weirflow::alert {

/// What a channel needs to know. Plain text, so that what may be stored can be.
struct ChannelSettings {
  std::string kind;  ///< "webhook", "alertmanager", "slack", "pagerduty", "email", "file"
  Labels options;    ///< may be stored
  Labels secrets;    ///< must not

  [[nodiscard]] std::string option(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? "" : found->second;
  }
  [[nodiscard]] std::string secret(const std::string& name) const {
    const auto found = secrets.find(name);
    return found == secrets.end() ? "" : found->second;
  }
};

/// Lists in an option: one item a line.
std::string joined(const std::vector<std::string>& items);
std::vector<std::string> split(const std::string& lines);

struct Verdict {
  enum class Kind { delivered, retry, refused };
  Kind kind = Kind::delivered;
  std::string code, message;  ///< of what was not delivered
  Duration retry_after{};
};

class Channel {
 public:
  virtual ~Channel() = default;
  /// Sends a message. The same message may come again; its id then is the same.
  virtual Verdict send(const Notification& message, int64_t now_us) = 0;
  /// Some of the events may have been sent by an earlier process; called before the first send().
  virtual wf::Status expect_repeats(const std::vector<std::string>& /*ids*/) { return {}; }
  /// [any] Ends a running send() soon.
  virtual void stop() {}
};

/// invalid_config with the key of the option that is wrong.
wf::Result<std::unique_ptr<Channel>> make_channel(const ChannelSettings& settings);

wf::Result<std::unique_ptr<Channel>> make_webhook(const ChannelSettings& settings);
wf::Result<std::unique_ptr<Channel>> make_alertmanager(const ChannelSettings& settings);
wf::Result<std::unique_ptr<Channel>> make_slack(const ChannelSettings& settings);
wf::Result<std::unique_ptr<Channel>> make_pagerduty(const ChannelSettings& settings);
wf::Result<std::unique_ptr<Channel>> make_email(const ChannelSettings& settings);
wf::Result<std::unique_ptr<Channel>> make_file(const ChannelSettings& settings);

/// Courier of a channel: options ca, insecure, connect_timeout_us, timeout_us, user; secret
/// password.
wf::Result<std::unique_ptr<Courier>> make_courier(const ChannelSettings& settings);

/// invalid_config unless `url` begins with http:// or https:// and names a host, without a user.
wf::Status check_url(const std::string& url, const std::string& key);

/// 2xx is delivered; 408, 429, 5xx and silence are tried again; the rest is refused ("http_403").
Verdict judge_http(const Reply& reply);

/// Text of a message or of one of its alerts: {rule}, {severity}, {status}, {fingerprint},
/// {summary}, {description}, {value}, {link}, {starts_at}, {ends_at}, {count}, {labels.NAME},
/// {annotations.NAME}, {evidence.NAME}. What is not there is "".
class AlertTemplate {
 public:
  /// invalid_config: as TextTemplate::parse(); a name that there is not.
  static wf::Result<AlertTemplate> make(const std::string& text, const std::string& key);
  [[nodiscard]] std::string of(const Notification& message, const Alert& alert) const;

 private:
  TextTemplate text_;
};

/// "37 alerts suppressed, more than 10/1m: removed_comment 30, spam 7" (the rate when it is known).
std::string digest_text(const Notification& message, const std::string& rate);

}  // namespace weirflow::alert
