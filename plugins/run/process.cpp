// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace weirflow::run {

using Clock = std::chrono::steady_clock;

namespace {

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
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

wf::Status failed(const std::string& what, int error) {
  const std::string message = what + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return wf::not_found(message);
    case EACCES:
    case EPERM:
    case ENOEXEC:
      return {wf::Code::permission_denied, message};
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case E2BIG:
      return wf::exhausted(message);
    default:
      return wf::io_error(message);
  }
}

struct Pipe {
  Fd read, write;
};
wf::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make a pipe", errno);
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  // Only our end: the program's own must block as it expects.
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return failed("cannot set up a pipe", errno);
  return pipe;
}

wf::Result<Fd> open_input(const std::string& text) {
  Fd file(text.empty() ? ::open("/dev/null", O_RDONLY | O_CLOEXEC)
                       : ::memfd_create("stdin", MFD_CLOEXEC));
  if (file.get() < 0) return failed("cannot make the standard input", errno);
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file.get(), text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("cannot write the standard input", errno);
    done += static_cast<size_t>(n);
  }
  if (!text.empty() && ::lseek(file.get(), 0, SEEK_SET) != 0)
    return failed("cannot rewind the standard input", errno);
  return file;
}

/// Arguments as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// File actions and attributes, freed at the end.
class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  /// errno of the first call that failed, or 0.
  int fill(int in, int out, int err, const std::string& cwd) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    const short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    int error = posix_spawnattr_setflags(&attributes, flags);
    if (!error) error = posix_spawnattr_setpgroup(&attributes, 0);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, err, 2);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!error && !cwd.empty()) error = posix_spawn_file_actions_addchdir_np(&actions, cwd.c_str());
    return error;
  }
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

/// A started program. Reaps it and its group at the end, whatever happens before.
class Running {
 public:
  Running(pid_t pid, Fd pid_fd, Fd out, Fd err)
      : pid_(pid), pid_fd_(std::move(pid_fd)), out_(std::move(out)), err_(std::move(err)) {}
  ~Running() { end(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  ProcessEnd watch(const ProcessSpec& spec, const Stop& stop);

 private:
  void drain(Fd& from, bool error, const ProcessSpec& spec);
  [[nodiscard]] int patience(Clock::time_point limit, bool stopping) const;
  int end();

  const pid_t pid_;
  Fd pid_fd_, out_, err_;
  Clock::time_point kill_at_{};
  bool reaped_ = false;
  int status_ = 0;
};

void Running::drain(Fd& from, bool error, const ProcessSpec& spec) {
  char bytes[16 << 10];
  // A program that writes without end must not keep us from seeing a stop.
  for (int round = 0; round < 64 && from.get() >= 0; ++round) {
    const ssize_t n = ::read(from.get(), bytes, sizeof(bytes));
    if (n > 0) {
      if (spec.output) spec.output(error, {bytes, static_cast<size_t>(n)});
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    from.close();
  }
}

int Running::patience(Clock::time_point limit, bool stopping) const {
  const Clock::time_point until = stopping ? kill_at_ : limit;
  if (until == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

ProcessEnd Running::watch(const ProcessSpec& spec, const Stop& stop) {
  ProcessEnd result;
  const auto limit = spec.limit.count() > 0 ? Clock::now() + spec.limit : Clock::time_point::max();
  bool stopping = false;
  for (;;) {
    if (!stopping && (stop.is_requested() || Clock::now() >= limit)) {
      stopping = true;
      (stop.is_requested() ? result.stopped : result.timed_out) = true;
      ::kill(-pid_, SIGTERM);
      kill_at_ = Clock::now() + Stop::kGrace;
    } else if (stopping && Clock::now() >= kill_at_) {
      ::kill(-pid_, SIGKILL);
      kill_at_ = Clock::time_point::max();
    }
    pollfd wait[] = {{pid_fd_.get(), POLLIN, 0},
                     {out_.get(), POLLIN, 0},
                     {err_.get(), POLLIN, 0},
                     {stopping ? -1 : stop.fd(), POLLIN, 0}};
    if (::poll(wait, 4, patience(limit, stopping)) < 0 && errno != EINTR) break;
    if (wait[1].revents) drain(out_, false, spec);
    if (wait[2].revents) drain(err_, true, spec);
    if (wait[0].revents) break;
  }
  // The ended leader still holds the group's number, so this can hit nobody else.
  ::kill(-pid_, SIGKILL);
  drain(out_, false, spec);
  drain(err_, true, spec);
  const int status = end();
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_code = result.signal ? 128 + result.signal : WEXITSTATUS(status);
  return result;
}

int Running::end() {
  if (std::exchange(reaped_, true)) return status_;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  return status_;
}

bool has_nul(const ProcessSpec& spec) {
  bool found =
      spec.program.find('\0') != std::string::npos || spec.cwd.find('\0') != std::string::npos;
  for (const std::string& arg : spec.args) found |= arg.find('\0') != std::string::npos;
  for (const auto& [name, value] : spec.environment)
    found |= name.find('\0') != std::string::npos || value.find('\0') != std::string::npos;
  return found;
}

}  // namespace

Stop::Stop() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
Stop::~Stop() {
  if (fd_ >= 0) ::close(fd_);
}
void Stop::request() {
  requested_ = true;
  // A full counter is readable already, so a failed write loses nothing.
  if (::eventfd_write(fd_, 1) != 0) return;
}

wf::Result<ProcessEnd> run_process(const ProcessSpec& spec, const Stop& stop) {
  if (stop.fd() < 0) return failed("cannot make an event descriptor", EMFILE);
  if (has_nul(spec))
    return wf::invalid_config("a program's name, argument or variable has a NUL byte");
  struct stat folder {};
  if (!spec.cwd.empty() && (::stat(spec.cwd.c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode)))
    return wf::not_found("there is no folder " + spec.cwd + " to run in");
  WF_ASSIGN(Fd input, open_input(spec.input));
  WF_ASSIGN(Pipe out, make_pipe());
  WF_ASSIGN(Pipe err, make_pipe());

  std::vector<std::string> args{spec.program}, variables;
  args.insert(args.end(), spec.args.begin(), spec.args.end());
  for (const auto& [name, value] : spec.environment) variables.push_back(name + "=" + value);
  SpawnSettings settings;
  if (const int error = settings.fill(input.get(), out.write.get(), err.write.get(), spec.cwd))
    return failed("cannot prepare " + spec.program, error);
  if (stop.is_requested()) return ProcessEnd{0, 0, false, true};
  pid_t pid = -1;
  if (const int error =
          ::posix_spawn(&pid, spec.program.c_str(), &settings.actions, &settings.attributes,
                        pointers(args).data(), pointers(variables).data()))
    return failed("cannot start " + spec.program, error);
  out.write.close();
  err.write.close();
  Fd pid_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int pid_error = errno;
  const bool has_pid_fd = pid_fd.get() >= 0;
  Running running(pid, std::move(pid_fd), std::move(out.read), std::move(err.read));
  if (!has_pid_fd) return failed("cannot watch " + spec.program, pid_error);
  return running.watch(spec, stop);
}

}  // namespace weirflow::run
