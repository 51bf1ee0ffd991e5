// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "http_sink.h"

namespace weirflow::http {

using wf::Emitter;
using wf::Result;
using wf::Status;

namespace {

/// process() and finish() look at the cancel flag that often, should nobody call cancel().
constexpr wf::Duration kPatience = std::chrono::seconds(1);
constexpr wf::Duration kTellEvery = std::chrono::seconds(10);

Status check_header(const std::string& key, const std::string& name, const std::string& value) {
  const bool token = !name.empty() && name.find_first_of(" :\"(),/;<=>?@[\\]{}") == name.npos;
  if (token && is_header_text(name) && is_header_text(value)) return {};
  return wf::invalid_config("'" + name + "' and its value cannot be a header").at({key, 0, 0, ""});
}

}  // namespace

RequestMaker::Options HttpSink::request_options() const {
  RequestMaker::Options options;
  options.url = config().url;
  options.key = config().idempotency_key;
  options.body = config().body == "array"    ? RequestMaker::Body::array
                 : config().body == "ndjson" ? RequestMaker::Body::ndjson
                                             : RequestMaker::Body::row;
  options.rows = config().rows;
  options.bytes = config().bytes;
  return options;
}

Sender::Options HttpSink::sender_options() const {
  Sender::Options options;
  options.client.method = config().method;
  for (const auto& [name, value] : config().headers)
    options.client.headers.push_back(name + ": " + value);
  options.client.token = config().token;
  options.client.user = config().user;
  options.client.password = config().password;
  options.client.ca_file = config().ca_file;
  options.client.certificate = config().certificate;
  options.client.key = config().key_file;
  options.client.verify = config().verify;
  options.client.timeout = config().timeout;
  options.client.connect_timeout = config().connect_timeout;
  options.content_type = maker_->content_type();
  options.connections = config().connections;
  options.retry_min = config().retry_min;
  options.retry_max = config().retry_max;
  options.retry_for = config().retry_for;
  options.stop_on = config().stop_on;
  return options;
}

Status HttpSink::bind(const wf::Schema& in) {
  if (!config().token.empty() && !config().user.empty())
    return wf::invalid_config("a request has either a token or a user").at({"token", 0, 0, ""});
  if (config().retry_min > config().retry_max)
    return wf::invalid_config("retry_min is over retry_max").at({"retry_min", 0, 0, ""});
  for (const auto& [name, value] : config().headers) WF_TRY(check_header("headers", name, value));
  WF_TRY(check_header("token", "Authorization", config().token));
  WF_ASSIGN(maker_, RequestMaker::make(request_options(), std::make_shared<const wf::Schema>(in)));
  return {};
}

Status HttpSink::open() {
  if (!maker_) WF_TRY(bind(*input_schema()));
  Sender::Listener listener;
  listener.delivered = [this](const Outgoing& request) {
    host().count("requests", 1);
    host().count_rows(WF_COUNT_PASSED, request.rows.rows());
  };
  listener.refused = [this](const Outgoing& request, const std::string& code,
                            const std::string& why) {
    host().count("requests_refused", 1);
    return host().refuse_batch(request.rows, code, why);
  };
  listener.progress = [this](int64_t bytes, const std::string& text) { progress(bytes, text); };
  listener.monotonic_us = [this] { return host().monotonic_us(); };
  sender_ = std::make_unique<Sender>(sender_options(), std::move(listener));
  stopping_.store(sender_.get());
  return sender_->start();
}

/// On a thread of the sender, one call at a time.
void HttpSink::progress(int64_t pending_bytes, const std::string& problem) {
  host().gauge("pending_bytes", static_cast<double>(pending_bytes));
  if (!problem.empty()) {
    host().count("retries", 1);
    // A service that is down for hours need not fill the log.
    const int64_t now_us = host().monotonic_us();
    if (problem != told_ || now_us - told_at_us_ >= kTellEvery.count()) {
      host().log(wf::LogLevel::warning, "it is tried again: " + problem);
      told_ = problem;
      told_at_us_ = now_us;
    }
  }
  let_rest(problem);
}

/// Asks the sources to rest, or to go on, as it stands at this moment.
void HttpSink::let_rest(const std::string& reason) {
  const std::lock_guard held(rest_);
  const int64_t pending = sender_->pending_bytes();
  const bool rest = resting_ ? pending > config().pending_limit / 2
                             : pending > config().pending_limit && sender_->is_troubled();
  if (rest == resting_) return;
  resting_ = rest;
  host().let_sources_rest(rest, rest ? reason : "");
}

Status HttpSink::process(const wf::Batch& in, Emitter& out) {
  WF_TRY(sender_->status());
  auto requests =
      maker_->make_requests(in, [&](int64_t row, const std::string& code, const std::string& why) {
        out.refuse(row, code, why);
      });
  for (Outgoing& request : requests) sender_->push(std::move(request));
  // Without checkpoints there is no barrier to be kept waiting, and nothing else holds rows back.
  while (!is_checkpointed() && !sender_->wait_until_below(config().pending_limit, kPatience)) {
    WF_TRY(sender_->status());
    if (host().is_cancelled()) return wf::cancelled("rows are still to be sent");
  }
  // A service that answers, but slowly, holds the rows up here, for as long as a barrier may wait;
  // one that does not answer must not: the rows in front of the barrier are taken all the same.
  if (is_checkpointed() && !sender_->is_troubled())
    sender_->wait_until_below(config().pending_limit / 2, config().flush_timeout);
  let_rest(config().url + " does not take rows");
  return sender_->status();
}

Status HttpSink::finish(Emitter& out) {
  WF_TRY(sender_->status());
  if (host().is_cancelled()) return wf::cancelled("rows are still to be sent");
  if (!sender_->wait_until_below(0, kPatience)) {
    WF_TRY(sender_->status());
    out.more();
  }
  return sender_->status();
}

Result<std::string> HttpSink::snapshot(uint64_t) {
  sender_->wait_until_below(0, config().flush_timeout);
  WF_TRY(sender_->status());
  std::string bytes;
  sender_->with_pending([&](const std::vector<const Outgoing*>& pending) {
    bytes = maker_->snapshot(pending);
    host().cut_rows();
  });
  return bytes;
}

Status HttpSink::restore(std::string_view snapshot) {
  WF_ASSIGN(auto requests, maker_->restore(snapshot));
  for (Outgoing& request : requests) sender_->push(std::move(request));
  return {};
}

void HttpSink::cancel() {
  // Only what any thread may do; close() joins.
  if (Sender* sender = stopping_.load()) sender->ask_to_stop();
}

Status HttpSink::close() {
  if (!sender_) return {};
  sender_->stop();
  const std::lock_guard held(rest_);
  if (std::exchange(resting_, false)) host().let_sources_rest(false, "");
  return {};
}

uint32_t HttpSink::replay() const {
  // With a key the service drops what it has already; one row a request, since others would be cut
  // at other places.
  return config().body == "row" && !config().idempotency_key.empty() ? WF_REPLAY_OVERWRITES : 0;
}

}  // namespace weirflow::http
