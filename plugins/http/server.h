// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// An HTTP/1.1 server for one handler. server.cpp is the only user of CivetWeb.

#include <functional>
#include <memory>
#include <string>

#include "weirflow/status.hpp"

namespace weirflow::http {

struct ServerRequest {
  std::string method;
  std::string path;  ///< decoded, without the query
  std::string peer;  ///< address of the sender
  std::string content_type, content_encoding, authorization, origin, idempotency_key;
  std::string body;
  bool too_large = false;   ///< the body is over max_body, and was not read
  bool incomplete = false;  ///< the sender went away, or the time was over, before the body's end
};

struct ServerResponse {
  int status = 200;
  std::string body;          ///< JSON
  int retry_after_s = 0;     ///< 0: no such header
  std::string allow;         ///< for 405
  std::string authenticate;  ///< for 401
};

class Server {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;  ///< 0: any that is free
    int threads = 8;
    int timeout_ms = 30'000;       ///< of reading a request
    int64_t max_head = 16 * 1024;  ///< bytes of request line and headers
    int64_t max_body = 8 << 20;
  };
  /// [any], several at once. What it throws becomes a 500.
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  /// unavailable when the port cannot be had.
  static wf::Result<std::unique_ptr<Server>> start(const Options& options, Handler handler);
  /// Waits for the requests that are being answered.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  int port_ = 0;
};

}  // namespace weirflow::http
