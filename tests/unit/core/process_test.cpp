// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "core/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace weirflow {
namespace {

SpawnRequest shell(const std::string& line) {
  SpawnRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", line};
  return request;
}

ProcessEnd run(const SpawnRequest& request) {
  const auto pid = spawn(request);
  EXPECT_TRUE(pid.ok());
  return pid.ok() ? wait_for(*pid) : ProcessEnd{};
}

TEST(Process, TellsHowItEnded) {
  EXPECT_EQ(run(shell("exit 0")).exit_code, 0);
  EXPECT_EQ(run(shell("exit 7")).exit_code, 7);
  EXPECT_EQ(run(shell("kill -KILL $$")).signal, SIGKILL);
  EXPECT_EQ(signal_text(SIGSEGV), "signal 11, Segmentation fault");
}

TEST(Process, CannotBeStartedWithoutAProgram) {
  SpawnRequest request;
  request.program = "/no/such/program";
  const auto pid = spawn(request);
  ASSERT_FALSE(pid.ok());
  EXPECT_EQ(pid.error().code(), wf::Code::unavailable);
  EXPECT_NE(pid.error().message().find("/no/such/program"), std::string::npos);
}

TEST(Process, GetsItsDescriptorsFolderAndNoInput) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  SpawnRequest request = shell("pwd >&7; cat >&7; echo end >&7");
  request.folder = "/usr";
  request.no_input = true;
  request.descriptors = {{ends[1], 7}};
  EXPECT_EQ(run(request).exit_code, 0);
  ::close(ends[1]);
  char text[64] = {};
  EXPECT_GT(::read(ends[0], text, sizeof(text) - 1), 0);
  EXPECT_STREQ(text, "/usr\nend\n");
  ::close(ends[0]);
}

TEST(Process, IsNotBlockedBySignalsThatItsParentBlocks) {
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &set, &before), 0);
  EXPECT_EQ(run(shell("kill -TERM $$; exit 1")).signal, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Process, ItsDescriptorTellsWhenItEnds) {
  const auto pid = spawn(shell("exec sleep 100"));
  ASSERT_TRUE(pid.ok());
  const auto ended = open_process(*pid);
  ASSERT_TRUE(ended.ok()) << ended.error().message();
  ::kill(*pid, SIGKILL);
  pollfd poll{ended->get(), POLLIN, 0};
  EXPECT_EQ(::poll(&poll, 1, 10'000), 1);
  EXPECT_EQ(wait_for(*pid).signal, SIGKILL);
}

TEST(Fd, ClosesWhatItHoldsOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    Fd a(ends[0]);
    const Fd b(std::move(a));
    EXPECT_EQ(b.get(), ends[0]);
  }
  EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
  ::close(ends[1]);
}

}  // namespace
}  // namespace weirflow
