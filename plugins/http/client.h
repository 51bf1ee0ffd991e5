// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One HTTP request after another over a connection that is kept. client.cpp is the only user of
/// libcurl here.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "weirflow/config.hpp"
#include "weirflow/status.hpp"

namespace weirflow::http {

struct ClientOptions {
  std::string method = "POST";
  std::vector<std::string> headers;  ///< "Name: value"
  std::string token;                 ///< Bearer; empty: none
  std::string user, password;        ///< Basic; empty: none
  std::string ca_file, certificate, key;
  bool verify = true;
  wf::Duration timeout = std::chrono::seconds(30);
  wf::Duration connect_timeout = std::chrono::seconds(10);
};

struct ClientAnswer {
  int status = 0;
  std::string body;  ///< the first 4 KiB
  std::string location;
  wf::Duration retry_after{0};  ///< 0: the peer named none
};

/// True for a text that can be the value of a header: no control characters.
bool is_header_text(std::string_view text);
/// Percent-encodes all but RFC 3986's unreserved characters.
std::string url_escaped(std::string_view text);

class Client {
 public:
  /// `stop`: set, a running request ends within a second as cancelled. One thread.
  static wf::Result<std::unique_ptr<Client>> make(const ClientOptions& options,
                                                  const std::atomic<bool>& stop);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Any answer with a status is a success of this call; redirects are not followed. unavailable
  /// and timeout: worth another try; invalid_config, permission_denied (certificates): not.
  wf::Result<ClientAnswer> send(const std::string& url, const std::string& body,
                                const std::string& content_type,
                                const std::string& idempotency_key);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weirflow::http
