// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "committer.h"

#include <algorithm>
#include <random>

#include "weirflow/abi/host.h"

namespace weirflow::alert {
namespace {

/// A stored epoch that nobody waits for later gets so much time.
constexpr Duration kRollForward = std::chrono::seconds(60);
/// Stages remembered, so that a commit of the same bytes again does nothing.
constexpr size_t kStagesKept = 256;

std::string new_stage(uint64_t epoch) {
  constexpr char kHex[] = "0123456789abcdef";
  std::random_device device;
  std::string name = std::to_string(epoch) + "-";
  for (int i = 0; i < 2; ++i)
    for (uint32_t bits = device(), k = 0; k < 8; ++k, bits >>= 4) name += kHex[bits & 15];
  return name;
}

/// The stage of an alert's id.
std::string_view stage_of(const std::string& id) {
  return std::string_view(id).substr(0, id.rfind('.'));
}

}  // namespace

wf::Status AlertCommitter::start() {
  const std::lock_guard lock(mutex_);
  if (outbox_) return {};
  WF_ASSIGN(outbox_, Outbox::make(host_, way_->channel, way_->options));
  WF_TRY(outbox_->add(std::exchange(replayed_, {}), true));
  weigh();
  return {};
}

void AlertCommitter::stage(std::vector<Alert> alerts) {
  const std::lock_guard lock(mutex_);
  std::move(alerts.begin(), alerts.end(), std::back_inserter(staged_));
  weigh();
}

void AlertCommitter::weigh() {
  size_t n = staged_.size();
  for (const auto& [stage, alerts] : prepared_) n += alerts.size();
  n_staged_ = n;
  if (outbox_) outbox_->set_staged(n);
}

void AlertCommitter::hurry() {
  const std::lock_guard lock(mutex_);
  if (outbox_) outbox_->hurry();
}

wf::Status AlertCommitter::failure() const {
  const std::lock_guard lock(mutex_);
  return outbox_ ? outbox_->failure() : wf::Status();
}

std::string AlertCommitter::active() const {
  const std::lock_guard lock(mutex_);
  return outbox_ ? outbox_->active() : std::string();
}

wf::Status AlertCommitter::restore_active(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  return outbox_ ? outbox_->restore_active(lines) : wf::Status();
}

wf::Result<std::string> AlertCommitter::prepare(uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  Stored stored;
  stored.stage = new_stage(epoch);
  for (size_t i = 0; i < staged_.size(); ++i)
    staged_[i].id = stored.stage + "." + std::to_string(i);
  stored.before.assign(committed_.begin(), committed_.end());
  stored.channel = way_->channel;
  stored.options = way_->options;
  stored.alerts = outbox_ ? outbox_->pending() : replayed_;
  stored.alerts.insert(stored.alerts.end(), staged_.begin(), staged_.end());
  std::string blob = store(stored);
  prepared_[stored.stage] = std::exchange(staged_, {});
  weigh();
  return blob;
}

wf::Status AlertCommitter::commit(uint64_t epoch, std::string_view, std::string_view blob) {
  if (blob.empty()) return {};
  WF_ASSIGN(Stored stored, read_stored(blob));
  if (!way_) return send_at_once(std::move(stored));
  const std::lock_guard lock(mutex_);
  if (std::find(committed_.begin(), committed_.end(), stored.stage) != committed_.end()) return {};
  committed_.push_back(stored.stage);
  if (committed_.size() > kStagesKept) committed_.pop_front();
  if (static_cast<int64_t>(epoch) > last_)
    before_last_ = std::exchange(last_, static_cast<int64_t>(epoch));
  if (const auto found = prepared_.find(stored.stage); found != prepared_.end()) {
    std::vector<Alert> alerts = std::move(found->second);
    prepared_.erase(found);
    weigh();
    if (outbox_) return outbox_->add(std::move(alerts), false);
    std::move(alerts.begin(), alerts.end(), std::back_inserter(replayed_));
    return {};
  }
  return take_over(std::move(stored));
}

/// An earlier process prepared it. What its bytes say of earlier stages is newer than theirs.
wf::Status AlertCommitter::take_over(Stored stored) {
  const std::set<std::string_view> before(stored.before.begin(), stored.before.end());
  std::erase_if(replayed_, [&](const Alert& a) { return before.contains(stage_of(a.id)); });
  for (const std::string& stage : stored.before)
    if (std::find(committed_.begin(), committed_.end(), stage) == committed_.end())
      committed_.push_front(stage);
  if (outbox_) return outbox_->add(std::move(stored.alerts), true);
  std::move(stored.alerts.begin(), stored.alerts.end(), std::back_inserter(replayed_));
  return {};
}

wf::Status AlertCommitter::send_at_once(Stored stored) {
  if (stored.alerts.empty()) return {};
  if (stored.needs_secret)
    return wf::Status(wf::Code::permission_denied,
                      "alerts of a committed epoch are still to be sent, and what the channel asks "
                      "for is a secret, which is not stored; run the DAG again");
  WF_ASSIGN(const auto outbox, Outbox::make(host_, stored.channel, stored.options));
  outbox->hurry();
  WF_TRY(outbox->add(std::move(stored.alerts), true));
  const bool settled = outbox->flush(kRollForward, [this] { return cancelled_.load(); });
  WF_TRY(outbox->failure());
  if (!settled) return wf::unavailable("not all alerts of a committed epoch could be sent");
  return {};
}

wf::Status AlertCommitter::abort(uint64_t, std::string_view blob) {
  const std::lock_guard lock(mutex_);
  if (blob.empty()) {
    staged_.clear();
  } else {
    WF_ASSIGN(const Stored stored, read_stored(blob));
    prepared_.erase(stored.stage);
  }
  weigh();
  return {};
}

int64_t AlertCommitter::delivered() {
  const std::lock_guard lock(mutex_);
  // Alerts of earlier epochs that are open are in the bytes of the last one.
  const bool all = replayed_.empty() && (!outbox_ || outbox_->is_empty());
  return all ? last_ : before_last_;
}

}  // namespace weirflow::alert
