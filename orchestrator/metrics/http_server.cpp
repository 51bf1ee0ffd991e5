// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/http_server.h"

#include <civetweb.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

namespace weirflow::metrics {

namespace {

constexpr std::pair<const char*, const char*> kLimits[] = {
    {"num_threads", "4"},          {"connection_queue", "16"},     {"listen_backlog", "16"},
    {"max_request_size", "16384"}, {"request_timeout_ms", "5000"}, {"enable_keep_alive", "no"},
    {"linger_timeout_ms", "1000"}};

std::string_view reason_of(int code) {
  switch (code) {
    case 200:
      return "OK";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    default:
      return "Service Unavailable";
  }
}

/// CivetWeb says only that it could not listen; the system says why.
wf::Status try_to_bind(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
      error != 0)
    return wf::invalid_config(address.host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int error = fd < 0 ? errno : 0;
  const int on = 1;
  if (fd >= 0) (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // Two that may both reuse the address can both bind; the second to listen is told.
  if (fd >= 0 && (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, 1) != 0))
    error = errno;
  if (fd >= 0) ::close(fd);
  if (error == 0) return {};
  const std::string what = "cannot listen on " + address.text() + ": " + std::strerror(error);
  if (error == EADDRINUSE)
    return {wf::Code::conflict, what + "; give another port, or 0 for a free one"};
  if (error == EACCES) return {wf::Code::permission_denied, what + "; ports from 1024 on are free"};
  return wf::invalid_config(what);
}

void connect_once(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found) != 0) return;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  (void)::connect(fd, found->ai_addr, found->ai_addrlen);
  ::close(fd);
}

bool names_this_machine(const char* host) {
  if (!host) return true;  // HTTP/1.0
  const std::string_view text(host);
  std::string_view name =
      text.starts_with('[') ? text.substr(1, text.find(']') - 1) : text.substr(0, text.find(':'));
  return Address{std::string(name), 0}.is_loopback();
}

}  // namespace

struct HttpServer::Civet {
  mg_context* context = nullptr;

  /// It would write a file of its own.
  static int on_log(const mg_connection*, const char*) { return 1; }

  static int on_request(mg_connection* connection, void* self) {
    const auto& server = *static_cast<const HttpServer*>(self);
    const mg_request_info& request = *mg_get_request_info(connection);
    const std::string_view method = request.request_method;
    const bool head = method == "HEAD";
    Response response;
    if (server.address_.is_loopback() && !names_this_machine(mg_get_header(connection, "Host")))
      response = {403, "text/plain; charset=utf-8", "the Host header names another machine\n"};
    else if (request.content_length > 0 || mg_get_header(connection, "Transfer-Encoding"))
      response = {413, "text/plain; charset=utf-8", "no bodies are taken here\n"};
    else if (method != "GET" && !head)
      response = {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
    else
      response = server.handler_(request.local_uri ? request.local_uri : "/");
    std::string text = "HTTP/1.1 " + std::to_string(response.code) + " ";
    text += reason_of(response.code);
    text += "\r\nContent-Type: " + response.content_type +
            "\r\nContent-Length: " + std::to_string(response.body.size()) +
            "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff" +
            (response.code == 405 ? "\r\nAllow: GET, HEAD" : "") + "\r\nConnection: close\r\n\r\n";
    if (!head) text += response.body;
    mg_write(connection, text.data(), text.size());
    return response.code;
  }
};

HttpServer::HttpServer(Address address, Handler handler)
    : address_(std::move(address)), handler_(std::move(handler)) {}

wf::Result<std::unique_ptr<HttpServer>> HttpServer::start(const Address& address, Handler handler) {
  Address at = address;
  if (at.host == "localhost") at.host = "127.0.0.1";  // CivetWeb's options take numbers alone
  if (at.host.find(':') != std::string::npos && !mg_check_feature(MG_FEATURES_IPV6))
    return wf::invalid_config(at.text() +
                              ": the CivetWeb of this system has no IPv6; use 127.0.0.1");
  WF_TRY(try_to_bind(at));
  std::unique_ptr<HttpServer> server(new HttpServer(at, std::move(handler)));
  server->civet_ = std::make_unique<Civet>();
  mg_init_library(MG_FEATURES_DEFAULT);
  const std::string listen = at.text();
  std::vector<const char*> options = {"listening_ports", listen.c_str()};
  for (const auto& [name, value] : kLimits) options.insert(options.end(), {name, value});
  options.push_back(nullptr);
  mg_callbacks callbacks{};
  callbacks.log_message = Civet::on_log;
  std::array<char, 256> text{};
  unsigned code = 0;
  mg_error_data error{&code, text.data(), text.size()};
  mg_init_data init{&callbacks, server.get(), options.data()};
  // CivetWeb's threads take no signals that are meant for the command's.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  server->civet_->context = mg_start2(&init, &error);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!server->civet_->context)
    return wf::unavailable("cannot listen on " + listen + ": " + text.data());
  mg_set_request_handler(server->civet_->context, "/", Civet::on_request, server.get());
  mg_server_port got{};
  if (mg_get_server_ports(server->civet_->context, 1, &got) == 1) server->address_.port = got.port;
  return server;
}

/// CivetWeb looks every two seconds whether it is to stop, or when somebody connects.
HttpServer::~HttpServer() {
  if (civet_ && civet_->context) {
    std::atomic<bool> stopped{false};
    std::thread waker([&] {
      while (!stopped) {
        connect_once(address_);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    });
    mg_stop(civet_->context);
    stopped = true;
    waker.join();
  }
  if (civet_) mg_exit_library();
}

}  // namespace weirflow::metrics
