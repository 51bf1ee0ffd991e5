// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "metrics/http_get.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "core/process.h"

namespace weirflow::metrics {

namespace {

constexpr size_t kLargest = size_t{64} << 20;

/// A connection that gives up when its time is over.
class Connection {
 public:
  Connection(const Address& address, std::chrono::milliseconds limit)
      : address_(address), until_(std::chrono::steady_clock::now() + limit) {}

  wf::Status open() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(address_.port);
    if (const int error = ::getaddrinfo(address_.host.c_str(), port.c_str(), &hints, &found);
        error != 0)
      return wf::unavailable(address_.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
    wf::Status status = wf::unavailable(address_.text() + " has no address");
    for (const addrinfo* a = found; a; a = a->ai_next)
      if ((status = connect(*a)).ok()) return {};
    return status;
  }

  wf::Status send(std::string_view text) {
    while (!text.empty()) {
      WF_TRY(wait(POLLOUT));
      const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN && errno != EINTR) return broken(errno);
      if (n > 0) text.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  /// Until the other side closes.
  wf::Result<std::string> receive() {
    std::string all, part(size_t{64} << 10, '\0');
    for (;;) {
      WF_TRY(wait(POLLIN));
      const ssize_t n = ::recv(fd_.get(), part.data(), part.size(), 0);
      if (n == 0) return all;
      if (n < 0 && errno != EAGAIN && errno != EINTR) return broken(errno);
      if (n > 0) all.append(part, 0, static_cast<size_t>(n));
      if (all.size() > kLargest)
        return wf::invalid_data(address_.text() + " answers with more than 64 MiB");
    }
  }

 private:
  wf::Status connect(const addrinfo& a) {
    fd_ = Fd(::socket(a.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd_.get() < 0) return broken(errno);
    if (::connect(fd_.get(), a.ai_addr, a.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return broken(errno);
    WF_TRY(wait(POLLOUT));
    int error = 0;
    socklen_t size = sizeof(error);
    (void)::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? wf::Status() : broken(error);
  }
  wf::Status wait(short what) {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) return wf::timed_out(address_.text() + " does not answer in time");
      pollfd fd{fd_.get(), what, 0};
      if (::poll(&fd, 1, static_cast<int>(left.count())) > 0) return {};
    }
  }
  [[nodiscard]] wf::Status broken(int error) const {
    return wf::unavailable(address_.text() + ": " + std::strerror(error));
  }
  const Address& address_;
  const std::chrono::steady_clock::time_point until_;
  Fd fd_;
};

}  // namespace

wf::Result<std::string> http_get(const Address& address, const std::string& path,
                                 std::chrono::milliseconds limit) {
  Connection connection(address, limit);
  WF_TRY(connection.open());
  // 1.0: the answer comes in one piece, and ends with the connection.
  WF_TRY(connection.send("GET " + path + " HTTP/1.0\r\nHost: " + address.text() +
                         "\r\nConnection: close\r\nAccept: text/plain\r\n\r\n"));
  WF_ASSIGN(std::string text, connection.receive());
  const size_t head = text.find("\r\n\r\n");
  if (head == std::string::npos || !text.starts_with("HTTP/1."))
    return wf::invalid_data(address.text() + " does not speak HTTP");
  const size_t code = text.find(' ') + 1;
  const std::string answer = text.substr(code, text.find("\r\n") - code);
  if (!answer.starts_with("200"))
    return wf::invalid_data(address.text() + path + " answers " + answer);
  return text.substr(head + 4);
}

}  // namespace weirflow::metrics
