// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "socket_source.h"

#include <arpa/inet.h>

#include <algorithm>

namespace weirflow::socket {

using wf::Emitter;
using wf::Result;
using wf::Status;

namespace {

const std::string kSplit = "socket";
constexpr wf::Duration kLogEvery = std::chrono::seconds(1);

/// 1: an address of this machine alone; 0: another; -1: none.
int loopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) ? 1 : 0;
  return -1;
}

}  // namespace

Status SocketSource::bind(wf::SchemaBuilder& out) {
  const int local = loopback(config().host);
  if (local < 0)
    return wf::invalid_config("'" + config().host + "' is no IP address")
        .at({"host", 0, 0, "for instance 127.0.0.1"});
  if (local == 0 && !config().allow_remote)
    return wf::invalid_config(config().host + " is reached by other machines, unencrypted")
        .at({"host", 0, 0, "set allow_remote = true if that is meant"});
  WF_ASSIGN(wf::io::LineRows rows, wf::io::make_line_rows(config()));
  std::vector<wf::Field> added;
  for (const std::string& name : config().add)
    added.push_back({name, name == "time" ? wf::Type::timestamp : wf::Type::utf8, false, {}});
  WF_TRY(wf::io::add_line_columns(rows, added, &out));
  rows_ = std::move(rows);
  WF_ASSIGN(event_time_, wf::io::EventTime::make(config().event_time, out.finish()));
  return {};
}

Status SocketSource::open() {
  tracker_ = wf::WatermarkTracker(config().out_of_order.count(), config().idle_after.count());
  tracker_.assign(kSplit);
  Listener::Options options;
  options.udp = config().protocol == "udp";
  options.host = config().host;
  options.port = config().port;
  options.framing = config().framing == "line" ? Framing::line : Framing::length;
  options.max_line = static_cast<size_t>(config().max_line);
  options.max_clients = config().max_clients;
  options.queue = config().queue;
  WF_ASSIGN(listener_, Listener::start(options));
  waking_.store(listener_.get());
  host().log(wf::LogLevel::info, "listening on " + config().host + " port " +
                                     std::to_string(listener_->port()) + " (" + config().protocol +
                                     ")");
  return host().set_result("port", listener_->port());
}

void SocketSource::wake() {
  if (Listener* listener = waking_.load()) listener->wake();
}

Status SocketSource::close() {
  if (!listener_) return {};
  listener_->stop();
  tell_counts(true);
  if (const size_t left = listener_->queued(); left > 0) {
    host().count("rows_lost", static_cast<double>(left));
    host().log(wf::LogLevel::warning,
               std::to_string(left) + " rows that were received are not processed any more");
  }
  return {};
}

Status SocketSource::next(Emitter& out, wf::Duration max_wait) {
  const auto received = listener_->take(static_cast<size_t>(config().batch_rows),
                                        static_cast<size_t>(config().batch_bytes), max_wait);
  if (received.empty()) {
    tracker_.at_end(kSplit, host().monotonic_us());
    out.idle();
  } else {
    WF_TRY(emit(received, out));
  }
  tell_counts(false);
  const int64_t now_us = host().monotonic_us();
  const int64_t watermark = tracker_.watermark(now_us);
  if (watermark != wf::WatermarkTracker::kNone) out.watermark(watermark);
  if (tracker_.all_idle(now_us)) out.idle_watermark();
  return {};
}

Status SocketSource::refuse(const Received& received, std::string_view code,
                            const std::string& message, Emitter& out) {
  const std::string place = received.peer + ":" + std::to_string(received.number);
  if (config().bad_lines == "fail") return wf::invalid_data(place + ": " + message);
  if (config().bad_lines == "skip")
    out.filtered(1);
  else
    out.refuse_raw(received.text, place, code, message);
  return {};
}

Status SocketSource::emit(const std::vector<Received>& received, Emitter& out) {
  wf::io::Lines lines;
  std::vector<size_t> from;
  for (size_t i = 0; i < received.size(); ++i) {
    const Received& one = received[i];
    const bool json = rows_->format() == wf::io::LineFormat::json;
    if (one.too_long) {
      WF_TRY(refuse(one, "too_long",
                    "the row is over max_line (" + std::to_string(config().max_line) +
                        " bytes); its first bytes are shown",
                    out));
    } else if (one.text.find('\n') != std::string::npos && json) {
      // A frame may be written over several lines; JSON has no line feed inside a value.
      std::string line = one.text;
      std::replace(line.begin(), line.end(), '\n', ' ');
      lines.add(line);
      from.push_back(i);
    } else if (one.text.find('\n') != std::string::npos) {
      WF_TRY(refuse(one, "bad_value", "the frame has a line feed in it", out));
    } else if (!json || !wf::io::is_blank_line(one.text)) {
      lines.add(one.text);
      from.push_back(i);
    }
  }
  WF_ASSIGN(const wf::io::LineBatch rows, rows_->read(lines));
  for (const wf::io::LineProblem& bad : rows.bad)
    WF_TRY(refuse(received[from[bad.index]], bad.code, bad.message, out));
  if (rows.from.empty()) return {};
  std::vector<wf::ArrayPtr> more;
  for (const std::string& name : config().add) {
    if (name == "time") {
      wf::TimestampBuilder column;
      const int64_t now_us = host().now_us();
      for (size_t i = 0; i < rows.from.size(); ++i) column.append(now_us);
      more.push_back(column.finish());
    } else {
      wf::StringBuilder column;
      for (const size_t i : rows.from) column.append(received[from[i]].peer);
      more.push_back(column.finish());
    }
  }
  const wf::Batch batch = rows.batch.with_columns(out.schema(), std::move(more));
  event_time_.see(batch, kSplit, &tracker_);
  out.emit(batch);
  return {};
}

/// Metrics, and a word in the log when something was lost. `last`: the log is not to wait.
void SocketSource::tell_counts(bool last) {
  const int64_t now_us = host().monotonic_us();
  const bool log = last || now_us - logged_at_us_ >= kLogEvery.count();
  const Listener::Counts now = listener_->counts();
  host().gauge("clients", static_cast<double>(now.clients));
  const auto lost = [&](const char* metric, int64_t Listener::Counts::*count, const char* what) {
    host().count(metric,
                 static_cast<double>(now.*count - std::exchange(counted_.*count, now.*count)));
    const int64_t fresh = now.*count - logged_.*count;
    if (!log || fresh <= 0) return;
    host().log(wf::LogLevel::warning, std::to_string(fresh) + " " + what);
    logged_.*count = now.*count;
    logged_at_us_ = now_us;
  };
  using Counts = Listener::Counts;
  lost("datagrams_dropped", &Counts::dropped, "datagrams were dropped: the queue was full");
  lost("datagrams_dropped", &Counts::dropped_by_kernel,
       "datagrams were dropped by the system: its buffer was full");
  lost("clients_refused", &Counts::refused_clients,
       "connections were closed: there are max_clients already, or no descriptors");
  lost("broken_frames", &Counts::broken_frames,
       "connections or datagrams ended inside a row, whose part is dropped");
}

Result<std::string> SocketSource::snapshot(uint64_t) { return tracker_.to_string(); }

Status SocketSource::restore(std::string_view snapshot) { return tracker_.restore(snapshot); }

}  // namespace weirflow::socket
