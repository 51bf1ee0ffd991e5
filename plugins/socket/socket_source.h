// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// socket.source: rows that others send over TCP or UDP.

#include <memory>
#include <optional>

#include "listener.h"
#include "weirflow/component.hpp"
#include "weirflow/io/line_fields.hpp"
#include "weirflow/watermark.hpp"

namespace weirflow::socket {

struct SourceConfig : wf::io::LineConfig {
  SourceConfig() { format = "line"; }
  std::string protocol = "tcp";
  std::string host = "127.0.0.1";
  int32_t port = 0;
  bool allow_remote = false;
  std::string framing = "line";
  int64_t max_line = 64 * 1024;
  int32_t max_clients = 1000;
  int64_t queue = 16 << 20;
  std::vector<std::string> add;
  std::string bad_lines = "refuse";
  int64_t batch_rows = 4096;
  int64_t batch_bytes = 256 * 1024;
};

class SocketSource final : public wf::Source<SourceConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("socket.source")
          .version("1.0.0")
          .blocking()
          .uses_network()
          .nondeterministic()
          .summary("Takes rows that are sent over TCP or UDP; at most once across a crash");
  static constexpr auto kConfig = std::tuple_cat(
      wf::io::line_fields<SourceConfig>(),
      wf::fields(
          wf::field("protocol", &SourceConfig::protocol)
              .one_of("tcp", "udp")
              .help("tcp holds senders back when rows are not taken as fast; udp drops and counts")
              .example("\"udp\""),
          wf::field("host", &SourceConfig::host)
              .help("Address to listen on; others than loopback need allow_remote")
              .example("\"::1\""),
          wf::field("port", &SourceConfig::port)
              .required()
              .range(0, 65535)
              .help(
                  "Port to listen on; 0 takes a free one, which the log and the result `port` name")
              .example("5170"),
          wf::field("allow_remote", &SourceConfig::allow_remote)
              .help("Listen on an address that other machines reach; nobody is asked who they are")
              .example("true"),
          wf::field("framing", &SourceConfig::framing)
              .one_of("line", "length")
              .help("line: rows end with a line feed; length: 4 bytes with the length, most "
                    "significant first, stand before each")
              .example("\"length\""),
          wf::field("max_line", &SourceConfig::max_line)
              .size()
              .range(1, 1 << 28)
              .help("A longer row is refused (too_long)")
              .example("\"1MiB\""),
          wf::field("max_clients", &SourceConfig::max_clients)
              .range(1, 1e6)
              .help("TCP connections at the same time; further ones are closed")
              .example("100"),
          wf::field("queue", &SourceConfig::queue)
              .size()
              .range(1, 1 << 30)
              .help("Bytes that wait in memory; at that tcp is not read, udp dropped")
              .example("\"64MiB\""),
          wf::field("add", &SourceConfig::add)
              .one_of("time", "peer")
              .help("Columns to add: time (when the row was read), peer (address and port of its "
                    "sender)")
              .example("[\"peer\"]"),
          wf::field("bad_lines", &SourceConfig::bad_lines)
              .one_of("fail", "refuse", "skip")
              .help("A text that is no row: end the run, send it to `errors`, or count it")
              .example("\"skip\""),
          wf::field("batch_rows", &SourceConfig::batch_rows)
              .range(1, 1 << 20)
              .help("Rows of a batch at most")
              .example("1000"),
          wf::field("batch_bytes", &SourceConfig::batch_bytes)
              .size()
              .range(1, 1 << 30)
              .help("A batch ends once its rows took so many bytes")
              .example("\"1MiB\"")));

 protected:
  bool is_bounded() const override { return false; }
  wf::Status bind(wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status next(wf::Emitter& out, wf::Duration max_wait) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void paused(bool is_paused) override { tracker_.paused(is_paused, host().monotonic_us()); }
  void cancel() override { wake(); }
  void wake() override;
  wf::Status close() override;

 private:
  wf::Status emit(const std::vector<Received>& received, wf::Emitter& out);
  wf::Status refuse(const Received& received, std::string_view code, const std::string& message,
                    wf::Emitter& out);
  void tell_counts(bool last);

  std::optional<wf::io::LineRows> rows_;
  wf::io::EventTime event_time_;
  std::unique_ptr<Listener> listener_;  ///< from open() to the end of the object
  std::atomic<Listener*> waking_{nullptr};
  Listener::Counts counted_, logged_;  ///< as told to the metrics, and to the log
  int64_t logged_at_us_ = INT64_MIN / 2;
  wf::WatermarkTracker tracker_{0, 0};
};

}  // namespace weirflow::socket
