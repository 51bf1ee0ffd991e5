// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include <algorithm>

namespace weirflow::elasticsearch {
namespace {

constexpr uint64_t kFirstRequest = 0;
constexpr Duration kLongWait = std::chrono::seconds(30);
constexpr Duration kGlance = std::chrono::milliseconds(50);

std::string at_host(const HttpReply& reply) { return reply.host + ": "; }

/// The node could not for now, and said so for the whole request.
bool is_busy(int status) { return status == 429; }
bool is_unanswered(int status) { return status == 0 || status == 408 || status >= 500; }
bool is_too_much(int status) { return status == 413 || status == 400; }

}  // namespace

Sender::Sender(SenderOptions options, std::unique_ptr<HttpPool> http, SenderEvents& events)
    : options_(std::move(options)),
      http_(std::move(http)),
      events_(events),
      limit_(options_.max_requests),
      limits_(options_.limits),
      backoff_(options_.retry_min, options_.retry_max, options_.seed),
      first_done_(!options_.first) {
  thread_ = std::thread([this] { run(); });
}

Sender::~Sender() {
  ending_ = true;
  http_->wake();
  thread_.join();
}

void Sender::add(std::vector<Document> documents, bool hurry) {
  if (documents.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    for (Document& document : documents) {
      document.added = now;
      pending_.add(std::move(document));
    }
    hurry_ = hurry_ || hurry;
  }
  http_->wake();
}

template <typename Done>
bool Sender::wait_until(Done&& done, Duration limit, const std::function<bool()>& is_cancelled) {
  const auto end = Clock::now() + std::min<Duration>(limit, std::chrono::hours(24 * 365));
  std::unique_lock lock(mutex_);
  while (!done()) {
    if (!failure_.ok() || Clock::now() >= end || (is_cancelled && is_cancelled())) return false;
    changed_.wait_until(lock, std::min(end, Clock::now() + kGlance));
  }
  return true;
}

bool Sender::flush(Duration limit, const std::function<bool()>& is_cancelled) {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  http_->wake();
  const bool settled =
      wait_until([&] { return pending_.empty() && !telling_epoch_; }, limit, is_cancelled);
  const std::lock_guard lock(mutex_);
  hurry_ = false;
  return settled;
}

bool Sender::wait_below(int64_t bytes, Duration limit, const std::function<bool()>& is_cancelled) {
  return wait_until([&] { return pending_.bytes() < bytes; }, limit, is_cancelled);
}

int64_t Sender::bytes() const {
  const std::lock_guard lock(mutex_);
  return pending_.bytes();
}

uint64_t Sender::first_epoch() const {
  const std::lock_guard lock(mutex_);
  if (!telling_epoch_) return pending_.first_epoch();
  return pending_.empty() ? *telling_epoch_ : std::min(*telling_epoch_, pending_.first_epoch());
}

wf::Status Sender::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::vector<Document> Sender::unsettled(const std::function<void()>& cut) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !telling_epoch_; });
  if (cut) cut();
  std::vector<const Pending::Bulk*> taken;
  for (const auto& [id, request] : requests_) taken.push_back(&request.bulk);
  return pending_.all(taken);
}

void Sender::run() {
  while (!ending_) {
    Duration wait = kLongWait;
    SenderEvents::Gauges now;
    {
      const std::lock_guard lock(mutex_);
      if (failure_.ok()) wait = start_what_may(Clock::now());
      now = {pending_.documents(), pending_.bytes(), requests_.size(), limit_.limit(), stopped_};
    }
    events_.gauges(now);
    for (auto& [id, reply] : http_->poll(wait)) handle(id, std::move(reply));
  }
  http_->abandon();
}

Duration Sender::start_what_may(Clock::time_point now) {
  pending_.release(now);
  const Duration down = http_->unavailable_for();
  const Duration held = std::max(
      down, hold_until_ > now ? std::chrono::ceil<Duration>(hold_until_ - now) : Duration(0));
  if (held > Duration(0)) return std::min(held, kLongWait);
  if (!first_done_) {
    if (http_->running() == 0) http_->start(kFirstRequest, *options_.first);
    return kLongWait;
  }
  const size_t most = stopped_ ? 1 : static_cast<size_t>(limit_.limit());
  while (requests_.size() < most && pending_.is_due(now, limits_, options_.batch_age, hurry_)) {
    Pending::Bulk bulk = pending_.take(limits_);
    if (bulk.empty()) break;
    start_bulk(std::move(bulk));
  }
  if (requests_.size() >= most) return kLongWait;
  const auto due = pending_.next_due(options_.batch_age);
  if (due == Clock::time_point::max()) return kLongWait;
  return std::clamp(std::chrono::ceil<Duration>(due - now), Duration(1000), kLongWait);
}

void Sender::start_bulk(Pending::Bulk bulk) {
  int64_t size = 0;
  for (const Pending::Entry& entry : bulk) size += entry.document.body_bytes();
  HttpRequest request{"POST", options_.path, {}, "application/x-ndjson"};
  request.body.reserve(static_cast<size_t>(size));
  for (const Pending::Entry& entry : bulk) {
    request.body.append(entry.document.action).push_back('\n');
    if (entry.document.source.empty()) continue;
    request.body.append(entry.document.source).push_back('\n');
  }
  const uint64_t id = next_request_++;
  requests_.emplace(id, Request{std::move(bulk), static_cast<int64_t>(request.body.size())});
  http_->start(id, std::move(request));
}

void Sender::handle(uint64_t id, HttpReply reply) {
  Outcome outcome;
  int64_t size = 0;
  {
    const std::lock_guard lock(mutex_);
    if (id == kFirstRequest) {
      handle_first(reply, &outcome);
    } else {
      Request request = std::move(requests_.extract(id).mapped());
      size = request.body_bytes;
      telling_epoch_ = request.bulk.front().document.epoch;
      handle_bulk(request, reply, &outcome);
    }
  }
  const double seconds = std::chrono::duration<double>(reply.took).count();
  events_.requested(size, seconds, outcome.repeated);
  tell(outcome);
  {
    const std::lock_guard lock(mutex_);
    telling_epoch_.reset();
  }
  changed_.notify_all();
}

void Sender::tell(const Outcome& outcome) {
  if (!outcome.stopped.empty()) events_.told(true, outcome.stopped);
  if (outcome.resumed) events_.told(false, "documents are accepted again");
  if (outcome.acknowledged > 0) events_.acknowledged(outcome.acknowledged);
  for (const Outcome::Refusal& refusal : outcome.refusals) {
    wf::Status status = events_.refused(refusal.document, refusal.code, refusal.message);
    if (status.ok()) continue;
    const std::lock_guard lock(mutex_);
    if (failure_.ok()) failure_ = std::move(status);
  }
}

void Sender::handle_first(const HttpReply& reply, Outcome* outcome) {
  if (reply.status >= 200 && reply.status < 300) {
    first_done_ = true;
    holds_ = 0;
    return;
  }
  if (reply.status == 400)
    failure_ = wf::invalid_config(at_host(reply) + "the index template was not accepted: " +
                                  error_reason(reply.body))
                   .at({"template", 0, 0, ""});
  else if (is_unanswered(reply.status) || is_busy(reply.status))
    hold(reply.retry_after);
  else
    stop_sending(reply, "the index template was not accepted", outcome);
}

void Sender::handle_bulk(Request& request, const HttpReply& reply, Outcome* outcome) {
  if (reply.status >= 200 && reply.status < 300) {
    auto items = parse_bulk_reply(reply.body, request.bulk.size());
    // Cut on its way, or by something that is no node: the documents may be there.
    if (!items.ok()) {
      hold(Duration(0));
      return repeat_all(request, true, outcome);
    }
    return handle_items(request, *items, reply, outcome);
  }
  if (is_busy(reply.status)) {
    limit_.overloaded();
    hold(reply.retry_after);
    return repeat_all(request, false, outcome);
  }
  if (is_unanswered(reply.status)) {
    // A node without an answer is left out by the pool; one that failed is given time.
    if (reply.status != 0) hold(reply.retry_after);
    return repeat_all(request, reply.arrived, outcome);
  }
  if (is_too_much(reply.status)) return handle_too_much(request, reply, outcome);
  stop_sending(reply, "status " + std::to_string(reply.status) + ", " + error_reason(reply.body),
               outcome);
  repeat_all(request, false, outcome);
}

void Sender::handle_items(Request& request, const std::vector<ItemReply>& items,
                          const HttpReply& reply, Outcome* outcome) {
  const auto now = Clock::now();
  bool overloaded = false;
  const ItemReply* forbidden = nullptr;
  for (size_t i = 0; i < items.size(); ++i) {
    const ItemReply& item = items[i];
    Pending::Entry& entry = request.bulk[i];
    Document& document = entry.document;
    Judgement judgement = judge(item, options_.expected, document.may_be_there);
    std::string message = item.type + ": " + item.reason;
    if (judgement.verdict == Verdict::retry) {
      overloaded = overloaded || item.status == 429;
      if (document.refused_since == Clock::time_point{}) document.refused_since = now;
      document.may_be_there = document.may_be_there || item.status >= 500;
      if (options_.retry_for > Duration(0) && now - document.refused_since > options_.retry_for)
        judgement = {Verdict::refused, "gave_up"};
    }
    switch (judgement.verdict) {
      case Verdict::done:
        ++outcome->acknowledged;
        pending_.settle(entry);
        break;
      case Verdict::refused:
        pending_.settle(entry);
        message += " (status " + std::to_string(item.status) + ")";
        outcome->refusals.push_back({std::move(document), judgement.code, std::move(message)});
        break;
      case Verdict::stop:
        forbidden = &item;
        repeat(std::move(entry), now, outcome);
        break;
      case Verdict::retry: {
        const Duration wait = std::max(backoff_.before(document.tries + 1), reply.retry_after);
        repeat(std::move(entry), now + wait, outcome);
        break;
      }
    }
  }
  if (forbidden)
    return stop_sending(reply,
                        "status " + std::to_string(forbidden->status) + ", " + forbidden->type +
                            ": " + forbidden->reason,
                        outcome);
  outcome->resumed = stopped_;
  stopped_ = false;
  // Another request of the same moment may have been told to wait.
  if (Clock::now() >= hold_until_) holds_ = 0;
  if (overloaded)
    limit_.overloaded();
  else
    limit_.good();
}

void Sender::handle_too_much(Request& request, const HttpReply& reply, Outcome* outcome) {
  const bool is_large = reply.status == 413;
  if (request.bulk.size() == 1) {
    Pending::Entry& entry = request.bulk[0];
    pending_.settle(entry);
    std::string message = is_large ? "a request of " + std::to_string(request.body_bytes) +
                                         " bytes is more than the node takes"
                                   : error_reason(reply.body);
    outcome->refusals.push_back(
        {std::move(entry.document), is_large ? "too_large" : "bad_document", std::move(message)});
    return;
  }
  if (is_large) limits_.bytes = std::min(limits_.bytes, request.body_bytes / 2);
  const auto half = static_cast<uint32_t>((request.bulk.size() + 1) / 2);
  for (Pending::Entry& entry : request.bulk) {
    entry.document.group = half;
    repeat(std::move(entry), Clock::now(), outcome);
  }
}

void Sender::repeat_all(Request& request, bool may_be_there, Outcome* outcome) {
  for (Pending::Entry& entry : request.bulk) {
    entry.document.may_be_there = entry.document.may_be_there || may_be_there;
    repeat(std::move(entry), Clock::now(), outcome);
  }
}

void Sender::repeat(Pending::Entry entry, Clock::time_point at, Outcome* outcome) {
  ++entry.document.tries;
  ++outcome->repeated;
  pending_.put_back(std::move(entry), at);
}

void Sender::stop_sending(const HttpReply& reply, const std::string& why, Outcome* outcome) {
  hold(reply.retry_after);
  if (stopped_) return;
  stopped_ = true;
  outcome->stopped = at_host(reply) + "documents are not accepted (" + why +
                     "); they are kept, and sent again once they are";
}

void Sender::hold(Duration at_least) {
  hold_until_ = Clock::now() + std::max(at_least, backoff_.before(++holds_));
}

}  // namespace weirflow::elasticsearch
