// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "program.h"
#include "services.h"

namespace weirflow::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

#define EXPECT_OK(expression)                       \
  do {                                              \
    const wf::Status status_ = (expression);        \
    EXPECT_TRUE(status_.ok()) << status_.message(); \
  } while (false)

/// A socket of IPv4 on loopback that gives up after ten seconds.
class Socket {
 public:
  explicit Socket(int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) : fd_(fd) {
    const timeval limit{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Before it is connected.
  void take_little_at_once() const {
    const int bytes = 8192;
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
  }
  /// 0, or the error's number.
  int connect(int port) {
    const sockaddr_in address = loopback(port);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(fd_, generic, sizeof(address)) == 0 ? 0 : errno;
  }
  /// The port, or 0.
  int listen() {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool listens = ::bind(fd_, generic, size) == 0 && ::listen(fd_, 8) == 0 &&
                         ::getsockname(fd_, generic, &size) == 0;
    return listens ? ntohs(address.sin_port) : 0;
  }
  [[nodiscard]] int accept() const { return ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC); }

  /// How many bytes were taken, or -1.
  ssize_t try_send(const std::string& text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void send(const std::string& text) const {
    ASSERT_EQ(try_send(text), static_cast<ssize_t>(text.size()));
  }
  /// So many bytes, or those before an end or an error, which is then in `error`.
  std::string receive(size_t size) {
    std::string text(size, '\0');
    size_t have = 0;
    error = 0;
    while (have < size) {
      const ssize_t n = ::recv(fd_, text.data() + have, size - have, 0);
      if (n < 0) error = errno;
      if (n <= 0) break;
      have += static_cast<size_t>(n);
    }
    text.resize(have);
    return text;
  }

  int error = 0;

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int fd_;
};

bool answers(int port) { return Socket().connect(port) == 0; }

/// How many processes have their working folder at or below this one.
int processes_in(const fs::path& folder) {
  int count = 0;
  for (const auto& process : fs::directory_iterator("/proc")) {
    std::error_code gone;
    const fs::path works_in = fs::read_symlink(process.path() / "cwd", gone);
    if (!gone && works_in.string().starts_with(folder.string())) ++count;
  }
  return count;
}

/// A line of the shell that is to succeed; its output.
std::string output_of(const std::string& line) {
  const cli::Ran ran = cli::shell(line, "/");
  EXPECT_EQ(ran.code, 0) << line << "\n" << ran.out;
  return ran.out;
}

std::string script() {
  return std::string(std::getenv("WEIRFLOW_SOURCE_DIR")) + "/tests/services/service";
}

// --- services ---

std::string kcat(int port, const std::string& arguments) {
  return "timeout 60 kcat -q -b 127.0.0.1:" + std::to_string(port) + " " + arguments;
}

TEST(Kafka, KeepsItsPortAndItsDataWhenItIsKilled) {
  auto proxy = TcpProxy::start();
  ASSERT_TRUE(proxy.ok()) << proxy.error().message();
  auto kafka = Service::start(ServiceKind::kafka,
                              {.advertise = proxy->port(), .settings = {"num.partitions=3"}});
  ASSERT_TRUE(kafka.ok()) << kafka.error().message();
  EXPECT_OK(proxy->target(kafka->port()));
  const int port = kafka->port();
  EXPECT_TRUE(answers(port));

  // Who begins at its port is sent to the proxy, who begins at the other one stays there.
  const auto told = [&](int first) {
    return nlohmann::json::parse(output_of(kcat(first, "-L -J")));
  };
  EXPECT_EQ(told(port)["brokers"][0]["name"], "127.0.0.1:" + std::to_string(proxy->port()));
  EXPECT_EQ(told(kafka->direct_port())["brokers"][0]["name"],
            "127.0.0.1:" + std::to_string(kafka->direct_port()));

  const std::string rows = output_of("seq 1 1000");
  output_of("seq 1 1000 | " + kcat(proxy->port(), "-P -t rows -p 0"));
  EXPECT_OK(proxy->cut());
  EXPECT_NE(cli::shell(kcat(proxy->port(), "-L -m 1"), "/").code, 0);
  EXPECT_EQ(output_of(kcat(kafka->direct_port(), "-C -t rows -p 0 -e")), rows);
  EXPECT_OK(proxy->pass());

  EXPECT_OK(kafka->kill());
  EXPECT_FALSE(answers(port));
  EXPECT_TRUE(wait_until([&] { return processes_in(kafka->folder()) == 0; }));
  EXPECT_OK(kafka->restart());
  EXPECT_EQ(kafka->port(), port);
  EXPECT_EQ(output_of(kcat(proxy->port(), "-C -t rows -p 0 -e")), rows);
  EXPECT_EQ(told(port)["topics"][0]["partitions"].size(), 3U) << "the setting is not kept";

  const std::string start = script() + " start kafka '" + kafka->folder().string() + "'";
  const cli::Ran second = cli::shell(start, "/");
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.out.find("already runs"), std::string::npos) << second.out;

  EXPECT_OK(kafka->stop());
  EXPECT_FALSE(answers(port));
  EXPECT_TRUE(wait_until([&] { return processes_in(kafka->folder()) == 0; }));
  EXPECT_OK(kafka->stop());  // with nothing to stop
}

TEST(OpenSearch, KeepsADocument) {
  Service* node = shared_service(ServiceKind::opensearch);
  ASSERT_NE(node, nullptr);
  const std::string curl = "curl -sS --noproxy '*' -m 30 http://" + node->address() + "/books/";
  const auto made = nlohmann::json::parse(output_of(
      curl + "_doc/7 -X PUT -H 'Content-Type: application/json' -d '{\"title\": \"Moby-Dick\"}'"));
  EXPECT_EQ(made["result"], "created") << made.dump();
  const auto found = nlohmann::json::parse(output_of(curl + "_doc/7"));
  EXPECT_EQ(found["_source"]["title"], "Moby-Dick") << found.dump();
  EXPECT_EQ(shared_service(ServiceKind::opensearch), node) << "one is shared";
  EXPECT_EQ(cli::shell(script() + " wait . ready", node->folder()).code, 0);
}

TEST(OpenSearch, SaysWhyItDoesNotStart) {
  const auto refused = Service::start(ServiceKind::opensearch, {.settings = {"no.such.setting=1"}});
  ASSERT_FALSE(refused.ok());
  const std::string& message = refused.error().message();
  EXPECT_NE(message.find("unknown setting [no.such.setting]"), std::string::npos) << message;
  EXPECT_NE(message.find("ended before it was ready"), std::string::npos) << message;
}

TEST(Service, EndsWithItsOwner) {
  const cli::TemporaryFolder folder;
  // The owner is the shell, which ends when the service is ready.
  const cli::Ran ran =
      cli::shell("sh -c '" + script() + " start --with $$ kafka . && exit 0'", folder.path());
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(cli::shell(script() + " wait . gone", folder.path()).code, 0);
  EXPECT_TRUE(wait_until([&] { return processes_in(folder.path()) == 0; }));
}

TEST(Service, RefusesAPortThatIsTaken) {
  Socket other;
  const int port = other.listen();
  ASSERT_NE(port, 0);
  const auto refused = Service::start(ServiceKind::kafka, {.port = port});
  ASSERT_FALSE(refused.ok());
  const std::string expected =
      "port " + std::to_string(port) + " or one of the two after it is taken";
  EXPECT_NE(refused.error().message().find(expected), std::string::npos)
      << refused.error().message();
}

TEST(Service, RefusesWhatItDoesNotKnow) {
  const cli::TemporaryFolder folder;
  for (const char* arguments :
       {"begin", "start zookeeper .", "start kafka", "start kafka . 90a", "start kafka . 0 key",
        "start --with kafka . ", "start --port 1 kafka .", "start --advertise 1 opensearch .",
        "stop", "stop . INT", "wait . soon extra", "fetch zookeeper"}) {
    const cli::Ran ran = cli::shell(script() + " " + arguments, folder.path());
    EXPECT_EQ(ran.code, 2) << arguments << "\n" << ran.out;
    EXPECT_TRUE(ran.out.starts_with("service: ")) << ran.out;
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// --- the proxy ---

/// A client, the proxy, and the other end of the connection.
class Proxy : public ::testing::Test {
 protected:
  void SetUp() override {
    const int port = listener_.listen();
    ASSERT_NE(port, 0);
    auto started = TcpProxy::start(port);
    ASSERT_TRUE(started.ok()) << started.error().message();
    proxy_.emplace(std::move(*started));
    connect();
  }
  void connect() {
    client_.emplace();
    ASSERT_EQ(client_->connect(proxy_->port()), 0);
    server_.emplace(listener_.accept());
  }
  void expect_it_works() {
    client_->send("there");
    EXPECT_EQ(server_->receive(5), "there");
    server_->send("back");
    EXPECT_EQ(client_->receive(4), "back");
  }
  TcpProxy::State state() {
    auto state = proxy_->state();
    EXPECT_TRUE(state.ok());
    return state.ok() ? *state : TcpProxy::State{};
  }

  Socket listener_;
  std::optional<TcpProxy> proxy_;
  std::optional<Socket> client_, server_;
};

TEST_F(Proxy, Forwards) {
  expect_it_works();
  EXPECT_EQ(state().mode, "pass");
  EXPECT_EQ(state().connections, 1);
  EXPECT_EQ(state().up, 5);
  EXPECT_EQ(state().down, 4);
  client_.reset();
  EXPECT_EQ(server_->receive(1), "");
  EXPECT_EQ(server_->error, 0) << "an end is no reset";
}

TEST_F(Proxy, Delays) {
  EXPECT_OK(proxy_->delay(milliseconds(150)));
  const auto before = steady_clock::now();
  expect_it_works();
  EXPECT_GE(steady_clock::now() - before, milliseconds(300));
  // What waits goes on at once when the mode changes.
  EXPECT_OK(proxy_->delay(std::chrono::hours(1)));
  client_->send("there");
  EXPECT_OK(proxy_->pass());
  EXPECT_EQ(server_->receive(5), "there");
}

TEST_F(Proxy, Throttles) {
  EXPECT_OK(proxy_->throttle(20000));
  const auto before = steady_clock::now();
  client_->send(std::string(5000, 'x'));
  EXPECT_EQ(server_->receive(5000).size(), 5000U);
  EXPECT_GE(steady_clock::now() - before, milliseconds(240));
}

TEST_F(Proxy, CutsAndHeals) {
  expect_it_works();
  EXPECT_OK(proxy_->cut());
  EXPECT_EQ(client_->receive(1), "");
  EXPECT_EQ(client_->error, ECONNRESET);
  EXPECT_EQ(server_->receive(1), "");
  EXPECT_EQ(server_->error, ECONNRESET);
  EXPECT_EQ(Socket().connect(proxy_->port()), ECONNREFUSED);
  EXPECT_EQ(state().mode, "cut");
  EXPECT_EQ(state().connections, 0);

  EXPECT_OK(proxy_->pass());
  connect();
  expect_it_works();
}

TEST_F(Proxy, CutsAfterSoManyBytes) {
  EXPECT_OK(proxy_->cut_after(10, TcpProxy::Way::up));
  expect_it_works();
  client_->send("01234567");
  EXPECT_EQ(server_->receive(8), "01234");
  EXPECT_EQ(server_->error, ECONNRESET);
  EXPECT_TRUE(wait_until([&] { return state().mode == "cut"; }));
  EXPECT_EQ(state().up, 10);

  EXPECT_OK(proxy_->pass());
  connect();
  EXPECT_OK(proxy_->cut_after(3, TcpProxy::Way::down));
  client_->send("a question of any length");
  server_->send("answer");
  EXPECT_EQ(client_->receive(6), "ans");
}

TEST_F(Proxy, DeliversAllBeforeTheCut) {
  // The proxy is done with all of it long before the client has it.
  constexpr size_t kBytes = 1'000'000;
  client_.emplace();
  client_->take_little_at_once();
  ASSERT_EQ(client_->connect(proxy_->port()), 0);
  server_.emplace(listener_.accept());
  EXPECT_OK(proxy_->cut_after(kBytes, TcpProxy::Way::down));
  std::thread sender([&] { server_->try_send(std::string(2 * kBytes, 'x')); });
  EXPECT_EQ(client_->receive(2 * kBytes).size(), kBytes);
  EXPECT_EQ(client_->error, ECONNRESET);
  sender.join();
}

TEST_F(Proxy, SwallowsWhenHalfOpen) {
  EXPECT_OK(proxy_->half_open());
  client_->send("lost");
  Socket later;
  EXPECT_EQ(later.connect(proxy_->port()), 0);
  later.send("as well");
  EXPECT_TRUE(wait_until([&] { return state().swallowed == 4 + 7; }));
  EXPECT_EQ(state().connections, 2);

  // A stream with a hole is of no use any more.
  EXPECT_OK(proxy_->pass());
  EXPECT_EQ(server_->receive(1), "");
  EXPECT_EQ(server_->error, ECONNRESET);
  EXPECT_EQ(later.receive(1), "");
  EXPECT_EQ(later.error, ECONNRESET);
  connect();
  expect_it_works();
}

TEST_F(Proxy, LeadsElsewhere) {
  Socket elsewhere;
  EXPECT_OK(proxy_->target(elsewhere.listen()));
  expect_it_works();
  Socket client;
  EXPECT_EQ(client.connect(proxy_->port()), 0);
  Socket server(elsewhere.accept());
  client.send("there");
  EXPECT_EQ(server.receive(5), "there");
}

TEST_F(Proxy, RefusesWhatMakesNoSense) {
  EXPECT_EQ(proxy_->throttle(0).code(), wf::Code::invalid_config);
  EXPECT_EQ(proxy_->cut_after(0).code(), wf::Code::invalid_config);
  EXPECT_OK(proxy_->cut());
  EXPECT_EQ(proxy_->cut_after(1).code(), wf::Code::invalid_config);
}

}  // namespace
}  // namespace weirflow::testing
