// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "sink.h"

#include <random>

#include "index_template.h"

namespace weirflow::elasticsearch {
namespace {

/// Enough for the verdicts, a tenth of the full answer.
constexpr std::string_view kBulk = "/_bulk?filter_path=errors,items.*.status,items.*.error";
/// The state's bytes are replaced with each checkpoint, so they need no name.
constexpr const char* kStateStage = "state";
/// How long process() may hold rows back at half of the limit: barriers stand behind them.
constexpr Duration kThrottle = std::chrono::milliseconds(100);

std::string task_name(const wf::Host& host) { return std::string(wf::view(host.task().task)); }

}  // namespace

bool ElasticSink::is_early() const {
  if (config().delivery != "auto") return config().delivery == "early";
  const wf_task task = host().task();
  const bool overwrites =
      !config().id.empty() && (config().op == "index" || config().op == "create");
  return task.deterministic == 1 || (overwrites && task.checkpointed == 2);
}

wf::CommitMode ElasticSink::commit_mode() const {
  return is_early() ? wf::CommitMode::none : wf::CommitMode::follows;
}

uint32_t ElasticSink::replay() const {
  return config().id.empty() ? WF_REPLAY_DUPLICATES : WF_REPLAY_OVERWRITES;
}

std::string ElasticSink::commit_key() const {
  return "elasticsearch:" + task_name(host()) + ":" +
         (config().hosts.empty() ? "" : config().hosts.front()) + "/" + config().index;
}

wf::Result<std::unique_ptr<wf::Committer>> ElasticSink::make_committer(const wf::Host& host,
                                                                       const ElasticSink* of,
                                                                       std::string_view,
                                                                       std::string_view) {
  std::optional<StagedCommitter::Connection> connection;
  if (of) {
    connection.emplace();
    WF_ASSIGN(connection->http, http_options(of->config()));
    WF_ASSIGN(connection->sender, of->sender_options());
    connection->options = of->delivery_options();
    connection->options.counts = false;
  }
  return std::unique_ptr<wf::Committer>(
      std::make_unique<StagedCommitter>(host, std::move(connection)));
}

wf::Status ElasticSink::attach(wf::Committer& committer) {
  // The host attaches what make_committer() of this class made.
  committer_ = static_cast<StagedCommitter*>(&committer);
  return {};
}

wf::Status ElasticSink::bind_ports(wf::BindContext& context) {
  WF_TRY(http_options(config()).status());
  const auto& schema = context.inputs()[0].schema;
  return schema ? DocumentEncoder::make(config(), *schema).status() : wf::Status();
}

wf::Result<SenderOptions> ElasticSink::sender_options() const {
  SenderOptions sender;
  sender.limits = {static_cast<size_t>(config().batch_documents), config().batch_bytes};
  sender.batch_age = config().batch_age;
  sender.max_requests = static_cast<int>(config().max_requests);
  sender.retry_min = config().retry_min;
  sender.retry_max = config().retry_max;
  sender.retry_for = config().retry_for;
  sender.seed = std::random_device()();
  if (config().template_file.empty()) return sender;
  const std::string name =
      config().template_name.empty() ? task_name(host()) : config().template_name;
  WF_ASSIGN(sender.first, template_request(config().template_file, name));
  return sender;
}

wf::Result<Route> ElasticSink::make_route() const {
  Route route;
  WF_ASSIGN(route.http, http_options(config()));
  route.schema = *input_schema();
  WF_ASSIGN(route.sender, sender_options());
  SenderOptions& sender = route.sender;
  sender.path = kBulk;
  if (!config().pipeline.empty()) sender.path += "&pipeline=" + url_encoded(config().pipeline);
  if (config().refresh != "false") sender.path += "&refresh=" + config().refresh;
  sender.expected = {*parse_op(config().op), !config().version.empty(),
                     host().task().deterministic == 1};
  return route;
}

wf::Status ElasticSink::open() {
  early_ = is_early();
  WF_ASSIGN(encoder_, DocumentEncoder::make(config(), *input_schema()));
  WF_ASSIGN(Route route, make_route());
  if (!early_) {
    if (committer_) return committer_->serve(std::move(route));
    return wf::not_implemented("delivery = \"on_commit\" needs a host that commits")
        .at({"delivery", 0, 0, "use \"early\""});
  }
  WF_ASSIGN(delivery_, Delivery::make(host(), std::move(route), delivery_options()));
  return {};
}

wf::Status ElasticSink::process(const wf::Batch& in, wf::Emitter& out) {
  std::vector<Document> documents;
  documents.reserve(static_cast<size_t>(in.rows()));
  encoder_->begin(in);
  for (int64_t row = 0; row < in.rows(); ++row) {
    Document& document = documents.emplace_back();
    const auto problem = encoder_->encode(row, &document);
    if (!problem) continue;
    documents.pop_back();
    out.refuse(row, problem->code, problem->message);
  }
  return hand_over(std::move(documents));
}

wf::Status ElasticSink::hand_over(std::vector<Document> documents) {
  if (early_) {
    delivery_->add(std::move(documents), false);
    WF_TRY(make_room());
    return delivery_->sender().failure();
  }
  // With its epoch they are committed, and from then on they are not lost.
  host().count_rows(WF_COUNT_PASSED, static_cast<int64_t>(documents.size()));
  committer_->stage(std::move(documents));
  if (!has_barriers() && committer_->staged_bytes() > config().pending_limit)
    return wf::exhausted(
               "without checkpoints all documents are kept until the end, and they are "
               "more than pending_limit")
        .at({"pending_limit", 0, 0, "raise it, set delivery = \"early\", or use checkpoints"});
  return committer_->failure();
}

wf::Status ElasticSink::make_room() {
  Sender& sender = delivery_->sender();
  const auto is_cancelled = [this] { return cancelled(); };
  if (has_barriers()) {
    // Rows are taken up to the next barrier whatever the other side does; one that keeps up is
    // given a moment before its sources are stopped.
    sender.wait_below(config().pending_limit / 2, kThrottle, is_cancelled);
    return {};
  }
  if (!sender.wait_below(config().pending_limit, Duration::max(), is_cancelled) && cancelled())
    return wf::cancelled("documents were still to be sent");
  return {};
}

wf::Status ElasticSink::finish(wf::Emitter&) {
  if (!early_) return committer_->failure();
  const bool settled = delivery_->sender().flush(Duration::max(), [this] { return cancelled(); });
  WF_TRY(delivery_->sender().failure());
  return settled ? wf::Status() : wf::cancelled("documents were still to be sent");
}

wf::Status ElasticSink::close() {
  delivery_.reset();
  return {};
}

wf::Result<std::string> ElasticSink::snapshot(uint64_t) {
  // What is staged is in the epoch's own bytes, what is committed in those of earlier epochs.
  if (!early_) return std::string();
  delivery_->sender().flush(config().flush_timeout, [this] { return cancelled(); });
  WF_TRY(delivery_->sender().failure());
  const auto unsettled = delivery_->sender().unsettled([this] { host().cut_rows(); });
  return store(delivery_->route(), unsettled, kStateStage);
}

wf::Status ElasticSink::restore(std::string_view snapshot) {
  if (snapshot.empty()) return {};
  WF_ASSIGN(Stored stored, read_stored(snapshot));
  if (stored.documents.empty()) return {};
  const std::string_view op = to_string(stored.route.sender.expected.op);
  if (op != config().op)
    return wf::invalid_config("the checkpoint has " + std::to_string(stored.documents.size()) +
                              " documents for op '" + std::string(op) + "'")
        .at({"op", 0, 0, "let them be delivered before the change"});
  if (early_)
    delivery_->add(std::move(stored.documents), false);
  else
    committer_->stage(std::move(stored.documents));
  return {};
}

}  // namespace weirflow::elasticsearch
