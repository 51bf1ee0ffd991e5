// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/process.h"

namespace weirflow::plugin {

namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kMaxOutput = size_t{16} << 20;

struct Pipe {
  Fd read, write;
};
wf::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return wf::unavailable(std::string("pipe: ") + std::strerror(errno));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
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
  if (signal) return "crashed (" + signal_text(signal) + ")";
  if (exit_code) return "ended with code " + std::to_string(exit_code);
  return {};
}

wf::Result<ChildResult> run_child(const ChildRequest& request) {
  WF_ASSIGN(Pipe out, make_pipe());
  WF_ASSIGN(Pipe err, make_pipe());
  const Clock::time_point end = Clock::now() + request.limit;
  SpawnRequest spawned;
  spawned.program = request.program.string();
  spawned.arguments = request.arguments;
  spawned.folder = request.folder.string();
  spawned.descriptors = {{out.write.get(), 1}, {err.write.get(), 2}};
  spawned.no_input = true;
  spawned.own_group = true;
  WF_ASSIGN(const pid_t pid, spawn(spawned));
  out.write.close();
  err.write.close();
  const wf::Result<Fd> process = open_process(pid);
  ChildResult result;
  if (process.ok()) result.timed_out = !collect(process->get(), out.read, err.read, end, result);
  // Also what it may have started. Before it is waited for, so that the id is still its own.
  ::kill(-pid, SIGKILL);
  const ProcessEnd ended = wait_for(pid);
  if (!process.ok()) return process.error();
  result.signal = ended.signal;
  result.exit_code = ended.exit_code;
  return result;
}

}  // namespace weirflow::plugin
