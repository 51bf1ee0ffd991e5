// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// http.source: rows that others post.

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "intake.h"
#include "weirflow/component.hpp"
#include "weirflow/io/line_fields.hpp"
#include "weirflow/watermark.hpp"

namespace weirflow::http {

struct SourceConfig : wf::io::LineConfig {
  std::string host = "127.0.0.1";
  int32_t port = 8080;
  bool allow_remote = false;
  std::string url_path = "/";
  std::string token;
  std::string spool;
  int64_t spool_limit = int64_t{1} << 30;
  int64_t max_body = 8 << 20;
  int64_t max_head = 16 * 1024;
  int32_t threads = 16;
  wf::Duration timeout = std::chrono::seconds(30);
  wf::Duration retry_after = std::chrono::seconds(5);
  wf::Duration idempotency_window = std::chrono::hours(24);
  int64_t idempotency_keys = 100'000;
  std::vector<std::string> add;
  int64_t batch_rows = 4096;
  int64_t batch_bytes = 256 * 1024;
};

class HttpSource final : public wf::Source<SourceConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("http.source")
          .version("1.0.0")
          .blocking()
          .writes_files()
          .uses_network()
          .summary("Takes rows that are posted over HTTP; what was answered is not lost");
  static constexpr auto kConfig = std::tuple_cat(
      wf::io::line_fields<SourceConfig>(),
      wf::fields(
          wf::field("host", &SourceConfig::host)
              .help("Address to listen on; others than loopback need allow_remote")
              .example("\"::1\""),
          wf::field("port", &SourceConfig::port)
              .range(0, 65535)
              .help(
                  "Port to listen on; 0 takes a free one, which the log and the result `port` name")
              .example("9000"),
          wf::field("allow_remote", &SourceConfig::allow_remote)
              .help("Listen on an address that other machines reach; rows and token go unencrypted")
              .example("true"),
          wf::field("url_path", &SourceConfig::url_path)
              .help("Path that rows are posted to")
              .example("\"/events\""),
          wf::field("token", &SourceConfig::token)
              .secret()
              .help("Bearer token that requests must carry; without it any local program may post")
              .example("\"{{ secret.EVENTS_TOKEN }}\""),
          wf::field("spool", &SourceConfig::spool)
              .required()
              .path()
              .help("Folder of this task alone, for what was taken and not yet processed")
              .example("\"spool/events\""),
          wf::field("spool_limit", &SourceConfig::spool_limit)
              .size()
              .range(64 * 1024, 1e15)
              .help("Bytes of the spool at which requests are answered with 503")
              .example("\"10GiB\""),
          wf::field("max_body", &SourceConfig::max_body)
              .size()
              .range(1, 1 << 30)
              .help("A longer body is answered with 413")
              .example("\"1MiB\""),
          wf::field("max_head", &SourceConfig::max_head)
              .size()
              .range(1024, 1 << 20)
              .help("Bytes of a request's first line and headers at most")
              .example("\"8KiB\""),
          wf::field("threads", &SourceConfig::threads)
              .range(1, 256)
              .help("Connections that are served at the same time")
              .example("32"),
          wf::field("timeout", &SourceConfig::timeout)
              .range(100'000, 3.6e9)
              .help("How long a request may take to arrive")
              .example("\"10s\""),
          wf::field("retry_after", &SourceConfig::retry_after)
              .range(1e6, 3.6e9)
              .help("When to come again, as told with 503; whole seconds")
              .example("\"30s\""),
          wf::field("idempotency_window", &SourceConfig::idempotency_window)
              .at_least(0)
              .help("How long a repeated Idempotency-Key gets its first answer and adds no rows")
              .example("\"1h\""),
          wf::field("idempotency_keys", &SourceConfig::idempotency_keys)
              .range(1, 1e7)
              .help("Keys that are remembered at most; then the oldest are forgotten")
              .example("10000"),
          wf::field("add", &SourceConfig::add)
              .one_of("time", "peer")
              .help(
                  "Columns to add: time (when the request was taken), peer (its sender's address)")
              .example("[\"time\"]"),
          wf::field("batch_rows", &SourceConfig::batch_rows)
              .range(1, 1 << 20)
              .help("Rows of a batch at most")
              .example("1000"),
          wf::field("batch_bytes", &SourceConfig::batch_bytes)
              .size()
              .range(1, 1 << 30)
              .help("A batch ends once its rows took so many bytes")
              .example("\"1MiB\"")));

  ~HttpSource() override;

 protected:
  bool is_bounded() const override { return false; }
  wf::Status bind(wf::SchemaBuilder& out) override;
  wf::Status open() override;
  wf::Status next(wf::Emitter& out, wf::Duration max_wait) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void retired(uint64_t epoch) override;
  void paused(bool is_paused) override { tracker_.paused(is_paused, host().monotonic_us()); }
  void cancel() override { wake(); }
  void wake() override;
  wf::Status close() override;

 private:
  /// What the rows of a batch were sent with.
  struct Gathered {
    wf::io::Lines lines;
    std::vector<int64_t> times;
    std::vector<std::string> peers;
    std::vector<std::string> places;
  };
  wf::Status gather(Gathered* gathered);
  wf::Status emit(const Gathered& gathered, wf::Emitter& out);
  void free_up_to(SpoolPosition position);

  std::optional<wf::io::LineRows> rows_;
  wf::io::EventTime event_time_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<IdempotencyKeys> keys_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Server> server_;
  std::atomic<Spool*> waking_{nullptr};

  SpoolPosition at_;                  ///< of the record that is being read, or of the next one
  size_t row_ = 0;                    ///< rows of it that were emitted
  std::optional<Delivery> delivery_;  ///< at at_
  SpoolPosition behind_;              ///< behind delivery_
  std::deque<std::pair<uint64_t, SpoolPosition>> snapshots_;  ///< by epoch, of those not retired
  wf::WatermarkTracker tracker_{0, 0};
};

}  // namespace weirflow::http
