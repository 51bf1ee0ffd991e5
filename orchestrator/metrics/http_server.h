// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A small HTTP server for endpoints that are read: GET and HEAD, no files, no bodies. The only
/// user of CivetWeb.
///
/// Limits: 16 KiB of request line and headers, no body, four requests at a time and some that wait,
/// five seconds for each; a connection takes one request. On a loopback address a request whose
/// Host header names another machine is refused, so that no page that a browser shows can read here
/// under a name of its own.
///
/// Threads: the handler is called on several at a time.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "metrics/address.h"
#include "weirflow/status.hpp"

namespace weirflow::metrics {

struct Response {
  int code = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  using Handler = std::function<Response(std::string_view path)>;
  /// Listens from here on. conflict when the port is taken, permission_denied, or invalid_config
  /// when the host is none of this machine.
  static wf::Result<std::unique_ptr<HttpServer>> start(const Address& address, Handler handler);
  /// Waits for the requests at work; two seconds at most for one whose client is slow.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// With the port that it has got.
  [[nodiscard]] const Address& address() const { return address_; }

 private:
  struct Civet;
  HttpServer(Address address, Handler handler);
  Address address_;
  Handler handler_;
  std::unique_ptr<Civet> civet_;
};

}  // namespace weirflow::metrics
