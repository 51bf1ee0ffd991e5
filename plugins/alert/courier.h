// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// HTTP requests and mail, one at a time.
///
/// Threads: one; stop() from any.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "weirflow/error.hpp"

namespace weirflow::alert {

using Duration = std::chrono::microseconds;

struct CourierOptions {
  std::string ca_file;    ///< PEM; empty: the system's
  bool insecure = false;  ///< the other side's certificate is not checked
  Duration connect_timeout{5'000'000}, timeout{30'000'000};
  std::string user, password;  ///< basic authentication, or of the mail server
};

struct HttpPost {
  std::string url, body;
  std::vector<std::string> headers;  ///< "Name: value"
};

struct Mail {
  std::string server;  ///< smtp://host:port or smtps://host:port
  bool needs_tls = false;
  std::string from;
  std::vector<std::string> to;
  std::string text;  ///< headers and body, lines ending with CR LF
};

struct Reply {
  int status = 0;          ///< of HTTP or SMTP; 0: there was no answer
  Duration retry_after{};  ///< that the other side asks for
  std::string body;        ///< at most 64 KiB
  std::string error;       ///< why there is no answer
  bool is_final = false;   ///< without an answer, and it will not get better (bad certificate file)
};

class Courier {
 public:
  /// resource_exhausted.
  static wf::Result<std::unique_ptr<Courier>> make(CourierOptions options);
  virtual ~Courier() = default;
  virtual Reply post(const HttpPost& request) = 0;
  virtual Reply mail(const Mail& mail) = 0;
  /// [any] Ends the running call soon, and those to come at once.
  virtual void stop() = 0;
};

}  // namespace weirflow::alert
