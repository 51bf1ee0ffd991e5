// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A stand-in for a node: HTTP/1.1 on a port of its own, answers as the test's handler says, and
/// keeps what it was asked.
///
/// Threads: the handler runs on the node's threads, one call at a time.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weirflow::elasticsearch {

struct FakeRequest {
  std::string method, path, headers, body;
  /// The documents' action lines of a bulk.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (size_t at = 0, end; at < body.size(); at = end + 1) {
      end = std::min(body.find('\n', at), body.size());
      all.push_back(body.substr(at, end - at));
    }
    return all;
  }
};

struct FakeReply {
  int status = 200;  ///< 0: the connection is closed without an answer
  std::string body;
  std::string headers;  ///< lines with their ends
};

class FakeNode {
 public:
  using Handler = std::function<FakeReply(const FakeRequest&)>;

  explicit FakeNode(Handler handler, uint16_t port = 0) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(port);
    socklen_t length = sizeof address;
    listening_ = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                 ::listen(listener_, 64) == 0;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ::ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FakeNode() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& t : threads_) t.join();
    ::close(listener_);
  }
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  [[nodiscard]] bool is_listening() const { return listening_; }
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<FakeRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int most_at_once() const { return most_; }
  /// Bulk bodies joined.
  [[nodiscard]] std::string bulks() const {
    std::string all;
    for (const FakeRequest& request : requests())
      if (request.path.starts_with("/_bulk")) all += request.body;
    return all;
  }

 private:
  void accept_all() {
    while (!ending_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) break;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    std::string buffer;
    FakeRequest request;
    while (read_request(fd, buffer, &request)) {
      const int now = ++at_once_;
      for (int seen = most_; now > seen && !most_.compare_exchange_weak(seen, now);) {
      }
      FakeReply reply;
      {
        const std::lock_guard lock(handler_mutex_);
        {
          const std::lock_guard inner(mutex_);
          requests_.push_back(request);
        }
        reply = handler_(request);
      }
      --at_once_;
      if (reply.status == 0) break;
      std::string text = "HTTP/1.1 " + std::to_string(reply.status) +
                         " X\r\nContent-Length: " + std::to_string(reply.body.size()) + "\r\n" +
                         reply.headers + "\r\n";
      if (request.method != "HEAD") text += reply.body;
      if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) break;
    }
    const std::lock_guard lock(mutex_);
    std::erase(open_, fd);
    ::close(fd);
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
    const size_t space = out->headers.find(' ');
    out->method = out->headers.substr(0, space);
    out->path = out->headers.substr(space + 1, out->headers.find(' ', space + 1) - space - 1);
    const size_t at = out->headers.find("Content-Length: ");
    const size_t length = at == std::string::npos ? 0 : std::stoul(out->headers.substr(at + 16));
    while (buffer.size() < end + 4 + length)
      if (!fill(fd, buffer)) return false;
    out->body = buffer.substr(end + 4, length);
    buffer.erase(0, end + 4 + length);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  bool listening_ = false;
  std::atomic<bool> ending_{false};
  std::atomic<int> at_once_{0}, most_{0};
  std::mutex handler_mutex_;
  mutable std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// The answer to a bulk: one status for each action line, by the test's rule.
inline FakeReply bulk_reply(const FakeRequest& request,
                            const std::function<int(const std::string& action)>& status_of) {
  std::string items;
  bool errors = false;
  for (const std::string& line : request.lines()) {
    const size_t quote = line.find('"', 2);
    const std::string op = line.substr(2, quote - 2);
    if (!line.starts_with("{\"index\":{\"_index\"") &&
        !line.starts_with("{\"create\":{\"_index\"") &&
        !line.starts_with("{\"update\":{\"_index\"") &&
        !line.starts_with("{\"delete\":{\"_index\""))
      continue;
    const int status = status_of(line);
    items += (items.empty() ? "" : ",") + ("{\"" + op + "\":{\"status\":" + std::to_string(status));
    if (status >= 400) {
      errors = true;
      items += ",\"error\":{\"type\":\"some_exception\",\"reason\":\"because\"}";
    }
    items += "}}";
  }
  return {200,
          "{\"errors\":" + std::string(errors ? "true" : "false") + ",\"items\":[" + items + "]}",
          ""};
}

/// Waits for a condition, at most 20 s.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

}  // namespace weirflow::elasticsearch
