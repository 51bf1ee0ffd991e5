// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "kill_at.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <set>

namespace weirflow::faults {
namespace {

constexpr uint32_t kSteps[] = {
#ifdef SYS_rename
    SYS_rename,    SYS_link,   SYS_unlink,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
    SYS_renameat2, SYS_linkat, SYS_unlinkat, SYS_fsync, SYS_fdatasync};

/// Stops the calls above, allows the others.
bool stop_at_steps() {
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  for (const uint32_t call : kSteps) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

[[noreturn]] void become_weirflow(const Folder& folder, const std::string& output, char** argv) {
  const int fd = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(fd, STDOUT_FILENO);
  ::dup2(fd, STDERR_FILENO);
  ::setenv("ASAN_OPTIONS", "detect_leaks=0", 1);  // it would trace, and is being traced
  if (::chdir(folder.path().c_str()) == 0 && ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 &&
      ::raise(SIGSTOP) == 0 && stop_at_steps())
    ::execv(argv[0], argv);
  ::_exit(127);
}

/// Follows one process and its threads; processes that it starts run on uncounted.
class Tracer {
 public:
  Tracer(pid_t main, int step) : main_(main), step_(step) {}

  /// Until the process is gone.
  KilledRun follow() {
    int status = 0;
    ::waitpid(main_, &status, 0);  // its own SIGSTOP
    ::ptrace(PTRACE_SETOPTIONS, main_, nullptr,
             PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                 PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC);
    ::ptrace(PTRACE_CONT, main_, nullptr, nullptr);
    for (pid_t pid; (pid = ::waitpid(-1, &status, __WALL)) > 0;) {
      if (WIFSTOPPED(status)) {
        stopped(pid, status);
      } else if (pid == main_) {
        answer_.ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
    }
    return answer_;
  }

 private:
  void stopped(pid_t pid, int status) {
    const int event = status >> 16, number = WSTOPSIG(status);
    unsigned long made = 0;
    switch (event) {
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        ::ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &made);
        if (event != PTRACE_EVENT_CLONE || others_.count(pid))
          others_.insert(static_cast<pid_t>(made));
        break;
      case PTRACE_EVENT_SECCOMP:
        if (!others_.count(pid) && !answer_.killed && ++seen_ == step_) {
          answer_.killed = true;
          ::kill(main_, SIGKILL);
          return;
        }
        break;
      default:
        break;
    }
    // A new thread or process begins with a SIGSTOP of the tracer's own.
    const bool foreign = event == 0 && number != SIGSTOP && number != SIGTRAP;
    ::ptrace(PTRACE_CONT, pid, nullptr, foreign ? number : 0);
  }

  pid_t main_;
  int step_;
  int seen_ = 0;
  std::set<pid_t> others_;
  KilledRun answer_;
};

}  // namespace

KilledRun run_killed_at(const Folder& folder, const std::vector<std::string>& arguments, int step) {
  const std::string program = weirflow(), output = (folder / "output").string();
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) become_weirflow(folder, output, argv.data());
  KilledRun answer = Tracer(pid, step).follow();
  answer.ran.out = folder.read("output").value_or("");
  return answer;
}

}  // namespace weirflow::faults
