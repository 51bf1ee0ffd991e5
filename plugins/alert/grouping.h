// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which alerts go together in one message, and when: groups by label, waits, the token bucket with
/// its digest, and repeated sending to those who forget. Time is given, in microseconds since 1970.
///
/// Threads: one at a time.

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert.h"
#include "token_bucket.h"

namespace weirflow::alert {

/// One message to a channel.
struct Notification {
  std::string id;  ///< the same for the same alerts
  std::string group_key;
  Labels group_labels;
  std::vector<Alert> alerts;
  int64_t total = 0;             ///< alerts that it stands for; in a digest more than it lists
  bool is_digest = false;        ///< of alerts that were too many for the rate
  bool is_repeat = false;        ///< tells again what was told: settles nothing
  std::vector<std::string> ids;  ///< of all events that it settles

  [[nodiscard]] bool resolved() const {
    for (const Alert& alert : alerts)
      if (!alert.resolved) return false;
    return true;
  }
};

struct GroupingOptions {
  std::vector<std::string> group_by;  ///< labels; "..." puts each alert into a group of its own
  int64_t wait_us = 0;                ///< a new group waits so long for more alerts
  int64_t interval_us = 0;            ///< between two messages of a group
  int64_t resend_us = 0;              ///< firing alerts are told again so often; 0: not
  int64_t resend_for_us = 0;          ///< and so long without news of them
  size_t most_alerts = 100;           ///< of a message
  bool every_event = false;           ///< an event is not replaced by a later one of its alert
  bool collapses = true;              ///< over the rate: into a digest; false: they wait
};

class Grouping {
 public:
  Grouping(GroupingOptions options, TokenBucket bucket)
      : options_(std::move(options)), bucket_(bucket) {}

  void add(Alert alert, int64_t now_us);
  /// The next message that is due. Its alerts are out of here; settled() tells that they were sent.
  std::optional<Notification> next(int64_t now_us);
  /// When next() may have something; nothing: not without add().
  [[nodiscard]] std::optional<int64_t> due(int64_t now_us);
  /// The message has arrived.
  void settled(const Notification& message, int64_t now_us);
  /// From now on nothing waits for more alerts, and a digest for no token: the end is near.
  void hurry() { hurries_ = true; }
  /// Alerts that went into a digest since the last call.
  int64_t take_suppressed() { return std::exchange(suppressed_, 0); }

  /// Firing alerts that are told again, as JSON lines, and back. invalid_data.
  [[nodiscard]] std::string active() const;
  wf::Status restore_active(std::string_view lines, int64_t now_us);

 private:
  /// An alert's latest event, and all events that it stands for.
  struct Item {
    Alert alert;
    std::vector<std::string> ids;
  };
  struct Group {
    Labels labels;
    std::vector<Item> items;
    std::optional<int64_t> due_us, sent_us;
  };
  struct Active {
    Alert alert;
    int64_t next_us, until_us;
  };
  std::string key_of(const Alert& alert, Labels* labels) const;
  void suppress(Group& group, int64_t now_us);
  Notification take_digest();
  std::optional<Notification> take_repeats(int64_t now_us);
  static void fill(Notification* message, std::vector<Item>& items, size_t most);

  const GroupingOptions options_;
  TokenBucket bucket_;
  std::map<std::string, Group> groups_;
  std::vector<Item> digest_;
  std::map<std::string, Active> active_;  ///< by fingerprint
  int64_t suppressed_ = 0;
  bool hurries_ = false;
};

}  // namespace weirflow::alert
