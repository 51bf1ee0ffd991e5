// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "committer.h"

#include <algorithm>
#include <random>

#include "weirflow/abi/host.h"

namespace weirflow::elasticsearch {
namespace {

/// A stored epoch that nobody waits for later gets so much time.
constexpr Duration kRollForward = std::chrono::seconds(60);
/// Stages remembered, so that a commit of the same bytes again does nothing.
constexpr size_t kStagesKept = 256;

int64_t bytes_of(const std::vector<Document>& documents) {
  int64_t bytes = 0;
  for (const Document& document : documents) bytes += document.bytes();
  return bytes;
}

std::string new_stage(uint64_t epoch) {
  std::random_device device;
  return std::to_string(epoch) + "-" + std::to_string(device()) + std::to_string(device());
}

}  // namespace

wf::Status StagedCommitter::make_delivery(Route route) {
  if (connection_) {
    route.http = connection_->http;
    const SenderOptions& own = connection_->sender;
    route.sender.batch_age = own.batch_age;
    route.sender.max_requests = own.max_requests;
    route.sender.retry_min = own.retry_min;
    route.sender.retry_max = own.retry_max;
    route.sender.retry_for = own.retry_for;
    route.sender.first = own.first;
    route.sender.seed = own.seed;
  }
  WF_ASSIGN(delivery_, Delivery::make(host_, std::move(route),
                                      connection_ ? connection_->options : Delivery::Options{}));
  return {};
}

wf::Status StagedCommitter::serve(Route route) {
  // Only this and commit() replace the delivery, and they do not overlap.
  const bool same = delivery_ && route_text(delivery_->route()) == route_text(route);
  if (delivery_ && !same) {
    const bool settled = delivery_->sender().flush(
        Duration::max(), [this] { return cancelled_ || host_.is_cancelled(); });
    WF_TRY(delivery_->sender().failure());
    if (!settled) return wf::cancelled("documents of an earlier run are not through yet");
  }
  const std::lock_guard lock(mutex_);
  route_ = route;
  if (same) return {};
  delivery_.reset();
  return make_delivery(std::move(route));
}

void StagedCommitter::stage(std::vector<Document> documents) {
  const std::lock_guard lock(mutex_);
  staged_bytes_ += bytes_of(documents);
  std::move(documents.begin(), documents.end(), std::back_inserter(staged_));
  weigh();
}

void StagedCommitter::weigh() {
  if (delivery_) delivery_->set_staged(staged_bytes_);
}

wf::Status StagedCommitter::failure() const {
  const std::lock_guard lock(mutex_);
  return delivery_ ? delivery_->sender().failure() : wf::Status();
}

wf::Result<std::string> StagedCommitter::prepare(uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (!route_) return std::string();  // the sink sends early
  const std::string stage = new_stage(epoch);
  std::string blob = store(*route_, staged_, stage);
  prepared_[stage] = std::move(staged_);
  staged_.clear();
  return blob;
}

wf::Status StagedCommitter::commit(uint64_t epoch, std::string_view, std::string_view blob) {
  if (blob.empty()) return {};
  WF_ASSIGN(Stored stored, read_stored(blob));
  WF_TRY(send(epoch, std::move(stored)));
  return connection_ ? wf::Status() : wait_for_all();
}

wf::Status StagedCommitter::send(uint64_t epoch, Stored stored) {
  const std::lock_guard lock(mutex_);
  if (std::find(committed_stages_.begin(), committed_stages_.end(), stored.stage) !=
      committed_stages_.end())
    return {};
  if (!delivery_) {
    if (stored.needs_secret && !connection_)
      return wf::Status(wf::Code::permission_denied,
                        "the nodes ask for a user or key, which is not stored; run the DAG again");
    WF_TRY(make_delivery(stored.route));
  }
  if (const auto found = prepared_.find(stored.stage); found != prepared_.end()) {
    stored.documents = std::move(found->second);
    prepared_.erase(found);
    staged_bytes_ -= bytes_of(stored.documents);
  } else {
    // An earlier process may have sent some of them.
    for (Document& document : stored.documents) document.may_be_there = true;
  }
  committed_stages_.push_back(stored.stage);
  if (committed_stages_.size() > kStagesKept) committed_stages_.pop_front();
  last_group_ = std::max(last_group_, epoch + 1);  // 0 is "no epoch" to the sender
  for (Document& document : stored.documents) document.epoch = last_group_;
  delivery_->add(std::move(stored.documents), true);
  epochs_[epoch] = last_group_;
  weigh();
  return {};
}

wf::Status StagedCommitter::wait_for_all() {
  if (!delivery_) return {};
  Sender& sender = delivery_->sender();
  const bool settled = sender.flush(kRollForward, [this] { return cancelled_.load(); });
  WF_TRY(sender.failure());
  if (!settled)
    return wf::unavailable(delivery_->route().http.hosts.front() +
                           ": not all documents of a committed epoch could be delivered");
  const bool has_errors =
      host_.raw() && host_.raw()->get_extension(host_.raw(), wf::str(WF_EXT_DEADLETTER));
  if (delivery_->refused_count() > 0 && !has_errors)
    return wf::invalid_data(std::to_string(delivery_->refused_count()) +
                            " documents of a committed epoch were refused, and there is nowhere "
                            "to put them; run the DAG again");
  return {};
}

wf::Status StagedCommitter::abort(uint64_t, std::string_view blob) {
  const std::lock_guard lock(mutex_);
  if (blob.empty()) {
    staged_bytes_ -= bytes_of(staged_);
    staged_.clear();
  } else {
    WF_ASSIGN(const Stored stored, read_stored(blob));
    if (const auto found = prepared_.find(stored.stage); found != prepared_.end()) {
      staged_bytes_ -= bytes_of(found->second);
      prepared_.erase(found);
    }
  }
  weigh();
  return {};
}

int64_t StagedCommitter::delivered() {
  const std::lock_guard lock(mutex_);
  const uint64_t open = delivery_ ? delivery_->sender().first_epoch() : 0;
  while (!epochs_.empty() && (open == 0 || epochs_.begin()->second < open)) {
    delivered_ = static_cast<int64_t>(epochs_.begin()->first);
    epochs_.erase(epochs_.begin());
  }
  return delivered_;
}

}  // namespace weirflow::elasticsearch
