// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// HTTP over plain sockets, so that a test says every byte: a caller and a peer.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weirflow::http {

/// Head and body of a message read from a socket; empty when the other side closed.
struct Message {
  std::string head, body;
  /// Value of a header, or "". `name` in lower case.
  [[nodiscard]] std::string header(const std::string& name) const {
    std::string lower = head;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const size_t at = lower.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t start = at + name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
  }
  [[nodiscard]] int status() const { return head.size() > 12 ? std::stoi(head.substr(9, 3)) : 0; }
};

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    timeval limit{20, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  static Socket to(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(fd);
      return Socket(-1);
    }
    return Socket(fd);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), rest_(other.rest_) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  /// One message with Content-Length.
  Message receive() {
    Message message;
    size_t end = 0;
    while ((end = rest_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return message;
    message.head = rest_.substr(0, end + 2);
    rest_.erase(0, end + 4);
    const std::string length = message.header("content-length");
    const size_t size = length.empty() ? 0 : std::stoul(length);
    while (rest_.size() < size)
      if (!more()) return message;
    message.body = rest_.substr(0, size);
    rest_.erase(0, size);
    return message;
  }

 private:
  bool more() {
    char buffer[4096];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n > 0) rest_.append(buffer, static_cast<size_t>(n));
    return n > 0;
  }
  int fd_;
  std::string rest_;
};

/// A request and its answer over a connection of its own.
inline Message post(int port, const std::string& path, const std::string& body,
                    const std::string& headers = "Content-Type: application/x-ndjson\r\n") {
  Socket socket = Socket::to(port);
  socket.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return socket.receive();
}

/// A server that answers each request with what a function says.
class Peer {
 public:
  struct Answer {
    int status = 200;
    std::string headers, body;
    bool hang_up = false;  ///< closes without an answer
    bool silent = false;   ///< keeps the connection and says nothing
  };
  using Handler = std::function<Answer(const Message&)>;

  explicit Peer(Handler handler, int port = 0) : handler_(std::move(handler)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listening_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        ::listen(listening_, 64) == 0)
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept(); });
  }
  ~Peer() {
    stopping_ = true;
    ::shutdown(listening_, SHUT_RDWR);
    accepting_.join();
    {
      const std::lock_guard held(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listening_);
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// Requests so far.
  [[nodiscard]] std::vector<Message> requests() const {
    const std::lock_guard held(mutex_);
    return requests_;
  }

 private:
  void accept() {
    while (!stopping_) {
      const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard held(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(fd); });
    }
  }
  void serve(int fd) {
    Socket socket(::dup(fd));
    for (;;) {
      const Message request = socket.receive();
      if (request.head.empty()) break;
      {
        const std::lock_guard held(mutex_);
        requests_.push_back(request);
      }
      const Answer answer = handler_(request);
      if (answer.silent) continue;
      if (answer.hang_up) break;
      socket.send("HTTP/1.1 " + std::to_string(answer.status) + " Said\r\n" + answer.headers +
                  "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" +
                  answer.body);
    }
    ::shutdown(fd, SHUT_RDWR);
  }

  Handler handler_;
  int listening_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::vector<Message> requests_;
  std::thread accepting_;
};

}  // namespace weirflow::http
