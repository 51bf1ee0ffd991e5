// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "services.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "program.h"

extern char** environ;

namespace weirflow::testing {
namespace {

constexpr std::chrono::seconds kAnswerLimit{30};

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string script(const std::string& name) {
  const char* root = std::getenv("WEIRFLOW_SOURCE_DIR");
  return std::string(root ? root : ".") + "/tests/services/" + name;
}

const char* name_of(ServiceKind kind) {
  return kind == ServiceKind::kafka ? "kafka" : "opensearch";
}

}  // namespace

Service::Service(ServiceKind kind, const ServiceOptions& options)
    : kind_(kind), options_(options), folder_(std::make_unique<cli::TemporaryFolder>()) {}
Service::Service(Service&& other) noexcept = default;

Service::~Service() {
  // Nobody will read the data: it need not be written.
  if (folder_) (void)kill();
}

wf::Result<Service> Service::start(ServiceKind kind, const ServiceOptions& options) {
  Service service(kind, options);
  if (wf::Status status = service.launch(); !status.ok()) return status;
  return service;
}

std::string Service::address() const { return "127.0.0.1:" + std::to_string(port_); }

const std::filesystem::path& Service::folder() const { return folder_->path(); }

wf::Status Service::stop() { return run("stop . TERM"); }

wf::Status Service::kill() { return run("stop . KILL"); }

wf::Status Service::restart() {
  if (wf::Status status = stop(); !status.ok()) return status;
  options_.settings.clear();  // the folder has them
  return launch();
}

wf::Status Service::launch() {
  std::string arguments = "start --with " + std::to_string(::getpid());
  if (options_.advertise > 0) arguments += " --advertise " + std::to_string(options_.advertise);
  arguments += std::string(" ") + name_of(kind_) + " . " + std::to_string(options_.port);
  for (const std::string& setting : options_.settings) arguments += " " + quoted(setting);
  if (wf::Status status = run(arguments); !status.ok()) return status;
  // Not from what it printed: a first start says more than the port.
  std::ifstream(folder() / "port") >> port_;
  return {};
}

wf::Status Service::run(const std::string& arguments) const {
  const std::string line = quoted(script("service")) + " " + arguments;
  cli::Ran ran = cli::shell(line + " </dev/null", folder());
  if (ran.code == 0) return {};
  return {wf::Code::unavailable, line + ": exit code " + std::to_string(ran.code) + "\n" + ran.out};
}

Service* shared_service(ServiceKind kind) {
  // Destroyed at the end of the program, which kills them.
  static std::optional<wf::Result<Service>> services[2];
  auto& service = services[static_cast<int>(kind)];
  if (!service) service.emplace(Service::start(kind));
  if (service->ok()) return &**service;
  ADD_FAILURE() << service->error().message();
  return nullptr;
}

wf::Result<TcpProxy> TcpProxy::start(int target_port) {
  // The proxy ends when its input does, so with this process, however that dies.
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return wf::io_error(std::strerror(errno));
  std::string path = script("tcp_proxy.py"), target = std::to_string(target_port);
  std::string python = "python3", any = "0";
  char* const arguments[] = {python.data(), path.data(), any.data(), target.data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  TcpProxy proxy;
  const int failed =
      ::posix_spawnp(&proxy.process_, "python3", &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  proxy.channel_ = ends[0];
  if (failed != 0) {
    proxy.process_ = -1;
    return wf::io_error(std::string("python3: ") + std::strerror(failed));
  }
  wf::Result<std::string> ready = proxy.line();
  if (!ready.ok()) return ready.error();
  proxy.port_ = std::atoi(ready->substr(ready->find(' ') + 1).c_str());
  return proxy;
}

TcpProxy::TcpProxy(TcpProxy&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      channel_(std::exchange(other.channel_, -1)),
      port_(other.port_) {}

TcpProxy::~TcpProxy() {
  if (channel_ >= 0) ::close(channel_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

wf::Result<std::string> TcpProxy::line() const {
  const auto end = std::chrono::steady_clock::now() + kAnswerLimit;
  std::string text;
  while (true) {
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{channel_, POLLIN, 0};
    if (rest.count() <= 0 || ::poll(&ready, 1, static_cast<int>(rest.count())) == 0)
      return wf::Status(wf::Code::timeout, "the proxy does not answer");
    char c = 0;
    const ssize_t n = ::read(channel_, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return wf::Status(wf::Code::unavailable, "the proxy is gone");
    if (c == '\n') return text;
    text += c;
  }
}

wf::Result<std::string> TcpProxy::ask(const std::string& command) {
  const std::string text = command + "\n";
  const ssize_t written = ::send(channel_, text.data(), text.size(), MSG_NOSIGNAL);
  if (written != static_cast<ssize_t>(text.size()))
    return wf::Status(wf::Code::unavailable, "the proxy is gone");
  wf::Result<std::string> answer = line();
  if (!answer.ok()) return answer;
  if (!answer->starts_with("ok ")) return wf::Status(wf::Code::invalid_config, *answer);
  return answer->substr(3);
}

wf::Status TcpProxy::target(int port) { return ask("target " + std::to_string(port)).status(); }
wf::Status TcpProxy::pass() { return ask("pass").status(); }
wf::Status TcpProxy::delay(std::chrono::milliseconds each_way) {
  return ask("delay " + std::to_string(each_way.count())).status();
}
wf::Status TcpProxy::throttle(std::int64_t bytes_per_second) {
  return ask("throttle " + std::to_string(bytes_per_second)).status();
}
wf::Status TcpProxy::half_open() { return ask("half_open").status(); }
wf::Status TcpProxy::cut() { return ask("cut").status(); }
wf::Status TcpProxy::cut_after(std::int64_t bytes, Way way) {
  const char* const ways[] = {" up", " down", ""};
  return ask("cut_after " + std::to_string(bytes) + ways[static_cast<int>(way)]).status();
}

wf::Result<TcpProxy::State> TcpProxy::state() {
  wf::Result<std::string> answer = ask("state");
  if (!answer.ok()) return answer.error();
  State state;
  std::istringstream words(*answer);
  words >> state.mode >> state.connections >> state.up >> state.down >> state.swallowed;
  return state;
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

}  // namespace weirflow::testing
