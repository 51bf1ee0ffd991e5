// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// HTTP requests to the nodes of one cluster, several at once on one thread. The only user of
/// libcurl.
///
/// Nodes are asked in turn. One that gives no answer (or 502, 503, 504) is left out for a while,
/// longer each time; when all are, nothing is asked until the first may be again. No node is looked
/// for beyond those named, and what a node says of itself is not checked.
///
/// Threads: wake() from any, everything else from one at a time. Errors: those of a request are in
/// its reply.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::elasticsearch {

using Duration = std::chrono::microseconds;
using Clock = std::chrono::steady_clock;

struct HttpOptions {
  std::vector<std::string> hosts;  ///< URLs without a slash at the end
  std::string user, password;      ///< basic; empty: none
  std::string authorization;       ///< value of that header, instead of user and password
  std::string ca_file;             ///< empty: the system's
  bool insecure = false;           ///< do not check certificates
  bool gzip = false;               ///< compress bodies, accept compressed answers
  Duration connect_timeout{5'000'000};
  Duration request_timeout{60'000'000};
  Duration dead_min{200'000};  ///< how long a node is left out the first time
  Duration dead_max{30'000'000};
  uint64_t seed = 1;  ///< of the jitter
};

struct HttpRequest {
  std::string method = "GET";
  std::string path;  ///< with its query, from "/"
  std::string body;
  std::string content_type = "application/json";
};

struct HttpReply {
  int status = 0;       ///< 0: there was no answer
  bool arrived = true;  ///< false: the request surely reached no node
  std::string error;    ///< why not
  std::string body;
  Duration retry_after{0};  ///< what the node asks for; 0: nothing
  std::string host;
  Duration took{0};
};

class HttpPool {
 public:
  /// resource_exhausted when libcurl cannot be set up.
  static wf::Result<std::unique_ptr<HttpPool>> make(HttpOptions options);
  virtual ~HttpPool() = default;

  /// Begins a request to the next node; its reply comes from poll() under `id`.
  virtual void start(uint64_t id, HttpRequest request) = 0;
  /// Waits for replies, at most `max_wait`, or until wake().
  virtual std::vector<std::pair<uint64_t, HttpReply>> poll(Duration max_wait) = 0;
  [[nodiscard]] virtual size_t running() const = 0;
  /// How long until a node may be asked again; 0: now.
  [[nodiscard]] virtual Duration unavailable_for() const = 0;
  /// [any] A running or the next poll() returns at once.
  virtual void wake() = 0;
  /// Ends all running requests; they get no reply.
  virtual void abandon() = 0;

  /// One request, to its end. `is_cancelled` is asked every 100 ms; status 0 then. Precondition:
  /// nothing is running.
  HttpReply call(HttpRequest request, const std::function<bool()>& is_cancelled);
};

/// Bytes that may stand in a path's part or a query's value as they are; the rest as %XX.
std::string url_encoded(std::string_view text);

}  // namespace weirflow::elasticsearch
