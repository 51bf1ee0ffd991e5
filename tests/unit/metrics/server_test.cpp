// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "metrics/endpoint.h"
#include "metrics/exposition.h"
#include "metrics/http_get.h"
#include "snapshots.h"

namespace weirflow::metrics {
namespace {

constexpr std::chrono::seconds kLimit(20);

/// Bytes to a port of this machine, and all that comes back.
std::string talk(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
  // The answer may come, and the connection end, before all of it is sent.
  (void)::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
  std::string all;
  char part[4096];
  for (ssize_t n = 0; (n = ::recv(fd, part, sizeof(part), 0)) > 0;)
    all.append(part, static_cast<size_t>(n));
  ::close(fd);
  return all;
}

std::string get(int port, const std::string& path, const std::string& headers = "") {
  return talk(port, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
}

TEST(Address, IsRead) {
  EXPECT_EQ(*parse_address("9464"), (Address{"127.0.0.1", 9464}));
  EXPECT_EQ(*parse_address("0"), (Address{"127.0.0.1", 0}));
  EXPECT_EQ(*parse_address("localhost:80"), (Address{"localhost", 80}));
  EXPECT_EQ(*parse_address("[::1]:80"), (Address{"::1", 80}));
  EXPECT_EQ(*parse_address("http://10.0.0.7:9464/metrics"), (Address{"10.0.0.7", 9464}));
  EXPECT_EQ(parse_address("[::1]:80")->text(), "[::1]:80");
  for (const char* local : {"1", "127.1.2.3:1", "localhost:1", "[::1]:1"})
    EXPECT_TRUE(parse_address(local)->is_loopback()) << local;
  for (const char* other : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "example.org:1"})
    EXPECT_FALSE(parse_address(other)->is_loopback()) << other;
}

TEST(Address, OrRefused) {
  for (const char* wrong :
       {"", "abc", "1.2.3.4", "localhost:", ":80", "localhost:70000", "-1", "8 0", "::1:80",
        "[::1]80", "a,b:80", "https://localhost:1", "80+81", "localhost:80s"}) {
    const auto address = parse_address(wrong);
    ASSERT_FALSE(address.ok()) << wrong;
    EXPECT_NE(address.error().message().find("it is PORT or HOST:PORT"), std::string::npos);
  }
}

class ServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = Endpoint::start(Address(), "0.1.0");
    ASSERT_TRUE(started.ok()) << started.status().message();
    endpoint_ = std::move(*started);
    address_ = *parse_address(endpoint_->url());
    ASSERT_GT(address_.port, 0);
  }
  std::unique_ptr<Endpoint> endpoint_;
  Address address_;
};

TEST_F(ServerTest, ServesWhatTheSourceSays) {
  const Endpoint::Serving serving(*endpoint_, made_snapshot);
  const auto text = http_get(address_, "/metrics", kLimit);
  ASSERT_TRUE(text.ok()) << text.status().message();
  const auto read = from_text(*text);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->run, made_snapshot().run);
  EXPECT_EQ(read->version, "0.1.0");
  const std::string answer = get(address_.port, "/metrics");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer.substr(0, 200);
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
            std::string::npos);
}

TEST_F(ServerTest, IsReadyWhenTheRunIs) {
  EXPECT_TRUE(get(address_.port, "/readyz").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(get(address_.port, "/healthz").starts_with("HTTP/1.1 200 "));
  Snapshot now = made_snapshot();
  const Endpoint::Serving serving(*endpoint_, [&] { return now; });
  EXPECT_TRUE(get(address_.port, "/readyz").ends_with("\r\n\r\nok\n"));
  now.paused_by = "out";
  now.paused_why = "full";
  EXPECT_TRUE(get(address_.port, "/readyz").starts_with("HTTP/1.1 503 "));
  EXPECT_TRUE(get(address_.port, "/readyz").ends_with("\r\n\r\npaused by out: full\n"));
  EXPECT_TRUE(get(address_.port, "/healthz").ends_with("ok, but paused by out: full\n"));
  now.state = "failed";
  EXPECT_TRUE(get(address_.port, "/healthz").starts_with("HTTP/1.1 503 "));
}

TEST_F(ServerTest, RefusesWhatIsNoReading) {
  EXPECT_TRUE(get(address_.port, "/").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(get(address_.port, "/../etc/passwd").find(" 404 ") != std::string::npos ||
              get(address_.port, "/../etc/passwd").find(" 400 ") != std::string::npos);
  EXPECT_TRUE(get(address_.port, "/metrics/").starts_with("HTTP/1.1 404 "));
  const std::string posted =
      talk(address_.port, "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(posted.starts_with("HTTP/1.1 405 ")) << posted;
  EXPECT_NE(posted.find("Allow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_TRUE(get(address_.port, "/metrics", "Content-Length: 5\r\n").starts_with("HTTP/1.1 413 "));
  EXPECT_TRUE(talk(address_.port, "nonsense\r\n\r\n").find(" 400 ") != std::string::npos);
  // Headers beyond the limit are never answered with metrics.
  EXPECT_EQ(get(address_.port, "/metrics", "X: " + std::string(20'000, 'x') + "\r\n")
                .find("HTTP/1.1 200"),
            std::string::npos);
  // HEAD has the length, and no body.
  const std::string head = talk(address_.port, "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_F(ServerTest, OfAnotherNameIsRefused) {
  const auto with_host = [&](const std::string& host) {
    return talk(address_.port, "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  for (const char* host : {"localhost", "localhost:9464", "127.0.0.1:1", "[::1]:9464"})
    EXPECT_TRUE(with_host(host).starts_with("HTTP/1.1 200 ")) << host;
  for (const char* host : {"evil.example", "evil.example:9464", "localhost.evil.example"})
    EXPECT_TRUE(with_host(host).starts_with("HTTP/1.1 403 ")) << host;
}

TEST_F(ServerTest, ABusyPortIsSaid) {
  const auto second = Endpoint::start(address_, "0.1.0");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), wf::Code::conflict);
  EXPECT_EQ(second.error().message(),
            "cannot listen on " + address_.text() +
                ": Address already in use; give another port, or 0 for a free one");
  // IPv6 is served, or said not to be.
  const auto six = Endpoint::start({"::1", 0}, "0.1.0");
  EXPECT_TRUE(six.ok() || six.error().code() == wf::Code::invalid_config) << six.status().message();
  // An address of no interface of this machine (TEST-NET-1).
  const auto foreign = Endpoint::start({"192.0.2.1", 0}, "0.1.0");
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.error().code(), wf::Code::invalid_config) << foreign.error().message();
}

TEST_F(ServerTest, TheSourceIsNotAskedBehindItsGuard) {
  std::atomic<bool> alive{true};
  std::atomic<int> answered{0}, late{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!stop) {
        const auto text = http_get(address_, "/metrics", kLimit);
        if (text.ok() && text->find("20261123T110000Z-1a2b3c") != std::string::npos) ++answered;
      }
    });
  {
    const Endpoint::Serving serving(*endpoint_, [&] {
      if (!alive) ++late;
      return made_snapshot();
    });
    while (answered < 20) std::this_thread::yield();
  }
  alive = false;
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(late, 0);
  const Address address = address_;
  endpoint_.reset();
  const auto gone = http_get(address, "/metrics", kLimit);
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().code(), wf::Code::unavailable) << gone.error().message();
}

TEST(HttpGet, SaysWhatIsWrong) {
  const auto server = HttpServer::start(Address(), [](std::string_view) {
    return Response{404, "text/plain", "no"};
  });
  ASSERT_TRUE(server.ok()) << server.status().message();
  const auto missing = http_get((*server)->address(), "/metrics", kLimit);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), wf::Code::invalid_data);
  EXPECT_NE(missing.error().message().find("/metrics answers 404"), std::string::npos);
  // Something that listens and says nothing.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(at);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::listen(fd, 1), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const auto silent =
      http_get({"127.0.0.1", ntohs(at.sin_port)}, "/metrics", std::chrono::milliseconds(100));
  ::close(fd);
  ASSERT_FALSE(silent.ok());
  EXPECT_EQ(silent.error().code(), wf::Code::timeout);
}

}  // namespace
}  // namespace weirflow::metrics
