// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// What comes from outside while a stream is killed with kill -9 again and again: files that grow
// and are rotated, and rows that are posted. Nothing is lost, nothing comes twice.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <thread>

#include "kill_at.h"

namespace weirflow::faults {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kStride = 7;
#else
constexpr int kStride = 2;
#endif
constexpr int kSteps = 50;  // a start and some checkpoints; see stream_test.cpp

/// How often each value of a key is in the files that are visible.
std::map<std::string, int> seen(const Folder& folder, const std::string& key) {
  std::map<std::string, int> times;
  const std::string before = "\"" + key + "\":\"";
  if (!fs::exists(folder / "out")) return times;
  for (const auto& entry : fs::directory_iterator(folder / "out")) {
    if (!entry.path().filename().string().starts_with("rows-")) continue;
    const std::string text = *folder.read(fs::path("out") / entry.path().filename());
    for (size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
      at += before.size();
      ++times[text.substr(at, text.find('"', at) - at)];
    }
  }
  return times;
}

/// A thread that works until the object ends.
class Meanwhile {
 public:
  explicit Meanwhile(const std::function<void()>& once)
      : thread_([this, once] {
          while (!over_) once();
        }) {}
  ~Meanwhile() { end(); }
  void end() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

/// Killed at step after step, then run until all of `expected` came once.
void kill_again_and_again(const Folder& folder, const std::string& key, Meanwhile& meanwhile,
                          const std::function<std::vector<std::string>()>& expected) {
  ASSERT_EQ(shell(folder, "$W plugins list").code, 0);  // the libraries are inspected beforehand
  for (int step = 1; step <= kSteps; step += kStride) {
    const KilledRun run = run_killed_at(folder, {"run", "-q", "stream.toml"}, step);
    ASSERT_TRUE(run.killed) << "step " << step << ": " << run.ran.out;
  }
  Process last(folder, {"run", "-q", "stream.toml"});
  meanwhile.end();
  const std::vector<std::string> all = expected();
  EXPECT_GT(all.size(), 20U);
  EXPECT_TRUE(wait_until([&] { return seen(folder, key).size() >= all.size(); }));
  last.signal(SIGINT);
  const Ran ran = last.wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  const std::map<std::string, int> times = seen(folder, key);
  EXPECT_EQ(times.size(), all.size());
  for (const std::string& value : all)
    EXPECT_EQ(times.contains(value) ? times.at(value) : 0, 1) << value;
}

/// A program that writes a log of some thousand lines a second, and logrotate with it: every 50th
/// line is followed by one of its ways in turn. Now and then a line is written in two halves.
class Log {
 public:
  explicit Log(const Folder& folder) : folder_(folder.path().string()) {
    fs::create_directory(folder_ + "/logs");
  }
  void write() {
    const std::string line = "line " + std::to_string(lines_) + "\n";
    const size_t half = lines_ % 7 == 0 ? line.size() / 2 : 0;
    append(line.substr(0, half));
    append(line.substr(half));
    if (++lines_ % 50 == 0) rotate();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (int i = 0; i < lines_; ++i) all.push_back("line " + std::to_string(i));
    return all;
  }

 private:
  void append(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::app) << text;
  }
  void rotate() {
    const std::string old = path_ + "." + std::to_string(++rotations_);
    if (rotations_ % 2 == 0) return fs::rename(path_, old);
    fs::copy_file(path_, old);
    fs::resize_file(path_, 0);
  }

  const std::string folder_, path_ = folder_ + "/logs/app.log";
  int lines_ = 0, rotations_ = 0;
};

TEST(Agents, FilesThatGrowAndAreRotated) {
  const Folder folder;
  folder.write("stream.toml", R"([dag]
name = "tail"
[checkpoint]
interval = "5ms"
[task.log]
uses = "file.tail"
with = { path = "logs/app.log*" }
[task.out]
uses = "file.jsonl_sink"
from = "log"
with = { path = "out/rows.jsonl" }
)");
  Log log(folder);
  Meanwhile writing([&] { log.write(); });
  kill_again_and_again(folder, "line", writing, [&] { return log.lines(); });
}

/// A port that nobody has at this moment.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

/// A client that posts three rows at a time, and the same ones again until it was told 200.
class Poster {
 public:
  explicit Poster(int port) : port_(port) {}
  void post() {
    const std::string answer = ask(request());
    if (!answer.starts_with("HTTP/1.1 200 ")) return std::this_thread::yield();
    EXPECT_TRUE(answer.ends_with("{\"rows\":3}\n")) << answer;
    ++answered_;
  }
  [[nodiscard]] std::vector<std::string> rows() const {
    std::vector<std::string> all;
    for (int i = 0; i < answered_; ++i)
      for (int row = 0; row < 3; ++row) all.push_back(id(i, row));
    return all;
  }
  /// Until the server answers: what it took and did not answer is asked for once more.
  void settle() {
    const int before = answered_;
    EXPECT_TRUE(wait_until([&] { return post(), answered_ > before; }));
  }

 private:
  static std::string id(int request, int row) {
    return std::to_string(request) + "." + std::to_string(row);
  }
  [[nodiscard]] std::string request() const {
    std::string body;
    for (int row = 0; row < 3; ++row) body += "{\"id\":\"" + id(answered_, row) + "\"}\n";
    return "POST /rows HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
           "Connection: close\r\nIdempotency-Key: request-" +
           std::to_string(answered_) + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  /// What came before the end of the connection; nothing when there was none.
  [[nodiscard]] std::string ask(const std::string& request) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port_));
    std::string answer;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size())) {
      char buffer[4096];
      for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<size_t>(n));
    }
    ::close(fd);
    return answer;
  }

  const int port_;
  int answered_ = 0;
};

TEST(Agents, RowsThatArePosted) {
  const Folder folder;
  const int port = free_port();
  folder.write("stream.toml", R"([dag]
name = "push"
[checkpoint]
interval = "5ms"
[task.in]
uses = "http.source"
with = { url_path = "/rows", spool = "spool", columns = { id = "utf8" }, port = )" +
                                  std::to_string(port) + R"( }
[task.out]
uses = "file.jsonl_sink"
from = "in"
with = { path = "out/rows.jsonl" }
)");
  Poster poster(port);
  Meanwhile posting([&] { poster.post(); });
  kill_again_and_again(folder, "id", posting, [&] { return poster.settle(), poster.rows(); });
}

}  // namespace
}  // namespace weirflow::faults
