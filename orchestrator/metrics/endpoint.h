// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The endpoint of one run: /metrics (Prometheus text), /healthz, /readyz.
///
///   /healthz  200 while the process answers and its run has not failed: restart it when it is not
///   /readyz   200 while the run is at work and all is well; else 503 with the reason: it starts,
///             stops, is paused by a task, or its checkpoints fail
///
/// Threads: serve() and its guard on any; requests are answered on the server's.

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "metrics/http_server.h"
#include "metrics/snapshot.h"

namespace weirflow::metrics {

class Endpoint {
 public:
  using Source = std::function<Snapshot()>;
  /// Listens from here on, and is not ready before serve(). Errors as HttpServer::start().
  /// `version` is Weirflow's.
  static wf::Result<std::unique_ptr<Endpoint>> start(const Address& address, std::string version);

  /// "http://127.0.0.1:9464".
  [[nodiscard]] std::string url() const { return "http://" + server_->address().text(); }

  /// While it lives `source` is asked, by one request at a time. Destroy it before what the source
  /// refers to; it waits for a request that is at it.
  class Serving {
   public:
    Serving(Endpoint& endpoint, Source source);
    ~Serving();
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;

   private:
    Endpoint& endpoint_;
  };

 private:
  explicit Endpoint(std::string version) : version_(std::move(version)) {}
  Response answer(std::string_view path);
  const std::string version_;
  std::mutex mutex_;
  Source source_;
  std::unique_ptr<HttpServer> server_;  ///< the last member: it calls answer()
};

}  // namespace weirflow::metrics
