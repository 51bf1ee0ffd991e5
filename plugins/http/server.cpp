// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <mutex>
#include <vector>

namespace weirflow::http {

using wf::Result;

struct Server::State {
  Options options;
  Handler handler;
  mg_context* context = nullptr;
  std::string problem;  ///< what CivetWeb said last while it started
};

namespace {

/// Milliseconds: a kept connection has a thread to itself, which others may be waiting for.
constexpr const char* kKeepAlive = "1000";

std::string header(const mg_connection* connection, const char* name) {
  const char* value = mg_get_header(connection, name);
  return value ? value : "";
}

std::string_view reason_of(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 13> kReasons{{
      {200, "OK"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {422, "Unprocessable Content"},
      {500, "Internal Server Error"},
      {503, "Service Unavailable"},
  }};
  for (const auto& [code, text] : kReasons)
    if (code == status) return text;
  return "Unknown";
}

/// Reads the body, up to the limit.
void read_body(mg_connection* connection, int64_t length, int64_t limit, ServerRequest* request) {
  if (length > limit) {
    request->too_large = true;
    return;
  }
  if (header(connection, "Expect") == "100-continue")
    mg_write(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  std::array<char, 16 * 1024> buffer{};
  while (length < 0 || static_cast<int64_t>(request->body.size()) < length) {
    const int n = mg_read(connection, buffer.data(), buffer.size());
    if (n < 0) request->incomplete = true;
    if (n <= 0) break;
    if (static_cast<int64_t>(request->body.size()) + n > limit) {
      request->too_large = true;
      return;
    }
    request->body.append(buffer.data(), static_cast<size_t>(n));
  }
  if (length >= 0 && static_cast<int64_t>(request->body.size()) < length)
    request->incomplete = true;
}

void answer(mg_connection* connection, const ServerResponse& response, bool close) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status));
  head +=
      "\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
      "Cache-Control: no-store\r\nContent-Length: " +
      std::to_string(response.body.size()) + "\r\n";
  if (response.retry_after_s > 0)
    head += "Retry-After: " + std::to_string(response.retry_after_s) + "\r\n";
  if (!response.allow.empty()) head += "Allow: " + response.allow + "\r\n";
  if (!response.authenticate.empty()) head += "WWW-Authenticate: " + response.authenticate + "\r\n";
  if (close) head += "Connection: close\r\n";
  head += "\r\n" + response.body;
  mg_write(connection, head.data(), head.size());
}

ServerResponse handled(const Server::Handler& handler, const ServerRequest& request) {
  try {
    return handler(request);
  } catch (const std::exception& e) {
    return {500, "{\"error\":\"the request could not be handled\"}\n", 0, {}, {}};
  }
}

/// Opens a connection and closes it.
void knock(const std::string& host, int port) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  v4.sin_port = v6.sin6_port = htons(static_cast<uint16_t>(port));
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1) return;
  const int fd =
      ::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto* address = is_v4 ? static_cast<const void*>(&v4) : static_cast<const void*>(&v6);
  (void)::connect(fd, static_cast<const sockaddr*>(address), is_v4 ? sizeof v4 : sizeof v6);
  ::close(fd);
}

}  // namespace

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(const Options& options, Handler handler) {
  static std::once_flag once;
  std::call_once(once, [] { mg_init_library(MG_FEATURES_DEFAULT); });
  auto state = std::make_unique<State>();
  state->options = options;
  state->handler = std::move(handler);
  const bool is_v6 = options.host.find(':') != std::string::npos;
  const std::string address =
      (is_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
  const std::string threads = std::to_string(options.threads);
  const std::string timeout = std::to_string(options.timeout_ms);
  const std::string head = std::to_string(options.max_head);
  std::vector<const char*> settings{"listening_ports",
                                    address.c_str(),
                                    "num_threads",
                                    threads.c_str(),
                                    "request_timeout_ms",
                                    timeout.c_str(),
                                    "max_request_size",
                                    head.c_str(),
                                    "enable_keep_alive",
                                    "yes",
                                    "keep_alive_timeout_ms",
                                    kKeepAlive,
                                    nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = [](const mg_connection* connection, const char* text) {
    auto* const own = static_cast<State*>(mg_get_user_data(
        mg_get_context(const_cast<mg_connection*>(connection))));  // NOLINT: its API lacks const
    if (own && !own->context) own->problem = text;
    return 1;
  };
  mg_context* const context = mg_start(&callbacks, state.get(), settings.data());
  if (!context)
    return wf::unavailable(address + ": the server cannot be started: " +
                           (state->problem.empty() ? "is the port in use?" : state->problem));
  state->context = context;
  mg_server_port port{};
  const bool known = mg_get_server_ports(context, 1, &port) == 1;
  auto server = std::unique_ptr<Server>(new Server(std::move(state)));
  server->port_ = known ? port.port : options.port;
  mg_set_request_handler(
      context, "/",
      [](mg_connection* connection, void* data) {
        const State& own = *static_cast<const State*>(data);
        const mg_request_info& info = *mg_get_request_info(connection);
        ServerRequest request;
        request.method = info.request_method;
        request.path = info.local_uri ? info.local_uri : "";
        request.peer = info.remote_addr;
        request.content_type = header(connection, "Content-Type");
        request.content_encoding = header(connection, "Content-Encoding");
        request.authorization = header(connection, "Authorization");
        request.origin = header(connection, "Origin");
        request.idempotency_key = header(connection, "Idempotency-Key");
        read_body(connection, info.content_length, own.options.max_body, &request);
        // What was not read of a body must not be taken for the next request.
        const bool close = request.too_large || request.incomplete;
        if (close) mg_disable_connection_keep_alive(connection);
        answer(connection, handled(own.handler, request), close);
        return 200;
      },
      server->state_.get());
  return server;
}

Server::~Server() {
  if (!state_->context) return;
  // CivetWeb's accepting thread looks at its stop flag when somebody comes, or every 2 seconds.
  const auto stopped =
      std::async(std::launch::async, [context = state_->context] { mg_stop(context); });
  while (stopped.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
    knock(state_->options.host, port_);
}

}  // namespace weirflow::http
