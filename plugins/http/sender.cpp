// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include <algorithm>

#include "weirflow/io/text.hpp"

namespace weirflow::http {

using wf::Status;

Status Sender::start() {
  for (int i = 0; i < options_.connections; ++i) {
    WF_ASSIGN(auto client, Client::make(options_.client, stop_));
    clients_.push_back(std::move(client));
  }
  for (auto& client : clients_) threads_.emplace_back([this, &c = *client] { work(c); });
  return {};
}

void Sender::ask_to_stop() {
  const std::lock_guard held(mutex_);
  stop_ = true;
  changed_.notify_all();
}

void Sender::stop() {
  ask_to_stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Sender::push(Outgoing request) {
  const std::lock_guard held(mutex_);
  pending_bytes_ += request.bytes();
  items_.push_back({std::move(request), false});
  changed_.notify_all();
}

bool Sender::wait_until_below(int64_t bytes, wf::Duration at_most) {
  std::unique_lock held(mutex_);
  changed_.wait_for(held, at_most,
                    [&] { return pending_bytes_ <= bytes || stop_ || !failed_.ok(); });
  return pending_bytes_ <= bytes;
}

int64_t Sender::pending_bytes() const {
  const std::lock_guard held(mutex_);
  return pending_bytes_;
}

bool Sender::is_troubled() const {
  const std::lock_guard held(mutex_);
  return !problem_.empty();
}

void Sender::with_pending(
    const std::function<void(const std::vector<const Outgoing*>&)>& use) const {
  const std::lock_guard one(listening_);
  const std::lock_guard held(mutex_);
  std::vector<const Outgoing*> pending;
  for (const Item& item : items_) pending.push_back(&item.request);
  use(pending);
}

Status Sender::status() const {
  const std::lock_guard held(mutex_);
  return failed_;
}

void Sender::work(Client& client) {
  std::unique_lock held(mutex_);
  for (;;) {
    const auto waiting = [&] {
      return std::find_if(items_.begin(), items_.end(), [](const Item& i) { return !i.taken; });
    };
    changed_.wait(held, [&] { return stop_ || (failed_.ok() && waiting() != items_.end()); });
    if (stop_) return;
    const auto item = waiting();
    item->taken = true;
    held.unlock();
    const bool settled = send_until_verdict(client, item);
    held.lock();
    if (!settled) item->taken = false;
  }
}

/// False: stopped, or failed for good; the request stays.
bool Sender::send_until_verdict(Client& client, std::list<Item>::iterator item) {
  const Outgoing& request = item->request;
  const int64_t began_us = listener_.monotonic_us();
  for (int tries = 1;; ++tries) {
    const auto answer = client.send(request.url, request.body, options_.content_type, request.key);
    if (stop_) {
      // An answer that came in the last moment counts.
      return answer.ok() && answer->status / 100 == 2 && settle(item, judge(answer, request.url));
    }
    Judgement judgement = judge(answer, request.url);
    const int64_t tried_us = listener_.monotonic_us() - began_us;
    if (judgement.verdict == Verdict::retry && options_.retry_for.count() > 0 &&
        tried_us >= options_.retry_for.count()) {
      judgement.verdict = Verdict::refused;
      judgement.code = "unavailable";
      judgement.why = std::move(judgement.why).with_context("given up");
    }
    if (judgement.verdict != Verdict::retry) return settle(item, judgement);
    report(judgement.why.message());
    std::unique_lock held(mutex_);
    const wf::Duration pause = back_off(tries, judgement.retry_after);
    changed_.wait_for(held, pause, [&] { return stop_ || !failed_.ok(); });
    if (stop_ || !failed_.ok()) return false;
  }
}

Sender::Judgement Sender::judge(const wf::Result<ClientAnswer>& answer,
                                const std::string& url) const {
  Judgement judgement;
  if (!answer.ok()) {
    judgement.why = answer.error();
    const bool again = answer.error().retryable();
    judgement.verdict = again ? Verdict::retry : Verdict::fatal;
    return judgement;
  }
  const int status = answer->status;
  std::string why = url + ": status " + std::to_string(status);
  if (!answer->location.empty()) why += " to " + answer->location + ", which is not followed";
  if (!answer->body.empty()) why += ": " + wf::io::printable(answer->body, 300);
  judgement.retry_after = answer->retry_after;
  judgement.code = "http_" + std::to_string(status);
  if (status / 100 == 2) {
    judgement.verdict = Verdict::delivered;
  } else if (status == 408 || status == 425 || status == 429 || status >= 500) {
    judgement.verdict = Verdict::retry;
    judgement.why = wf::unavailable(why);
  } else if (std::find(options_.stop_on.begin(), options_.stop_on.end(), status) !=
             options_.stop_on.end()) {
    judgement.verdict = Verdict::fatal;
    judgement.why = {wf::Code::permission_denied, why};
  } else {
    judgement.verdict = Verdict::refused;
    judgement.why = wf::invalid_data(why);
  }
  return judgement;
}

/// Full jitter: anything up to twice as much with each try. Precondition: mutex_ is held.
wf::Duration Sender::back_off(int tries, wf::Duration retry_after) {
  const int64_t most = options_.retry_max.count();
  const int64_t bound = tries > 30 ? most : std::min(most, options_.retry_min.count() << tries);
  const int64_t least = std::min(options_.retry_min.count(), bound);
  std::uniform_int_distribution<int64_t> between(least, std::max(least, bound));
  // The peer's word counts, but for one that says a day.
  const int64_t asked = std::min(retry_after.count(), std::max<int64_t>(most, 3'600'000'000));
  return wf::Duration(std::max(between(random_), asked));
}

/// Tells the verdict, and keeps it. False: there is none, the request stays pending.
bool Sender::settle(std::list<Item>::iterator item, const Judgement& judgement) {
  const std::lock_guard one(listening_);
  Status failed;
  if (judgement.verdict == Verdict::fatal)
    failed = judgement.why;
  else if (judgement.verdict == Verdict::delivered)
    listener_.delivered(item->request);
  else
    failed = listener_.refused(item->request, judgement.code, judgement.why.message());
  int64_t pending = 0;
  {
    const std::lock_guard held(mutex_);
    problem_ = failed.ok() ? "" : failed.message();
    if (!failed.ok()) failed_ = failed;
    if (judgement.verdict != Verdict::fatal) {
      pending_bytes_ -= item->request.bytes();
      items_.erase(item);
    }
    pending = pending_bytes_;
    changed_.notify_all();
  }
  listener_.progress(pending, "");
  return judgement.verdict != Verdict::fatal;
}

void Sender::report(const std::string& problem) {
  int64_t pending = 0;
  {
    const std::lock_guard held(mutex_);
    problem_ = problem;
    pending = pending_bytes_;
  }
  const std::lock_guard one(listening_);
  listener_.progress(pending, problem);
}

}  // namespace weirflow::http
