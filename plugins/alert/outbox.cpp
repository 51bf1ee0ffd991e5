// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "outbox.h"

#include <algorithm>
#include <random>

namespace weirflow::alert {
namespace {

/// The host's clock decides when something is due; it may stand still or jump in a test, so waits
/// are short.
constexpr Duration kGlance = std::chrono::milliseconds(50);

}  // namespace

wf::Result<std::unique_ptr<Outbox>> Outbox::make(const wf::Host& host,
                                                 const ChannelSettings& settings,
                                                 const OutboxOptions& options) {
  WF_ASSIGN(TokenBucket bucket, TokenBucket::parse(options.rate, "rate"));
  WF_ASSIGN(auto channel, make_channel(settings));
  return std::unique_ptr<Outbox>(new Outbox(host, std::move(channel), bucket, options));
}

Outbox::Outbox(const wf::Host& host, std::unique_ptr<Channel> channel, TokenBucket bucket,
               const OutboxOptions& options)
    : host_(host),
      options_(options),
      channel_(std::move(channel)),
      grouping_(options.grouping, bucket),
      backoff_(options.retry_min_us, options.retry_max_us, std::random_device()()) {
  thread_ = std::thread([this] { run(); });
}

Outbox::~Outbox() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  channel_->stop();
  changed_.notify_all();
  thread_.join();
  if (resting_) host_.let_sources_rest(false, "");
}

int64_t Outbox::now_us() const {
  if (const int64_t now = host_.now_us(); now != 0) return now;
  return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

wf::Status Outbox::add(std::vector<Alert> alerts, bool repeated) {
  const std::lock_guard lock(mutex_);
  if (repeated) {
    std::vector<std::string> ids;
    for (const Alert& alert : alerts) ids.push_back(alert.id);
    WF_TRY(channel_->expect_repeats(ids));
  }
  const int64_t now = now_us();
  for (Alert& alert : alerts) {
    if (!order_.emplace(alert.id, next_).second) continue;
    pending_.emplace(next_++, alert);
    grouping_.add(std::move(alert), now);
  }
  weigh();
  changed_.notify_all();
  return {};
}

void Outbox::hurry() {
  const std::lock_guard lock(mutex_);
  grouping_.hurry();
  changed_.notify_all();
}

bool Outbox::flush(Duration limit, const std::function<bool()>& is_cancelled) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  while (!pending_.empty()) {
    if (!failure_.ok() || std::chrono::steady_clock::now() >= end || is_cancelled()) return false;
    changed_.wait_for(lock, kGlance);
  }
  return true;
}

std::vector<Alert> Outbox::pending() const {
  const std::lock_guard lock(mutex_);
  std::vector<Alert> alerts;
  for (const auto& [order, alert] : pending_) alerts.push_back(alert);
  return alerts;
}

bool Outbox::is_empty() const {
  const std::lock_guard lock(mutex_);
  return pending_.empty();
}

int64_t Outbox::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

wf::Status Outbox::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void Outbox::set_staged(size_t alerts) {
  const std::lock_guard lock(mutex_);
  staged_ = alerts;
  weigh();
}

std::string Outbox::active() const {
  const std::lock_guard lock(mutex_);
  return grouping_.active();
}

wf::Status Outbox::restore_active(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  return grouping_.restore_active(lines, now_us());
}

void Outbox::weigh() {
  host_.gauge("pending_alerts", static_cast<double>(pending_.size()));
  if (!options_.may_rest) return;
  const auto held = static_cast<int64_t>(pending_.size() + staged_);
  if (!resting_ && held >= options_.pending_limit) {
    resting_ = true;
    host_.let_sources_rest(true, std::to_string(held) + " alerts wait to be sent");
  } else if (resting_ && held < options_.pending_limit / 2) {
    resting_ = false;
    host_.let_sources_rest(false, "");
  }
}

void Outbox::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const int64_t now = now_us();
    if (failure_.ok() && now >= hold_until_us_) {
      if (!message_) message_ = grouping_.next(now);
      if (const int64_t n = grouping_.take_suppressed(); n > 0)
        host_.count("suppressed", static_cast<double>(n));
      if (message_) {
        send(lock);
        continue;
      }
    }
    const bool is_idle = !failure_.ok() || (!message_ && !grouping_.due(now));
    if (is_idle)
      changed_.wait(lock);
    else
      changed_.wait_for(lock, kGlance);
  }
}

void Outbox::send(std::unique_lock<std::mutex>& lock) {
  const Notification message = *message_;
  lock.unlock();
  const int64_t begun = now_us();
  const Verdict verdict = channel_->send(message, begun);
  const int64_t now = now_us();
  host_.observe("send_seconds", static_cast<double>(now - begun) / 1e6);
  lock.lock();
  if (!ending_) settle(message, verdict, now);
}

void Outbox::settle(const Notification& message, const Verdict& verdict, int64_t now_us) {
  if (verdict.kind == Verdict::Kind::retry && !message.is_repeat) {
    if (tried_since_us_ == 0) tried_since_us_ = now_us;
    if (options_.retry_for_us == 0 || now_us - tried_since_us_ < options_.retry_for_us)
      return failed(verdict, now_us);
    refuse(message, "gave_up", verdict.message);
  } else if (verdict.kind == Verdict::Kind::delivered) {
    delivered(message, now_us);
  } else {
    refuse(message, verdict.code, verdict.message);
  }
  message_.reset();
  tried_since_us_ = 0;
  if (verdict.kind == Verdict::Kind::retry) {
    hold_until_us_ = now_us + backoff_.next_us();
  } else {
    hold_until_us_ = 0;
    backoff_.reset();
  }
  for (const std::string& id : message.ids)
    if (const auto found = order_.find(id); found != order_.end()) {
      pending_.erase(found->second);
      order_.erase(found);
    }
  weigh();
  changed_.notify_all();
}

void Outbox::delivered(const Notification& message, int64_t now_us) {
  host_.count("messages", 1);
  grouping_.settled(message, now_us);
  if (std::exchange(told_failure_, false))
    host_.log(wf::LogLevel::info, "alerts are accepted again");
  if (message.is_repeat) return;
  host_.count("sent", static_cast<double>(message.ids.size()));
  for (const Alert& alert : message.alerts)
    host_.observe("delivery_seconds", static_cast<double>(now_us - alert.taken_us) / 1e6);
}

void Outbox::failed(const Verdict& verdict, int64_t now_us) {
  host_.count("failed", 1);
  hold_until_us_ = now_us + std::max(backoff_.next_us(), verdict.retry_after.count());
  if (std::exchange(told_failure_, true)) return;
  host_.log(wf::LogLevel::warning, "alerts are not accepted (" + verdict.code + ": " +
                                       verdict.message +
                                       "); they are kept, and sent again until they are");
}

void Outbox::refuse(const Notification& message, const std::string& code, const std::string& why) {
  if (message.is_repeat) {
    host_.log(wf::LogLevel::warning, "firing alerts could not be told again: " + why);
    return;
  }
  host_.count("refused", static_cast<double>(message.ids.size()));
  refused_ += static_cast<int64_t>(message.ids.size());
  // All of them, also those that a digest does not list.
  AlertRows rows;
  for (const std::string& id : message.ids)
    if (const auto found = order_.find(id); found != order_.end())
      rows.append(pending_.at(found->second));
  wf::Status status = host_.refuse_batch(rows.finish(), code, why);
  if (!status.ok() && failure_.ok()) failure_ = std::move(status);
}

}  // namespace weirflow::alert
