// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A stand-in for a mail server: one connection at a time, answers as the test says.
///
/// Threads: everything from any.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weirflow::alert {

class FakeMail {
 public:
  /// `answers`: by the first word of a command; "" closes the connection.
  explicit FakeMail(std::map<std::string, std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 4);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; ::close(fd))
        serve(fd);
    });
  }
  ~FakeMail() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FakeMail(const FakeMail&) = delete;
  FakeMail& operator=(const FakeMail&) = delete;

  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  /// The envelope's commands and the text of each mail that was taken.
  [[nodiscard]] std::vector<std::string> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }

 private:
  void serve(int fd) {
    std::string buffer, mail;
    if (!say(fd, "220 x")) return;
    for (std::string line; read_to(fd, "\r\n", &buffer, &line);) {
      const std::string verb = line.substr(0, line.find_first_of(" :"));
      if (verb == "MAIL") mail.clear();
      mail += line + "\r\n";
      const auto answer = answers_.find(verb);
      if (answer != answers_.end()) {
        if (answer->second.empty() || !say(fd, answer->second)) return;
      } else if (verb == "DATA") {
        std::string text;
        if (!say(fd, "354 go on") || !read_to(fd, "\r\n.\r\n", &buffer, &text)) return;
        {
          const std::lock_guard lock(mutex_);
          mails_.push_back(mail + text);
        }
        if (!say(fd, "250 taken")) return;
      } else if (verb == "QUIT") {
        (void)say(fd, "221 bye");
        return;
      } else if (!say(fd, "250 x")) {
        return;
      }
    }
  }
  static bool say(int fd, const std::string& line) {
    const std::string text = line + "\r\n";
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) > 0;
  }
  static bool read_to(int fd, const std::string& end, std::string* buffer, std::string* out) {
    size_t at;
    while ((at = buffer->find(end)) == std::string::npos) {
      char bytes[4096];
      const ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
      if (n <= 0) return false;
      buffer->append(bytes, static_cast<size_t>(n));
    }
    *out = buffer->substr(0, at);
    buffer->erase(0, at + end.size());
    return true;
  }

  std::map<std::string, std::string> answers_;
  int listener_ = -1;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> mails_;
  std::thread thread_;
};

}  // namespace weirflow::alert
