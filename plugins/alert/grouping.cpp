// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "grouping.h"

#include <algorithm>

#include "signature.h"

namespace weirflow::alert {
namespace {

constexpr std::string_view kByItself = "...";

bool groups_by_itself(const std::vector<std::string>& labels) {
  return labels.size() == 1 && labels[0] == kByItself;
}

}  // namespace

std::string Grouping::key_of(const Alert& alert, Labels* labels) const {
  if (groups_by_itself(options_.group_by)) {
    *labels = alert.labels;
  } else {
    for (const std::string& name : options_.group_by)
      if (const auto found = alert.labels.find(name); found != alert.labels.end())
        labels->insert(*found);
  }
  // As Alertmanager writes it: {}:{a="b", c="d"}.
  std::string key = "{}:{";
  for (const auto& [name, value] : *labels) {
    if (key.size() > 4) key += ", ";
    key += name + "=\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') key += '\\';
      key += c;
    }
    key += '"';
  }
  return key + "}";
}

void Grouping::add(Alert alert, int64_t now_us) {
  Labels labels;
  const std::string key = key_of(alert, &labels);
  Group& group = groups_[key];
  group.labels = std::move(labels);
  if (!group.due_us) {
    group.due_us = now_us + options_.wait_us;
    if (group.sent_us) group.due_us = std::max(now_us, *group.sent_us + options_.interval_us);
  }
  std::vector<std::string> ids = {alert.id};
  if (!options_.every_event)
    for (Item& item : group.items)
      if (item.alert.fingerprint == alert.fingerprint) {
        item.ids.push_back(alert.id);
        item.alert = std::move(alert);
        return;
      }
  group.items.push_back({std::move(alert), std::move(ids)});
}

void Grouping::fill(Notification* message, std::vector<Item>& items, size_t most) {
  const size_t n = std::min(items.size(), most);
  for (size_t i = 0; i < n; ++i) {
    message->alerts.push_back(std::move(items[i].alert));
    message->ids.insert(message->ids.end(), items[i].ids.begin(), items[i].ids.end());
  }
  message->total = static_cast<int64_t>(n);
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(n));
  message->id = message_id(message->ids);
}

void Grouping::suppress(Group& group, int64_t now_us) {
  suppressed_ += static_cast<int64_t>(group.items.size());
  std::move(group.items.begin(), group.items.end(), std::back_inserter(digest_));
  group.items.clear();
  group.due_us.reset();
  group.sent_us = now_us;
}

Notification Grouping::take_digest() {
  Notification message;
  message.is_digest = true;
  message.group_key = "{}:{digest}";
  const auto total = static_cast<int64_t>(digest_.size());
  fill(&message, digest_, options_.most_alerts);
  for (const Item& item : digest_)
    message.ids.insert(message.ids.end(), item.ids.begin(), item.ids.end());
  digest_.clear();
  message.total = total;
  message.id = message_id(message.ids);
  return message;
}

std::optional<Notification> Grouping::take_repeats(int64_t now_us) {
  Notification message;
  message.is_repeat = true;
  for (auto it = active_.begin(); it != active_.end();) {
    Active& active = it->second;
    if (now_us >= active.until_us) {
      it = active_.erase(it);
      continue;
    }
    if (now_us >= active.next_us && message.alerts.size() < options_.most_alerts) {
      active.next_us = now_us + options_.resend_us;
      message.alerts.push_back(active.alert);
    }
    ++it;
  }
  if (message.alerts.empty()) return std::nullopt;
  message.total = static_cast<int64_t>(message.alerts.size());
  message.group_key = "{}:{repeat}";
  message.id = message_id({message.group_key, std::to_string(now_us)});
  return message;
}

std::optional<Notification> Grouping::next(int64_t now_us) {
  if (!hurries_)
    if (auto repeats = take_repeats(now_us)) return repeats;
  const bool may_go = bucket_.next_us(now_us) <= now_us;
  if (!digest_.empty() && may_go) {
    bucket_.take(now_us);
    return take_digest();
  }
  while (true) {
    std::map<std::string, Group>::iterator first = groups_.end();
    for (auto it = groups_.begin(); it != groups_.end();) {
      Group& group = it->second;
      if (!group.due_us && (!group.sent_us || now_us - *group.sent_us >= options_.interval_us)) {
        it = groups_.erase(it);
        continue;
      }
      const bool is_due = group.due_us && (hurries_ || *group.due_us <= now_us);
      if (is_due && (first == groups_.end() || *group.due_us < *first->second.due_us)) first = it;
      ++it;
    }
    if (first == groups_.end()) break;
    Group& group = first->second;
    if (bucket_.take(now_us)) {
      Notification message;
      message.group_key = first->first;
      message.group_labels = group.labels;
      fill(&message, group.items, options_.most_alerts);
      group.sent_us = now_us;
      if (group.items.empty()) group.due_us.reset();
      return message;
    }
    if (!options_.collapses) return std::nullopt;
    suppress(group, now_us);
  }
  if (!digest_.empty() && hurries_) return take_digest();
  return std::nullopt;
}

std::optional<int64_t> Grouping::due(int64_t now_us) {
  std::optional<int64_t> due;
  const auto earlier = [&](int64_t at) { due = due ? std::min(*due, at) : at; };
  if (!digest_.empty()) earlier(hurries_ ? now_us : bucket_.next_us(now_us));
  for (const auto& [key, group] : groups_) {
    if (!group.due_us) continue;
    const int64_t at = hurries_ ? now_us : *group.due_us;
    earlier(options_.collapses ? at : std::max(at, bucket_.next_us(now_us)));
  }
  if (!hurries_)
    for (const auto& [fingerprint, active] : active_)
      earlier(std::min(active.next_us, active.until_us));
  return due;
}

void Grouping::settled(const Notification& message, int64_t now_us) {
  if (options_.resend_us == 0 || message.is_repeat) return;
  for (const Alert& alert : message.alerts) {
    if (alert.resolved)
      active_.erase(alert.fingerprint);
    else
      active_[alert.fingerprint] = {alert, now_us + options_.resend_us,
                                    now_us + options_.resend_for_us};
  }
}

std::string Grouping::active() const {
  std::string lines;
  for (const auto& [fingerprint, active] : active_)
    lines += std::to_string(active.until_us) + " " + to_json(active.alert) + "\n";
  return lines;
}

wf::Status Grouping::restore_active(std::string_view lines, int64_t now_us) {
  for (size_t at = 0, end; at < lines.size(); at = end + 1) {
    end = std::min(lines.find('\n', at), lines.size());
    const std::string_view line = lines.substr(at, end - at);
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return wf::invalid_data("a firing alert is damaged");
    WF_ASSIGN(Alert alert, alert_from_json(line.substr(blank + 1)));
    const int64_t until = std::strtoll(std::string(line.substr(0, blank)).c_str(), nullptr, 10);
    if (options_.resend_us == 0) continue;
    // News that came meanwhile count more.
    std::string fingerprint = alert.fingerprint;
    active_.try_emplace(std::move(fingerprint), Active{std::move(alert), now_us, until});
  }
  return {};
}

}  // namespace weirflow::alert
