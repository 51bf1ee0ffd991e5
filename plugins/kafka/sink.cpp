// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include <algorithm>

namespace weirflow::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using wf::Result;
using wf::Status;

/// How long a call waits before it returns to the host with MORE.
constexpr milliseconds kPatience{200};
/// A topic that was not there is asked for again after so long.
constexpr seconds kAskAgain{10};
/// Room for what frames the messages of a batch.
constexpr int64_t kBatchSlack = 512;

}  // namespace

Result<std::unique_ptr<wf::Committer>> Sink::make_committer(const wf::Host& host, const Sink* of,
                                                            std::string_view,
                                                            std::string_view shard) {
  if (!of) return wf::internal_error("a transaction has nothing to roll forward");
  if (!of->exactly_once()) return std::unique_ptr<wf::Committer>(new NoCommitter());
  return std::unique_ptr<wf::Committer>(
      new TransactionCommitter(host, of->config(), std::string(shard)));
}

std::string Sink::commit_key() const {
  // bind() refuses brokers that are none.
  auto key = cluster_key(config());
  return key.ok() ? std::move(*key) : "kafka";
}

Status Sink::attach(wf::Committer& committer) {
  if (!exactly_once()) return {};
  committer_ = dynamic_cast<TransactionCommitter*>(&committer);
  return committer_ ? Status() : wf::internal_error("the committer is not one of kafka.sink");
}

wf::CommitMode Sink::commit_mode() const {
  return exactly_once() ? wf::CommitMode::decides : wf::CommitMode::none;
}

uint32_t Sink::replay() const { return exactly_once() ? WF_REPLAY_EXACT : 0; }

std::string Sink::shared_options() const {
  auto properties = producer_properties(config(), "the shard's", 1'000'000);
  return properties.ok() ? describe(*properties) : "";
}

bool Sink::in_one_epoch() const { return host().task().checkpointed != 1; }

Status Sink::bind(const wf::Schema& in) {
  WF_TRY(producer_properties(config(), "", 1'000'000).status());
  WF_ASSIGN(encoder_, Encoder::make(config(), in));
  return {};
}

Status Sink::open() {
  if (!encoder_) {
    WF_ASSIGN(encoder_, Encoder::make(config(), *input_schema()));
  }
  WF_ASSIGN(const Properties plain, client_properties(config()));
  WF_ASSIGN(admin_, Client::make(Client::Kind::consumer, plain, &host()));
  int64_t largest = 1'000'000;
  if (!config().topic.empty()) {
    Topic& known = topics_[config().topic];
    WF_TRY(ask(config().topic, &known));
    largest = std::min(largest, known.largest - kBatchSlack);
    admin_.reset();
  }
  LedgerOptions options;
  options.acknowledged = config().delivery != "at_most_once";
  options.transactional = exactly_once();
  options.may_rest = config().delivery == "at_least_once" && !in_one_epoch();
  options.limit = config().pending_bytes;
  WF_ASSIGN(options.brokers, broker_list(config().brokers));
  ledger_ = std::make_shared<Ledger>(host(), std::move(options));
  if (exactly_once()) {
    return committer_ ? Status()
                      : wf::invalid_config("delivery = \"exactly_once\" needs checkpoints")
                            .at({"delivery", 0, 0, ""});
  }
  WF_ASSIGN(const Properties properties, producer_properties(config(), "", largest));
  WF_ASSIGN(producer_, Producer::make(properties, &host()));
  producer_->attach(ledger_);
  return {};
}

/// What the brokers know of a topic; makes it when that is asked for.
Status Sink::ask(const std::string& name, Topic* topic) {
  const auto deadline = steady_clock::now() + config().connect_timeout;
  topic->asked = steady_clock::now();
  auto partitions = admin_->partitions(name, deadline, &host());
  if (!partitions.ok() && partitions.error().code() == wf::Code::not_found &&
      config().create_topic) {
    WF_TRY(admin_->create_topic(name, *config().create_topic, deadline));
    do {
      partitions = admin_->partitions(name, deadline, &host());
    } while (!partitions.ok() && partitions.error().code() == wf::Code::not_found &&
             milliseconds_until(deadline) > 0);
  }
  WF_TRY(partitions.status());
  topic->partitions = *partitions;
  WF_ASSIGN(topic->largest, admin_->largest_batch(name, deadline));
  return {};
}

const Sink::Topic& Sink::topic(std::string_view name) {
  const auto found = topics_.find(name);
  if (found != topics_.end() &&
      (found->second.status.ok() || steady_clock::now() - found->second.asked < kAskAgain))
    return found->second;
  Topic& topic = topics_[std::string(name)];
  topic.status = ask(std::string(name), &topic);
  const wf::Code code = topic.status.code();
  // While the brokers do not answer rows are taken all the same, and wait for them.
  if (code == wf::Code::unavailable || code == wf::Code::timeout) {
    topic.status = Status();
    topic.largest = 1'000'000;
  }
  return topic;
}

Status Sink::leave_out_misfits(Messages* messages, wf::Emitter& out) {
  Status status;
  std::erase_if(messages->list, [&](const Message& m) {
    const Topic& known = topic(m.topic);
    if (known.status.code() == wf::Code::cancelled) status = known.status;
    if (!known.status.ok()) {
      out.refuse(m.row, "bad_topic", known.status.message());
      return true;
    }
    const int64_t size = messages->size_of(m);
    if (size > known.largest) {
      out.refuse(m.row, "too_large",
                 "the row takes " + std::to_string(size) + " bytes, topic '" +
                     std::string(m.topic) + "' takes " + std::to_string(known.largest) +
                     " (max.message.bytes)");
      return true;
    }
    if (committer_ && status.ok() && committer_->largest_batch() > known.largest)
      status = wf::invalid_config(
                   "topic '" + std::string(m.topic) + "' takes batches of " +
                   std::to_string(known.largest) + " bytes, and the transaction's producer sends " +
                   "up to " + std::to_string(committer_->largest_batch()) +
                   "; set options = { \"batch.size\" = \"" +
                   std::to_string(std::max<int64_t>(1000, known.largest - kBatchSlack)) +
                   "\" } in all sinks of the cluster")
                   .at({"options", 0, 0, ""});
    return false;
  });
  return status;
}

Status Sink::check() {
  WF_TRY(ledger_->failure());
  if (producer_) {
    if (Status s = producer_->fatal(); !s.ok()) return s;
    if (Status s = producer_->client().events().refused(); !s.ok())
      return std::move(s).with_context(producer_->client().brokers());
  }
  return {};
}

Result<std::shared_ptr<Producer>> Sink::current_producer() {
  if (!committer_) return producer_;
  auto producer = committer_->producer();
  if (!producer) return wf::unavailable("the transaction was given up, or never begun");
  if (producer != producer_) producer->attach(ledger_);
  producer_ = producer;
  committer_->touched();
  return producer;
}

Status Sink::process(const wf::Batch& in, wf::Emitter& out) {
  WF_TRY(check());
  Messages messages =
      encoder_->encode(in, [&](int64_t row, std::string_view code, const std::string& message) {
        out.refuse(row, code, message);
      });
  WF_TRY(leave_out_misfits(&messages, out));
  sending_ = {ledger_->add(std::move(messages)), 0};
  return send(out);
}

Status Sink::resume(wf::Emitter& out) { return send(out); }

Status Sink::send(wf::Emitter& out) {
  WF_TRY(check());
  if (sending_.batch) {
    WF_ASSIGN(const auto producer, current_producer());
    std::vector<Entry>& entries = sending_.batch->entries;
    while (sending_.next < entries.size() && producer->send(entries[sending_.next]))
      ++sending_.next;
    const bool all = sending_.next == entries.size();
    if (all) sending_ = {};
    if (!all) ledger_->wait_below(ledger_->bytes() - 1, steady_clock::now() + kPatience);
    if (!all) return not_acknowledged().ok() ? (out.more(), Status()) : not_acknowledged();
  }
  // Where no barrier comes that sources could rest at, the input itself has to wait.
  if (in_one_epoch() &&
      !ledger_->wait_below(config().pending_bytes, steady_clock::now() + kPatience)) {
    WF_TRY(check());
    WF_TRY(not_acknowledged());
    out.more();
  }
  return {};
}

/// Once nothing was acknowledged for too long, in a run that keeps no pending rows.
Status Sink::not_acknowledged() const {
  if (host().is_cancelled()) return wf::cancelled("cancelled with rows not acknowledged");
  if (!in_one_epoch() || ledger_->rows() == 0 ||
      steady_clock::now() - ledger_->last_progress() < config().delivery_timeout)
    return {};
  const std::string reason = producer_ ? producer_->client().events().reason() : "";
  return wf::unavailable(std::to_string(ledger_->rows()) + " rows are not acknowledged by " +
                         producer_->client().brokers() + (reason.empty() ? "" : ": " + reason));
}

Status Sink::finish(wf::Emitter& out) {
  if (sending_.batch) {
    WF_TRY(send(out));
    if (sending_.batch) return out.more(), Status();
  }
  if (!ledger_->rows()) {
    ledger_->report();
    return {};
  }
  WF_ASSIGN(const auto producer, current_producer());
  producer->flush(steady_clock::now() + kPatience);
  const bool all = ledger_->wait_below(0, steady_clock::now() + kPatience);
  ledger_->report();
  WF_TRY(check());
  if (all) return {};
  if (config().delivery == "at_most_once" &&
      steady_clock::now() - ledger_->last_progress() > config().flush_timeout) {
    host().log(wf::LogLevel::warning,
               std::to_string(ledger_->rows()) + " rows were sent and not acknowledged");
    return {};
  }
  WF_TRY(not_acknowledged());
  out.more();
  return {};
}

Result<std::string> Sink::snapshot(uint64_t) {
  WF_TRY(check());
  const auto deadline = steady_clock::now() + config().flush_timeout;
  while (producer_ && ledger_->rows() > 0 && milliseconds_until(deadline) > 0 &&
         !host().is_cancelled() && check().ok()) {
    producer_->flush(std::min<SteadyTime>(deadline, steady_clock::now() + kPatience));
    ledger_->wait_below(0, std::min<SteadyTime>(deadline, steady_clock::now() + milliseconds(5)));
  }
  WF_TRY(check());
  // A transaction has no pending rows: what it holds is acknowledged in front of the barrier.
  if (exactly_once()) {
    if (ledger_->rows() > 0)
      return wf::timed_out(std::to_string(ledger_->rows()) + " rows are not acknowledged yet");
    ledger_->report();
    return std::string();
  }
  std::string pending = config().delivery == "at_least_once" ? ledger_->snapshot() : "";
  ledger_->report();
  return pending;
}

Status Sink::restore(std::string_view snapshot) {
  WF_ASSIGN(Messages messages, Messages::read(snapshot));
  if (messages.list.empty()) return {};
  if (exactly_once())
    return wf::invalid_data(
        "the checkpoint holds rows of delivery at_least_once that are not acknowledged; let the "
        "DAG "
        "run once with that delivery before it is exactly_once");
  const auto batch = ledger_->add(std::move(messages));
  for (Entry& entry : batch->entries) producer_->send(entry);
  return {};
}

Status Sink::close() {
  if (ledger_) {
    ledger_->report();
    ledger_->detach();
  }
  sending_ = {};
  producer_.reset();
  admin_.reset();
  return {};
}

}  // namespace weirflow::kafka
