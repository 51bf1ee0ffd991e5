// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// alert.alertmanager against a real Alertmanager: ALERTMANAGER names its program.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "sinks.h"
#include "weirflow/testing/harness.hpp"

extern char** environ;

namespace weirflow::alert {
namespace {

using nlohmann::json;
using wf::testing::Harness;

constexpr int64_t kSecond = 1'000'000;

int64_t clock_us() {
  return std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

sockaddr_in local(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(port);
  return address;
}

uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = local(0);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ::ntohs(address.sin_port);
}

/// The answer's body, "" when there is none.
std::string get(uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = local(port);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
    (void)::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    char bytes[65536];
    for (ssize_t n; (n = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<size_t>(n));
  }
  ::close(fd);
  const size_t end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

class Alertmanager {
 public:
  Alertmanager() : port_(free_port()) {
    std::string name = (std::filesystem::temp_directory_path() / "alert-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ + "/am.yml")
        << "route: { receiver: none }\nreceivers: [{ name: none }]\n";
    std::vector<std::string> words = {
        ALERTMANAGER, "--config.file=" + folder_ + "/am.yml", "--storage.path=" + folder_ + "/data",
        "--cluster.listen-address=", "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    started_ = ::posix_spawn(&pid_, ALERTMANAGER, &actions, nullptr, argv.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Alertmanager() {
    if (started_) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] bool is_ready() const {
    return started_ && eventually([&] { return get(port_, "/-/ready") == "OK"; });
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] json alerts() const {
    return json::parse(get(port_, "/api/v2/alerts"), nullptr, false);
  }

 private:
  uint16_t port_;
  std::string folder_;
  pid_t pid_ = 0;
  bool started_ = false;
};

Alert alert_of(const std::string& sub, bool resolved = false) {
  Alert alert;
  alert.rule = "hot";
  alert.severity = "warning";
  alert.labels = {{"alertname", "hot"}, {"severity", "warning"}, {"sub", sub}};
  alert.fingerprint = fingerprint_of(alert.labels);
  alert.annotations = {{"summary", "s " + sub}};
  alert.starts_us = clock_us() - 60 * kSecond;
  alert.resolved = resolved;
  if (resolved) alert.ends_us = clock_us();
  alert.evidence = "{\"kafka_offset\":7}";
  alert.link = "http://x.example/" + sub;
  return alert;
}

wf::Batch rows(const std::vector<Alert>& alerts) {
  AlertRows all;
  for (const Alert& alert : alerts) all.append(alert);
  return all.finish();
}

TEST(RealAlertmanager, HasTheAlertsUntilTheyEnd) {
  const Alertmanager real;
  ASSERT_TRUE(real.is_ready());
  Harness h = Harness::of<AlertmanagerSink>();
  h.host().now_us = clock_us();
  ASSERT_TRUE(h.start({{"urls", wf::Value::List{real.url()}}}, {*alert_schema()}).ok());
  ASSERT_TRUE(h.push(rows({alert_of("a"), alert_of("\"odd\" \u00e4")})).ok());
  ASSERT_TRUE(h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return h.host().metrics()["sent"] == 2; }));
  ASSERT_TRUE(eventually([&] { return real.alerts().size() == 2; }));
  for (const json& alert : real.alerts()) {
    const std::string sub = alert["labels"]["sub"];
    EXPECT_EQ(alert["fingerprint"], alert_of(sub).fingerprint) << "its own number";
    EXPECT_EQ(alert["annotations"]["evidence"], "{\"kafka_offset\":7}");
    EXPECT_EQ(alert["annotations"]["summary"], "s " + sub);
    EXPECT_EQ(alert["status"]["state"], "active");
  }
  ASSERT_TRUE(h.push(rows({alert_of("a", true)})).ok());
  ASSERT_TRUE(h.commit(2).ok());
  EXPECT_TRUE(eventually([&] { return real.alerts().size() == 1; }));
  EXPECT_TRUE(h.refused().empty());
}

TEST(RealAlertmanager, FiringAlertsAreHeldByBeingToldAgain) {
  const Alertmanager real;
  ASSERT_TRUE(real.is_ready());
  Harness h = Harness::of<AlertmanagerSink>();
  h.host().now_us = clock_us();
  ASSERT_TRUE(
      h.start({{"urls", wf::Value::List{real.url()}}, {"resend", 60 * kSecond}}, {*alert_schema()})
          .ok());
  ASSERT_TRUE(h.push(rows({alert_of("a")})).ok());
  ASSERT_TRUE(h.commit(1).ok());
  ASSERT_TRUE(eventually([&] { return real.alerts().size() == 1; }));
  const std::string first = real.alerts()[0]["endsAt"];
  h.host().now_us += 61 * kSecond;
  EXPECT_TRUE(eventually([&] { return real.alerts()[0]["endsAt"] > first; }));
}

}  // namespace
}  // namespace weirflow::alert
