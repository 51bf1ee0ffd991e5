// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// http.sink: rows posted to a service.

#include <memory>
#include <mutex>

#include "sender.h"
#include "weirflow/component.hpp"

namespace weirflow::http {

struct SinkConfig {
  std::string url;
  std::string method = "POST";
  std::string body = "array";
  int64_t rows = 500;
  int64_t bytes = 1 << 20;
  wf::Map<std::string> headers;
  std::string token, user, password;
  std::string ca_file, certificate, key_file;
  bool verify = true;
  std::string idempotency_key;
  int32_t connections = 1;
  wf::Duration timeout = std::chrono::seconds(30);
  wf::Duration connect_timeout = std::chrono::seconds(10);
  wf::Duration retry_min = std::chrono::milliseconds(500);
  wf::Duration retry_max = std::chrono::seconds(60);
  wf::Duration retry_for = std::chrono::hours(1);
  std::vector<int64_t> stop_on = {401, 403};
  int64_t pending_limit = 64 << 20;
  wf::Duration flush_timeout = std::chrono::seconds(2);
};

class HttpSink final : public wf::Sink<SinkConfig> {
 public:
  static constexpr bool kCountsRows = true;
  static constexpr bool kHasState = true;
  static constexpr auto kInfo = wf::component("http.sink")
                                    .version("1.0.0")
                                    .blocking()
                                    .uses_network()
                                    .replay(wf::Replay::duplicates)
                                    .summary("Posts rows to a service over HTTP, at least once");
  static constexpr auto kConfig = wf::fields(
      wf::field("url", &SinkConfig::url)
          .required()
          .help("Where to; {column} behind the host stands for the row's value, percent-encoded")
          .example("\"https://api.example.com/items/{id}\""),
      wf::field("method", &SinkConfig::method)
          .one_of("POST", "PUT", "PATCH", "DELETE")
          .help("Method of the requests")
          .example("\"PUT\""),
      wf::field("body", &SinkConfig::body)
          .one_of("array", "ndjson", "row")
          .help(
              "A request has an array of rows, one row a line, or one row alone; rows are objects")
          .example("\"row\""),
      wf::field("rows", &SinkConfig::rows)
          .range(1, 1 << 20)
          .help("Rows of a request at most")
          .example("100"),
      wf::field("bytes", &SinkConfig::bytes)
          .size()
          .range(1, 1 << 30)
          .help("A request ends once its rows have so many bytes")
          .example("\"256KiB\""),
      wf::field("headers", &SinkConfig::headers)
          .secret()
          .help("Further headers")
          .example("{ X-Source = \"weirflow\" }"),
      wf::field("token", &SinkConfig::token)
          .secret()
          .help("Bearer token")
          .example("\"{{ secret.API_TOKEN }}\""),
      wf::field("user", &SinkConfig::user).help("User of basic authentication").example("\"me\""),
      wf::field("password", &SinkConfig::password)
          .secret()
          .help("Password of that user")
          .example("\"{{ secret.API_PASSWORD }}\""),
      wf::field("ca_file", &SinkConfig::ca_file)
          .path()
          .help("Certificates (PEM) that the service's is checked against; default: the system's")
          .example("\"ca.pem\""),
      wf::field("certificate", &SinkConfig::certificate)
          .path()
          .help("Own certificate (PEM), when the service asks for one")
          .example("\"client.pem\""),
      wf::field("key_file", &SinkConfig::key_file)
          .path()
          .help("Private key of that certificate (PEM)")
          .example("\"client.key\""),
      wf::field("verify", &SinkConfig::verify)
          .help("Check the service's certificate; false is for tests")
          .example("false"),
      wf::field("idempotency_key", &SinkConfig::idempotency_key)
          .help("Idempotency-Key of a request: {column} of its first row, {body_hash}; a repeated "
                "request has the same")
          .example("\"order-{id}\""),
      wf::field("connections", &SinkConfig::connections)
          .range(1, 64)
          .help("Requests at the same time; with more than one their order is not kept")
          .example("4"),
      wf::field("timeout", &SinkConfig::timeout)
          .range(10'000, 3.6e9)
          .help("How long a request may take")
          .example("\"10s\""),
      wf::field("connect_timeout", &SinkConfig::connect_timeout)
          .range(10'000, 3.6e9)
          .help("How long connecting may take")
          .example("\"3s\""),
      wf::field("retry_min", &SinkConfig::retry_min)
          .range(1000, 3.6e9)
          .help("Pause before the second try at least; the bound of pauses doubles")
          .example("\"100ms\""),
      wf::field("retry_max", &SinkConfig::retry_max)
          .range(1000, 3.6e9)
          .help("Bound of the pause between tries; a longer Retry-After counts up to an hour")
          .example("\"10s\""),
      wf::field("retry_for", &SinkConfig::retry_for)
          .at_least(0)
          .help("A request that has failed for so long is given up, and its rows are refused; "
                "0: never")
          .example("\"1d\""),
      wf::field("stop_on", &SinkConfig::stop_on)
          .help("Statuses that end the attempt, with all rows kept, instead of refusing rows")
          .example("[401, 403, 404]"),
      wf::field("pending_limit", &SinkConfig::pending_limit)
          .size()
          .range(1, 1e12)
          .help("Bytes of unanswered requests at which the sources rest")
          .example("\"256MiB\""),
      wf::field("flush_timeout", &SinkConfig::flush_timeout)
          .range(0, 3.6e9)
          .help("How long a checkpoint waits for answers; what has none becomes part of it")
          .example("\"5s\""));

 protected:
  wf::Status bind(const wf::Schema& in) override;
  wf::Status open() override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;
  wf::Status finish(wf::Emitter& out) override;
  wf::Result<std::string> snapshot(uint64_t epoch) override;
  wf::Status restore(std::string_view snapshot) override;
  void cancel() override;
  wf::Status close() override;
  uint32_t replay() const override;

 private:
  [[nodiscard]] RequestMaker::Options request_options() const;
  [[nodiscard]] Sender::Options sender_options() const;
  void progress(int64_t pending_bytes, const std::string& problem);
  void let_rest(const std::string& reason);
  [[nodiscard]] bool is_checkpointed() const { return host().task().checkpointed == 1; }

  std::optional<RequestMaker> maker_;
  std::unique_ptr<Sender> sender_;  ///< from open() to the end of the object
  std::atomic<Sender*> stopping_{nullptr};
  std::string told_;  ///< of progress()
  int64_t told_at_us_ = 0;
  std::mutex rest_;
  bool resting_ = false;  ///< guarded by rest_: the sources were asked to
};

}  // namespace weirflow::http
