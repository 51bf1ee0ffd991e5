// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "http_source.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace weirflow::http {

using wf::Emitter;
using wf::Result;
using wf::Status;

namespace {

const std::string kSplit = "http";

bool is_loopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return false;
}

bool is_address(const std::string& host) {
  in6_addr any{};
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

Status check(const SourceConfig& config) {
  if (!is_address(config.host))
    return wf::invalid_config("'" + config.host + "' is no IP address")
        .at({"host", 0, 0, "for instance 127.0.0.1"});
  if (!is_loopback(config.host) && !config.allow_remote)
    return wf::invalid_config(config.host + " is reached by other machines, unencrypted")
        .at({"host", 0, 0, "set allow_remote = true if that is meant"});
  if (config.url_path.empty() || config.url_path[0] != '/')
    return wf::invalid_config("'" + config.url_path + "' is no path of a URL: it begins with /")
        .at({"url_path", 0, 0, ""});
  return {};
}

bool take_number(std::string_view* text, char end, uint64_t* value) {
  const auto read = std::from_chars(text->data(), text->data() + text->size(), *value);
  if (read.ec != std::errc() || read.ptr == text->data() + text->size() || *read.ptr != end)
    return false;
  text->remove_prefix(static_cast<size_t>(read.ptr - text->data()) + 1);
  return true;
}

}  // namespace

HttpSource::~HttpSource() {
  // The server's threads use the rest.
  server_.reset();
}

Status HttpSource::bind(wf::SchemaBuilder& out) {
  WF_TRY(check(config()));
  WF_ASSIGN(wf::io::LineRows rows, wf::io::make_line_rows(config()));
  std::vector<wf::Field> added;
  for (const std::string& name : config().add)
    added.push_back({name, name == "time" ? wf::Type::timestamp : wf::Type::utf8, false, {}});
  WF_TRY(wf::io::add_line_columns(rows, added, &out));
  rows_ = std::move(rows);
  WF_ASSIGN(event_time_, wf::io::EventTime::make(config().event_time, out.finish()));
  return {};
}

Status HttpSource::open() {
  tracker_ = wf::WatermarkTracker(config().out_of_order.count(), config().idle_after.count());
  tracker_.assign(kSplit);
  keys_ = std::make_unique<IdempotencyKeys>(config().idempotency_window.count(),
                                            static_cast<size_t>(config().idempotency_keys));
  WF_TRY(keys_->load(config().spool + "/keys"));
  Spool::Options options;
  options.folder = config().spool;
  options.limit = config().spool_limit;
  WF_ASSIGN(
      spool_,
      Spool::open(
          options, [this](const std::string& text) { host().log(wf::LogLevel::warning, text); },
          [this](std::string_view bytes) {
            const auto head = Delivery::parse(bytes, true);
            if (head.ok() && !head->key.empty())
              keys_->answered(head->key, {head->time_us, head->body_hash, head->rows});
          }));
  at_ = spool_->begin();
  waking_.store(spool_.get());

  Intake::Options intake;
  intake.path = config().url_path;
  intake.token = config().token;
  intake.max_body = config().max_body;
  intake.retry_after_s = static_cast<int>(config().retry_after.count() / 1'000'000);
  intake_ =
      std::make_unique<Intake>(intake, *rows_, *spool_, *keys_, [this] { return host().now_us(); });
  Server::Options server;
  server.host = config().host;
  server.port = config().port;
  server.threads = config().threads;
  server.timeout_ms = static_cast<int>(config().timeout.count() / 1000);
  server.max_head = config().max_head;
  server.max_body = config().max_body;
  WF_ASSIGN(server_, Server::start(server, [this](const ServerRequest& request) {
              ServerResponse response = intake_->take(request);
              host().count("requests", 1);
              if (response.status != 200) host().count("requests_refused", 1);
              return response;
            }));
  host().log(wf::LogLevel::info, "listening on " + config().host + " port " +
                                     std::to_string(server_->port()) + ", path " +
                                     config().url_path);
  return host().set_result("port", server_->port());
}

void HttpSource::wake() {
  if (Spool* spool = waking_.load()) spool->wake();
}

Status HttpSource::close() {
  server_.reset();
  return {};
}

/// Rows for one batch, from as many deliveries as it takes.
Status HttpSource::gather(Gathered* gathered) {
  const auto most_rows = static_cast<size_t>(config().batch_rows);
  const auto most_bytes = static_cast<size_t>(config().batch_bytes);
  while (gathered->lines.size() < most_rows && gathered->lines.text().size() < most_bytes) {
    if (!delivery_) {
      WF_ASSIGN(auto record, spool_->read(at_));
      if (!record) return {};
      if (record->at != at_) row_ = 0;
      at_ = record->at;
      behind_ = record->next;
      WF_ASSIGN(delivery_, Delivery::parse(record->bytes, false));
    }
    if (row_ >= delivery_->rows) {
      delivery_.reset();
      at_ = behind_;
      row_ = 0;
      continue;
    }
    gathered->lines.add(delivery_->lines[row_]);
    gathered->times.push_back(delivery_->time_us);
    gathered->peers.push_back(delivery_->peer);
    gathered->places.push_back(at_.to_string() + ":" + std::to_string(row_ + 1));
    ++row_;
  }
  return {};
}

Status HttpSource::emit(const Gathered& gathered, Emitter& out) {
  WF_ASSIGN(const wf::io::LineBatch rows, rows_->read(gathered.lines));
  // Checked when they were taken; the columns may have been declared otherwise since.
  for (const wf::io::LineProblem& bad : rows.bad)
    out.refuse_raw(gathered.lines[bad.index], gathered.places[bad.index], bad.code, bad.message);
  if (rows.from.empty()) return {};
  std::vector<wf::ArrayPtr> more;
  for (const std::string& name : config().add) {
    if (name == "time") {
      wf::TimestampBuilder column;
      for (const size_t i : rows.from) column.append(gathered.times[i]);
      more.push_back(column.finish());
    } else {
      wf::StringBuilder column;
      for (const size_t i : rows.from) column.append(gathered.peers[i]);
      more.push_back(column.finish());
    }
  }
  const wf::Batch batch = rows.batch.with_columns(out.schema(), std::move(more));
  event_time_.see(batch, kSplit, &tracker_);
  out.emit(batch);
  return {};
}

Status HttpSource::next(Emitter& out, wf::Duration max_wait) {
  // Without checkpoints there is nobody to say that rows have arrived: what the call before emitted
  // counts as arrived.
  if (host().task().checkpointed != 1) free_up_to(at_);
  Gathered gathered;
  WF_TRY(gather(&gathered));
  if (!gathered.lines.empty()) {
    WF_TRY(emit(gathered, out));
  } else {
    // All that was answered is read; what failed is found out again when the spool is opened anew.
    WF_TRY(spool_->failure());
    tracker_.at_end(kSplit, host().monotonic_us());
    spool_->wait(at_, max_wait);
    out.idle();
  }
  host().gauge("spool_bytes", static_cast<double>(spool_->used()));
  const int64_t now_us = host().monotonic_us();
  const int64_t watermark = tracker_.watermark(now_us);
  if (watermark != wf::WatermarkTracker::kNone) out.watermark(watermark);
  if (tracker_.all_idle(now_us)) out.idle_watermark();
  return {};
}

Result<std::string> HttpSource::snapshot(uint64_t epoch) {
  if (epoch > 0) snapshots_.emplace_back(epoch, at_);
  return "spool " + std::to_string(at_.segment) + ":" + std::to_string(at_.offset) + ":" +
         std::to_string(row_) + "\n" + tracker_.to_string();
}

Status HttpSource::restore(std::string_view text) {
  constexpr std::string_view kHead = "spool ";
  uint64_t row = 0;
  SpoolPosition at;
  const bool named = text.starts_with(kHead);
  if (named) text.remove_prefix(kHead.size());
  if (!named || !take_number(&text, ':', &at.segment) || !take_number(&text, ':', &at.offset) ||
      !take_number(&text, '\n', &row))
    return wf::invalid_data("the position of http.source is damaged");
  WF_TRY(tracker_.restore(text));
  if (at > spool_->end())
    return wf::invalid_data(config().spool + ": the spool ends at " + spool_->end().to_string() +
                            ", the checkpoint was taken at " + at.to_string() +
                            ": this is another spool")
        .at({"spool", 0, 0, ""});
  if (at < spool_->begin())
    host().log(wf::LogLevel::warning,
               "the checkpoint is older than what the spool still has: rows that a later "
               "checkpoint has committed are not read again");
  at_ = at;
  row_ = row;
  delivery_.reset();
  return {};
}

/// A start may go on from the oldest checkpoint that is kept, and reads the spool from there.
void HttpSource::retired(uint64_t epoch) {
  std::optional<SpoolPosition> position;
  while (!snapshots_.empty() && snapshots_.front().first <= epoch) {
    position = snapshots_.front().second;
    snapshots_.pop_front();
  }
  if (position) free_up_to(*position);
}

void HttpSource::free_up_to(SpoolPosition position) {
  Status status;
  // The keys of a segment go with it.
  if (spool_->deletes(position)) status = keys_->save(config().spool + "/keys");
  if (status.ok()) status = spool_->free_up_to(position);
  if (!status.ok())
    host().log(wf::LogLevel::warning, "the spool cannot be freed: " + status.message());
}

}  // namespace weirflow::http
