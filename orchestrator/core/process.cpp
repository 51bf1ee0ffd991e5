// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace weirflow {

namespace {

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

void set_signals(posix_spawnattr_t& attributes, bool own_group) {
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (const int s : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&usual, s);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (own_group) {
    posix_spawnattr_setpgroup(&attributes, 0);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  posix_spawnattr_setflags(&attributes, static_cast<short>(flags));
}

}  // namespace

void Fd::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

wf::Result<pid_t> spawn(const SpawnRequest& request) {
  SpawnSetup setup;
  if (request.no_input)
    posix_spawn_file_actions_addopen(&setup.actions, 0, "/dev/null", O_RDONLY, 0);
  for (const SpawnRequest::Given& given : request.descriptors)
    posix_spawn_file_actions_adddup2(&setup.actions, given.from, given.to);
  if (!request.folder.empty())
    posix_spawn_file_actions_addchdir_np(&setup.actions, request.folder.c_str());
  set_signals(setup.attributes, request.own_group);
  std::vector<std::string> words{request.program};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int code = ::posix_spawn(&pid, request.program.c_str(), &setup.actions, &setup.attributes,
                                 argv.data(), environ);
  if (code != 0)
    return wf::unavailable("cannot start " + request.program + ": " + std::strerror(code));
  return pid;
}

wf::Result<Fd> open_process(pid_t child) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (fd.get() < 0) return wf::unavailable(std::string("pidfd_open: ") + std::strerror(errno));
  return fd;
}

ProcessEnd wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ProcessEnd end;
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  return end;
}

std::string signal_text(int signal) {
  const char* text = ::sigdescr_np(signal);
  return "signal " + std::to_string(signal) + ", " + (text ? text : "unknown");
}

}  // namespace weirflow
