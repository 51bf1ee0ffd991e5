// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "committer.h"

#include <algorithm>

#include "transaction.h"

namespace weirflow::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using wf::Result;
using wf::Status;

/// offset.metadata.max.bytes, as brokers have it.
constexpr size_t kMetadataLimit = 4096;
/// What a call may take beyond the time that it was given.
constexpr seconds kGrace{5};
constexpr milliseconds kSlice{100};
constexpr seconds kInitTimeout{60};

int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}
int to_ms(wf::Duration duration) { return static_cast<int>(duration.count() / 1000); }

/// Whoever called for the outcome needs to know: fenced, or not known.
Status outcome(Status status) {
  if (status.ok() || status.code() == wf::Code::conflict) return status;
  return wf::unavailable(status.message());
}

}  // namespace

/// Belongs to the thread as much as to the committer, so that either can be the last.
struct TransactionCommitter::Worker {
  std::mutex mutex;
  std::condition_variable changed;
  std::shared_ptr<Producer> producer;
  Job job;
  bool busy = false, ending = false;
  Status result;

  static void loop(const std::shared_ptr<Worker>& self) {
    std::unique_lock lock(self->mutex);
    for (;;) {
      self->changed.wait(lock, [&] { return self->job || self->ending; });
      if (!self->job) break;
      const Job job = std::exchange(self->job, nullptr);
      const std::shared_ptr<Producer> producer = self->producer;
      lock.unlock();
      Status result = job(*producer);
      lock.lock();
      self->result = std::move(result);
      self->busy = false;
      self->changed.notify_all();
    }
    self->producer.reset();
  }
};

TransactionCommitter::TransactionCommitter(const wf::Host& host, const SinkConfig& config,
                                           std::string shard)
    : host_(host), config_(config), shard_(std::move(shard)) {}

TransactionCommitter::~TransactionCommitter() { give_up(); }

std::shared_ptr<Producer> TransactionCommitter::producer() const {
  const std::lock_guard lock(mutex_);
  return producer_;
}

void TransactionCommitter::start_worker(std::shared_ptr<Producer> producer) {
  const std::lock_guard lock(mutex_);
  worker_ = std::make_shared<Worker>();
  worker_->producer = producer;
  thread_ = std::thread([worker = worker_] { Worker::loop(worker); });
  producer_ = std::move(producer);
}

void TransactionCommitter::give_up() {
  std::shared_ptr<Producer> producer;
  std::shared_ptr<Worker> worker;
  {
    const std::lock_guard lock(mutex_);
    producer.swap(producer_);
    worker.swap(worker_);
  }
  if (producer) producer->client().events().detach();
  if (!worker) return;
  bool busy = false;
  {
    const std::lock_guard lock(worker->mutex);
    worker->ending = true;
    busy = worker->busy;
  }
  worker->changed.notify_all();
  // A thread inside a call goes on by itself and ends the handle when the call returns.
  busy ? thread_.detach() : thread_.join();
}

Status TransactionCommitter::run(Job job, wf::Duration limit, const std::string& what) {
  if (!worker_) return wf::unavailable(what + ": the transaction was given up before");
  std::unique_lock lock(worker_->mutex);
  worker_->job = std::move(job);
  worker_->busy = true;
  worker_->changed.notify_all();
  const auto deadline = steady_clock::now() + limit;
  while (worker_->busy && !cancelled_ && steady_clock::now() < deadline)
    worker_->changed.wait_for(lock, kSlice);
  if (!worker_->busy) return worker_->result;
  lock.unlock();
  give_up();
  return cancelled_ ? wf::cancelled(what + " was cancelled")
                    : wf::unavailable(what + " did not return within " +
                                      std::to_string(to_ms(limit)) + " ms");
}

Status TransactionCommitter::make_epochs_topic(Client& admin) {
  const SteadyTime deadline = steady_clock::now() + config_.connect_timeout;
  auto found = admin.partitions(kEpochsTopic, deadline, &host_);
  if (found.ok() || found.error().code() != wf::Code::not_found) return found.status();
  CreateTopicConfig how;
  // It carries no records of its own; the offsets committed for it are what counts.
  WF_TRY(admin.create_topic(kEpochsTopic, how, deadline));
  // The brokers tell each other in their own time.
  do {
    found = admin.partitions(kEpochsTopic, deadline, &host_);
  } while (!found.ok() && found.error().code() == wf::Code::not_found &&
           milliseconds_until(deadline) > 0);
  return found.status();
}

Result<wf::Committer::Recorded> TransactionCommitter::recover() {
  give_up();
  WF_ASSIGN(const Properties plain, client_properties(config_));
  {
    WF_ASSIGN(const auto admin, Client::make(Client::Kind::consumer, plain, &host_));
    WF_TRY(make_epochs_topic(*admin));
    if (!config_.topic.empty())
      if (const auto known =
              admin->largest_batch(config_.topic, steady_clock::now() + config_.connect_timeout);
          known.ok())
        largest_batch_ = std::min(largest_batch_, *known);
  }
  WF_ASSIGN(const Properties properties, producer_properties(config_, shard_, largest_batch_));
  WF_ASSIGN(auto producer, Producer::make(properties, &host_));
  start_worker(std::move(producer));
  auto recorded = std::make_shared<Recorded>();
  const Job job = [recorded, config = static_cast<const ClientConfig&>(config_),
                   shard = shard_](Producer& to) -> Status {
    // First of all: what an earlier process left open ends, and only then the record is final.
    WF_TRY(init_transactions(to, to_ms(kInitTimeout)));
    WF_ASSIGN(*recorded, read_record(config, shard, kEpochsTopic, to_ms(config.connect_timeout)));
    return begin_transaction(to);
  };
  begun_ms_ = 0;
  if (Status s = run(job, kInitTimeout + config_.connect_timeout + kGrace, "recovery of " + shard_);
      !s.ok()) {
    give_up();
    return s;
  }
  return *recorded;
}

void TransactionCommitter::touched() {
  int64_t none = 0;
  begun_ms_.compare_exchange_strong(none, steady_ms());
}

bool TransactionCommitter::time_is_up() const {
  const int64_t begun = begun_ms_;
  return begun > 0 && steady_ms() - begun > config_.transaction_timeout.count() / 1000 * 9 / 10;
}

Result<std::string> TransactionCommitter::prepare(uint64_t epoch) {
  const auto producer = this->producer();
  if (!producer) return wf::internal_error("recover() comes before prepare()");
  const std::string what = "epoch " + std::to_string(epoch) + " of " + shard_;
  const SteadyTime deadline = steady_clock::now() + config_.flush_timeout;
  for (;;) {
    producer->flush(std::min<SteadyTime>(deadline, steady_clock::now() + kSlice));
    if (Status s = producer->fatal(); !s.ok()) return std::move(s).with_context(what);
    if (Status s = producer->failure(); !s.ok()) return std::move(s).with_context(what);
    if (producer->drained()) break;
    if (cancelled_ || host_.is_cancelled()) return wf::cancelled(what + " was cancelled");
    if (time_is_up())
      return wf::io_error(what +
                          ": the transaction's time (transaction_timeout) is almost over "
                          "and rows are not acknowledged")
          .retryable(true);
    if (milliseconds_until(deadline) == 0)
      return wf::timed_out(what + ": rows are not acknowledged by " + producer->client().brokers());
  }
  return "cluster " + producer->client().cluster_id(steady_clock::now() + seconds(1));
}

Status TransactionCommitter::commit(uint64_t epoch, std::string_view manifest_hash,
                                    std::string_view) {
  const std::string metadata = std::to_string(epoch) + " " + std::string(manifest_hash);
  if (metadata.size() > kMetadataLimit)
    return wf::internal_error("the manifest's hash does not fit into the record");
  const int timeout = to_ms(config_.commit_timeout);
  const Job job = [=, shard = shard_](Producer& to) -> Status {
    WF_TRY(commit_transaction(to, shard, kEpochsTopic, static_cast<int64_t>(epoch), metadata,
                              timeout));
    return begin_transaction(to);
  };
  Status status = run(job, 2 * config_.commit_timeout + kGrace, "commit of " + shard_);
  begun_ms_ = 0;
  if (!status.ok()) give_up();
  return outcome(std::move(status));
}

Status TransactionCommitter::abort(uint64_t, std::string_view blob) {
  // What was prepared went with the transaction that recover() ended.
  if (!blob.empty() || !worker_) return {};
  const int timeout = to_ms(config_.commit_timeout);
  const Job job = [timeout](Producer& to) -> Status {
    WF_TRY(abort_transaction(to, timeout));
    return begin_transaction(to);
  };
  Status status = run(job, config_.commit_timeout + kGrace, "abort of " + shard_);
  begun_ms_ = 0;
  if (!status.ok()) give_up();
  return outcome(std::move(status));
}

void TransactionCommitter::cancel() {
  cancelled_ = true;
  std::shared_ptr<Worker> worker;
  {
    const std::lock_guard lock(mutex_);
    worker = worker_;
  }
  if (worker) worker->changed.notify_all();
}

}  // namespace weirflow::kafka
