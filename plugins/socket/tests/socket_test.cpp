// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// socket.source over real sockets.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::socket {
namespace {

using wf::Code;
using wf::Value;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

class Sender {
 public:
  explicit Sender(int port, int kind = SOCK_STREAM)
      : fd_(::socket(AF_INET, kind | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Sender() { hang_up(); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  [[nodiscard]] bool connected() const { return connected_; }
  /// Bytes that were taken; waits for room unless told not to.
  size_t send(std::string_view bytes, int flags = 0) const {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | flags);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    return sent;
  }
  /// False when there is none for a while: the other side does not read.
  [[nodiscard]] bool has_room() const {
    pollfd waiting{fd_, POLLOUT, 0};
    return ::poll(&waiting, 1, 300) == 1;
  }
  /// Waits until the other side has closed.
  [[nodiscard]] bool is_closed_by_peer() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) <= 0 && errno != EAGAIN;
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    hang_up();
  }
  void hang_up() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  bool connected_ = false;
};

class SocketTest : public ::testing::Test {
 protected:
  static std::unique_ptr<Harness> start(Value::Table more = {}) {
    auto h = std::make_unique<Harness>(wf::testing::component_of("socket.source"));
    Value::Table table{{"port", 0}};
    for (auto& item : more) table.push_back(std::move(item));
    const wf::Status status = h->start(std::move(table));
    EXPECT_TRUE(status.ok()) << status.message();
    return h;
  }
  static int port(const Harness& h) { return static_cast<int>(*h.result("port").integer()); }
  /// Reads until a condition holds, within 20 s.
  static bool until(Harness& h, const std::function<bool()>& condition) {
    const auto began = std::chrono::steady_clock::now();
    while (!condition()) {
      if (std::chrono::steady_clock::now() - began > std::chrono::seconds(20)) return false;
      const auto answer = h.next(std::chrono::milliseconds(20));
      EXPECT_TRUE(answer.ok()) << answer.status().message();
      if (!answer.ok()) return false;
    }
    return true;
  }
  static bool until_rows(Harness& h, size_t rows, const std::string& column = "line") {
    return until(h, [&] { return h.column(column).size() >= rows; });
  }
};

TEST_F(SocketTest, LinesOfSeveralClients) {
  const auto h = start({{"add", Value::List{"peer", "time"}}});
  Sender a(port(*h)), b(port(*h));
  a.send("one\ntw");
  ASSERT_TRUE(until_rows(*h, 1));
  b.send("other\r\n");
  ASSERT_TRUE(until_rows(*h, 2));
  a.send("o\nlast");
  a.hang_up();
  ASSERT_TRUE(until_rows(*h, 4));
  EXPECT_EQ(h->column("line"), (Strings{"one", "other", "two", "last"}));
  EXPECT_EQ(h->column("peer")[0], h->column("peer")[3]);
  EXPECT_NE(h->column("peer")[0], h->column("peer")[1]);
  EXPECT_TRUE(h->column("peer")[0].starts_with("127.0.0.1:"));
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["clients"] == 1; }));
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(SocketTest, FramesOfJson) {
  const auto h = start(
      {{"framing", "length"}, {"format", "json"}, {"columns", Value::Table{{"id", "int64"}}}});
  Sender a(port(*h));
  a.send(std::string("\0\0\0\x09{\n\"id\":1}\0\0\0\0\0\0\0\x01x\0\0\0\x08{\"id\":2}", 34));
  ASSERT_TRUE(until_rows(*h, 2, "id"));
  EXPECT_EQ(h->column("id"), (Strings{"1", "2"}));
  ASSERT_EQ(h->refused().size(), 1u);
  EXPECT_EQ(h->refused()[0].code, "bad_json");
  EXPECT_TRUE(h->refused()[0].position.ends_with(":3")) << h->refused()[0].position;
  a.send(std::string("\0\0", 2));
  a.hang_up();
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["broken_frames"] == 1; }));
}

TEST_F(SocketTest, BadRowsAreRefusedWithTheirSender) {
  const auto h = start({{"max_line", 8}});
  Sender a(port(*h));
  a.send(
      "good\nb\xFF"
      "d\n0123456789\nfine\n");
  ASSERT_TRUE(until_rows(*h, 2));
  ASSERT_EQ(h->refused().size(), 2u);
  Strings codes{h->refused()[0].code, h->refused()[1].code};
  std::sort(codes.begin(), codes.end());
  EXPECT_EQ(codes, (Strings{"bad_encoding", "too_long"}));
  EXPECT_TRUE(h->conservation().ok()) << h->conservation().message();
}

TEST_F(SocketTest, TcpHoldsItsSendersBack) {
  const auto h = start({{"queue", 100'000}});
  Sender a(port(*h));
  const std::string line = std::string(999, 'x') + "\n";
  // Nobody reads: the sender comes to rest, far below this.
  constexpr size_t kMost = 100'000'000;
  size_t sent = 0;
  while (sent < kMost && a.has_room())
    sent += a.send(std::string_view(line).substr(sent % line.size()), MSG_DONTWAIT);
  ASSERT_LT(sent, kMost);
  std::thread sending([&] {
    a.send(std::string_view(line).substr(sent % line.size()));
    a.hang_up();
  });
  const size_t lines = sent / line.size() + 1;
  EXPECT_TRUE(until_rows(*h, lines));
  sending.join();
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["clients"] == 0; }));
  EXPECT_LE(h->column("line").size(), lines + 1);
  for (const std::string& got : h->column("line")) ASSERT_EQ(got.size(), got.empty() ? 0 : 999u);
}

TEST_F(SocketTest, AClientThatHangsUpWhileNobodyReadsIsReadToItsEnd) {
  const auto h = start({{"queue", 1000}});
  {
    Sender a(port(*h)), b(port(*h)), c(port(*h));
    for (int i = 0; i < 100; ++i) a.send("line of a\n");
    b.send("line of b\n");
    c.send("line of c\n");
    c.reset();
  }
  EXPECT_TRUE(until_rows(*h, 101));
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["clients"] == 0; }));
}

TEST_F(SocketTest, TooManyClientsAreTurnedAway) {
  const auto h = start({{"max_clients", 2}});
  Sender a(port(*h)), b(port(*h)), c(port(*h));
  EXPECT_TRUE(c.is_closed_by_peer());
  a.send("a\n");
  b.send("b\n");
  EXPECT_TRUE(until_rows(*h, 2));
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["clients_refused"] == 1; }));
}

TEST_F(SocketTest, Datagrams) {
  const auto h = start({{"protocol", "udp"}});
  Sender a(port(*h), SOCK_DGRAM);
  a.send("one\ntwo\n");
  ASSERT_TRUE(until_rows(*h, 2));
  a.send("three");
  ASSERT_TRUE(until_rows(*h, 3));
  EXPECT_EQ(h->column("line"), (Strings{"one", "two", "three"}));
}

TEST_F(SocketTest, DatagramsThatDoNotFitAreCounted) {
  const auto h = start({{"protocol", "udp"}, {"queue", 500}});
  Sender a(port(*h), SOCK_DGRAM);
  const auto lost = [&] { return static_cast<size_t>(h->host().metrics()["datagrams_dropped"]); };
  size_t sent = 0;
  for (int burst = 0; burst < 1000 && lost() == 0; ++burst) {
    for (int i = 0; i < 50; ++i, ++sent) a.send(std::string(40, 'x'));
    ASSERT_TRUE(h->next().ok());
  }
  EXPECT_TRUE(until(*h, [&] { return h->column("line").size() + lost() >= sent; }));
  EXPECT_EQ(h->column("line").size() + lost(), sent);
  EXPECT_GT(lost(), 0u);
  EXPECT_NE(h->host().logs().back().find("dropped"), std::string::npos);
}

TEST_F(SocketTest, RowsThatAreNotTakenAreToldOfAtTheEnd) {
  const auto h = start();
  Sender a(port(*h));
  a.send("one\n");
  ASSERT_TRUE(until_rows(*h, 1));
  a.send("two\nthree\n");
  a.hang_up();
  Sender b(port(*h));
  b.send("four\n");
  ASSERT_TRUE(h->next(std::chrono::seconds(20)).ok());
  EXPECT_TRUE(h->close().ok());
  const size_t taken = h->column("line").size();
  EXPECT_LE(static_cast<double>(taken) + h->host().metrics()["rows_lost"], 4);
}

TEST_F(SocketTest, ALineOfABrokenConnectionIsDropped) {
  const auto h = start();
  Sender a(port(*h));
  a.send("one\nhalf of tw");
  ASSERT_TRUE(until_rows(*h, 1));
  a.reset();
  EXPECT_TRUE(until(*h, [&] { return h->host().metrics()["broken_frames"] == 1; }));
  EXPECT_TRUE(h->close().ok());
  EXPECT_EQ(h->column("line"), (Strings{"one"}));
  EXPECT_NE(h->host().logs().back().find("ended inside a row"), std::string::npos);
}

TEST_F(SocketTest, NobodyIsTakenAfterTheEnd) {
  const auto h = start();
  Sender a(port(*h));
  a.send("one\n");
  ASSERT_TRUE(until_rows(*h, 1));
  EXPECT_TRUE(h->close().ok());
  EXPECT_TRUE(a.is_closed_by_peer());
  EXPECT_FALSE(Sender(port(*h)).connected());
}

TEST_F(SocketTest, WakeEndsAWait) {
  const auto h = start();
  std::thread waker([&] { h->wake(); });
  EXPECT_EQ(*h->next(std::chrono::hours(1)), WF_SOURCE_IDLE);
  waker.join();
}

TEST_F(SocketTest, ASnapshotHoldsTheWatermark) {
  const Value::Table more{{"format", "json"},
                          {"columns", Value::Table{{"at", "timestamp"}}},
                          {"event_time", "at"},
                          {"out_of_order", 5'000'000}};
  const auto h = start(more);
  Sender a(port(*h));
  a.send("{\"at\":100}\n{\"at\":90}\n");
  ASSERT_TRUE(until_rows(*h, 2, "at"));
  EXPECT_EQ(h->watermarks(), (std::vector<int64_t>{95'000'000}));
  const auto later = start(more);
  ASSERT_TRUE(later->restore(*h->snapshot(1)).ok());
  ASSERT_TRUE(later->next().ok());
  EXPECT_EQ(later->watermarks(), (std::vector<int64_t>{95'000'000}));
  EXPECT_EQ(later->restore("x").code(), Code::invalid_data);
}

TEST_F(SocketTest, WrongConfigurationNamesItsKey) {
  const auto key = [&](Value::Table config) {
    Harness h(wf::testing::component_of("socket.source"));
    wf::Status status = h.configure(std::move(config));
    if (status.ok()) status = h.bind();
    return status.place() ? status.place()->key : status.to_string();
  };
  EXPECT_EQ(key({}), "port");
  EXPECT_EQ(key({{"port", 1}, {"host", "0.0.0.0"}}), "host");
  EXPECT_EQ(key({{"port", 1}, {"host", "here"}}), "host");
  EXPECT_EQ(key({{"port", 1}, {"format", "json"}}), "columns");
  EXPECT_EQ(key({{"port", 1}, {"event_time", "line"}}), "event_time");
  EXPECT_EQ(key({{"port", 1}, {"host", "::"}, {"allow_remote", true}}), "ok");
}

TEST_F(SocketTest, APortThatIsTakenIsAnError) {
  const auto h = start();
  Harness other(wf::testing::component_of("socket.source"));
  EXPECT_EQ(other.start({{"port", port(*h)}}).code(), Code::unavailable);
}

}  // namespace
}  // namespace weirflow::socket
