// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

extern char** environ;

namespace weirflow::plugin {

namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kMaxOutput = size_t{16} << 20;

/// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Fd read, write;
};
wf::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return wf::unavailable(std::string("pipe: ") + std::strerror(errno));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// posix_spawn's two argument objects, freed at the end.
struct SpawnSetup {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

wf::Result<pid_t> spawn(const ChildRequest& request, int out, int err) {
  SpawnSetup setup;
  posix_spawn_file_actions_addopen(&setup.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&setup.actions, out, 1);
  posix_spawn_file_actions_adddup2(&setup.actions, err, 2);
  if (!request.folder.empty())
    posix_spawn_file_actions_addchdir_np(&setup.actions, request.folder.c_str());
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int s : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&usual, s);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  posix_spawnattr_setsigdefault(&setup.attributes, &usual);
  posix_spawnattr_setpgroup(&setup.attributes, 0);
  posix_spawnattr_setflags(&setup.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<std::string> words{request.program.string()};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int code = ::posix_spawn(&pid, request.program.c_str(), &setup.actions, &setup.attributes,
                                 argv.data(), environ);
  if (code != 0)
    return wf::unavailable("cannot start " + request.program.string() + ": " + std::strerror(code));
  return pid;
}

/// Appends what can be read now; false at the end of the stream.
bool drain(int fd, std::string& to) {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(fd, buffer.data(), buffer.size());
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  to.append(buffer.data(),
            std::min(static_cast<size_t>(n), kMaxOutput - std::min(kMaxOutput, to.size())));
  return n > 0;
}

/// Reads both streams until the process has ended and what it wrote is read, or the limit is over.
/// The streams' own end is not waited for: a grandchild may hold them open.
bool collect(int process, Fd& out, Fd& err, Clock::time_point end, ChildResult& result) {
  bool running = true;
  while (true) {
    std::array<pollfd, 3> fds{
        {{process, POLLIN, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}}};
    if (!running) fds[0].fd = -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (running && left <= 0) return false;
    const int ready = ::poll(fds.data(), fds.size(), running ? static_cast<int>(left) : 0);
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && !running) return true;
    if (ready <= 0) continue;
    if (fds[1].revents && !drain(out.get(), result.out)) out.close();
    if (fds[2].revents && !drain(err.get(), result.err)) err.close();
    if (fds[0].revents) running = false;
  }
}

}  // namespace

std::string ChildResult::failure(std::chrono::milliseconds limit) const {
  const auto ms = limit.count();
  if (timed_out)
    return "did not end within " +
           (ms % 1000 ? std::to_string(ms) + "ms" : std::to_string(ms / 1000) + "s");
  if (signal)
    return "crashed (signal " + std::to_string(signal) + ", " +
           (::sigdescr_np(signal) ? ::sigdescr_np(signal) : "unknown") + ")";
  if (exit_code) return "ended with code " + std::to_string(exit_code);
  return {};
}

wf::Result<ChildResult> run_child(const ChildRequest& request) {
  WF_ASSIGN(Pipe out, make_pipe());
  WF_ASSIGN(Pipe err, make_pipe());
  const Clock::time_point end = Clock::now() + request.limit;
  WF_ASSIGN(const pid_t pid, spawn(request, out.write.get(), err.write.get()));
  out.write.close();
  err.write.close();
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ChildResult result;
  if (process.get() >= 0)
    result.timed_out = !collect(process.get(), out.read, err.read, end, result);
  // Also what it may have started. Before it is waited for, so that the id is still its own.
  ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (process.get() < 0) return wf::unavailable("pidfd_open is not available");
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace weirflow::plugin
