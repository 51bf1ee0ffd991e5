// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A stand-in for receivers of alerts: HTTP/1.1 on a port of its own, answers as the test's script
/// says, and keeps what it was asked.
///
/// Threads: the script runs on the server's thread, one call at a time.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weirflow::alert {

struct FakeRequest {
  std::string path, headers, body;
  /// The value of a header, "" without one.
  [[nodiscard]] std::string header(const std::string& name) const {
    const size_t at = headers.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t from = at + name.size() + 4;
    return headers.substr(from, headers.find("\r\n", from) - from);
  }
};

struct FakeReply {
  int status = 200;  ///< 0: the connection is closed; -1: no answer at all
  std::string body;
  std::string headers;  ///< lines with their ends
};

class FakeServer {
 public:
  using Script = std::function<FakeReply(const FakeRequest&)>;

  explicit FakeServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { serve_all(); });
  }
  ~FakeServer() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<FakeRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] size_t count() const { return requests().size(); }

 private:
  void serve_all() {
    while (!ending_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      serve(fd);
      ::close(fd);
    }
  }
  /// One request for each connection: the order of requests is that of connections.
  void serve(int fd) {
    std::string buffer;
    FakeRequest request;
    if (!read_request(fd, buffer, &request)) return;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const FakeReply reply = script_(request);
    if (reply.status == 0) return;
    while (reply.status < 0 && !ending_ && !is_closed(fd)) {
    }
    const std::string text =
        "HTTP/1.1 " + std::to_string(reply.status) +
        " X\r\nConnection: close\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n" +
        reply.headers + "\r\n" + reply.body;
    if (reply.status > 0) (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }
  /// Waits a moment for the other side to give up.
  static bool is_closed(int fd) {
    pollfd one{fd, POLLIN, 0};
    char byte;
    return ::poll(&one, 1, 10) > 0 && ::recv(fd, &byte, 1, 0) <= 0;
  }
  static bool fill(int fd, std::string& buffer) {
    char bytes[65536];
    const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
    if (n <= 0) return false;
    buffer.append(bytes, static_cast<size_t>(n));
    return true;
  }
  static bool read_request(int fd, std::string& buffer, FakeRequest* out) {
    size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
      if (!fill(fd, buffer)) return false;
    out->headers = buffer.substr(0, end + 2);
    const size_t blank = out->headers.find(' ');
    out->path = out->headers.substr(blank + 1, out->headers.find(' ', blank + 1) - blank - 1);
    const std::string length = out->header("Content-Length");
    const size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < end + 4 + size)
      if (!fill(fd, buffer)) return false;
    out->body = buffer.substr(end + 4, size);
    return true;
  }

  Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  std::thread thread_;
};

/// Waits for a condition, at most 20 s.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

}  // namespace weirflow::alert
