// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "line_splitter.h"

namespace weirflow::run {
namespace {

using namespace std::chrono_literals;  // NOLINT

struct Seen {
  wf::Status status;
  ProcessEnd end;
  std::string out, err;
};

ProcessSpec shell(const std::string& script) {
  ProcessSpec spec;
  spec.program = "/bin/sh";
  spec.args = {"-c", script};
  spec.environment = inherited_variables(true);
  return spec;
}

Seen run(ProcessSpec spec, const Stop& stop) {
  Seen seen;
  spec.output = [&](bool error, std::string_view bytes) { (error ? seen.err : seen.out) += bytes; };
  auto end = run_process(spec, stop);
  if (end.ok())
    seen.end = *end;
  else
    seen.status = end.error();
  return seen;
}
Seen run(ProcessSpec spec) {
  const Stop stop;
  return run(std::move(spec), stop);
}

std::set<std::string> open_descriptors() {
  std::set<std::string> names;
  DIR* folder = opendir("/proc/self/fd");
  const std::string own = std::to_string(dirfd(folder));
  while (const dirent* entry = readdir(folder))
    if (entry->d_name != own) names.insert(entry->d_name);
  closedir(folder);
  return names;
}

/// Every process of this test has been reaped and no descriptor is left open.
class ProcessTest : public ::testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
    EXPECT_EQ(open_descriptors(), before_);
  }
  const std::set<std::string> before_ = open_descriptors();
};

TEST_F(ProcessTest, GivesOutputAndExitCode) {
  const Seen seen = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(seen.out, "out\n");
  EXPECT_EQ(seen.err, "err\n");
  EXPECT_EQ(seen.end.exit_code, 3);
  EXPECT_EQ(seen.end.signal, 0);
}

TEST_F(ProcessTest, ArgumentsAreNotInterpreted) {
  ProcessSpec spec = shell("");
  spec.program = "/bin/echo";
  spec.args = {"$HOME", "a b", "*", ";", "\"", ""};
  EXPECT_EQ(run(spec).out, "$HOME a b * ; \" \n");
}

TEST_F(ProcessTest, InputIsReadWhollyOrNotAtAll) {
  ProcessSpec spec = shell("wc -c");
  spec.input = std::string(3 << 20, 'x');
  EXPECT_EQ(std::stoi(run(spec).out), 3 << 20);
  spec.args = {"-c", "exit 0"};
  EXPECT_EQ(run(spec).end.exit_code, 0) << "nobody reads it";
  spec.input.clear();
  spec.args = {"-c", "wc -c"};
  EXPECT_EQ(std::stoi(run(spec).out), 0);
}

TEST_F(ProcessTest, LongOutputComesWhole) {
  const Seen seen = run(shell("head -c 5000000 /dev/zero; head -c 3000000 /dev/zero >&2"));
  EXPECT_EQ(seen.out.size(), 5'000'000u);
  EXPECT_EQ(seen.err.size(), 3'000'000u);
}

TEST_F(ProcessTest, ASignalIsTold) {
  const Seen seen = run(shell("kill -SEGV $$"));
  EXPECT_EQ(seen.end.signal, SIGSEGV);
  EXPECT_EQ(seen.end.exit_code, 128 + SIGSEGV);
}

TEST_F(ProcessTest, StartsWithDefaultSignalsAndNoDescriptors) {
  signal(SIGPIPE, SIG_IGN);
  const int open = dup(1);
  const Seen seen = run(shell("ls /proc/self/fd; sed -n 's/^SigIgn:.//p' /proc/self/status"));
  close(open);
  signal(SIGPIPE, SIG_DFL);
  ASSERT_EQ(seen.out.substr(0, 8), "0\n1\n2\n3\n") << "3 is the listing's own";
  const uint64_t ignored = std::stoull(seen.out.substr(8), nullptr, 16);
  EXPECT_EQ(ignored & 0x7FFF'FFFF, 0u) << "above are those of the C library";
}

TEST_F(ProcessTest, RunsInItsFolder) {
  ProcessSpec spec = shell("pwd");
  spec.cwd = "/usr";
  EXPECT_EQ(run(spec).out, "/usr\n");
  spec.cwd = "/absent-folder";
  EXPECT_EQ(run(spec).status.code(), wf::Code::not_found);
}

TEST_F(ProcessTest, WhatCannotStartIsSaid) {
  ProcessSpec spec = shell("");
  spec.program = "/absent-program";
  EXPECT_EQ(run(spec).status.code(), wf::Code::not_found);
  spec.program = "/etc/passwd";
  EXPECT_EQ(run(spec).status.code(), wf::Code::permission_denied);
  spec = shell(std::string("echo \0", 6));
  EXPECT_EQ(run(spec).status.code(), wf::Code::invalid_config);
  spec = shell("");
  spec.args.push_back(std::string(4 << 20, 'x'));
  EXPECT_EQ(run(spec).status.code(), wf::Code::resource_exhausted)
      << "longer than an argument may be";
}

/// Runs the script, and asks it to stop as soon as it has said "ready".
std::pair<Seen, std::chrono::nanoseconds> stop_when_ready(const std::string& script) {
  Stop stop;
  Seen seen;
  ProcessSpec spec = shell(script);
  std::chrono::steady_clock::time_point asked;
  spec.output = [&](bool error, std::string_view bytes) {
    (error ? seen.err : seen.out) += bytes;
    if (!stop.is_requested() && seen.out.find("ready") != std::string::npos) {
      asked = std::chrono::steady_clock::now();
      std::thread([&] { stop.request(); }).join();
    }
  };
  auto end = run_process(spec, stop);
  const auto took = std::chrono::steady_clock::now() - asked;
  EXPECT_TRUE(end.ok());
  if (end.ok()) seen.end = *end;
  return {seen, took};
}

TEST_F(ProcessTest, AStopIsPassedOnAndTheProgramMayTidyUp) {
  const auto [seen, took] =
      stop_when_ready("trap 'echo tidied; exit 7' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_TRUE(seen.end.stopped);
  EXPECT_EQ(seen.out, "ready\ntidied\n");
  EXPECT_EQ(seen.end.exit_code, 7);
}

TEST_F(ProcessTest, AProgramThatWillNotStopIsKilled) {
  const auto [seen, took] =
      stop_when_ready("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_TRUE(seen.end.stopped);
  EXPECT_EQ(seen.end.signal, SIGKILL);
  EXPECT_LT(took, 10s) << "the grace, and what a busy machine adds";
  EXPECT_GE(took, Stop::kGrace);
}

TEST_F(ProcessTest, AFloodOfOutputDoesNotHideAStop) {
  const auto [seen, took] = stop_when_ready("trap '' TERM; echo ready; exec yes");
  EXPECT_TRUE(seen.end.stopped);
  EXPECT_LT(took, 10s) << "the grace, and what a busy machine adds";
}

TEST_F(ProcessTest, AStopBeforeTheStartIsNoStart) {
  Stop stop;
  stop.request();
  const Seen seen = run(shell("echo started"), stop);
  EXPECT_TRUE(seen.end.stopped);
  EXPECT_EQ(seen.out, "");
}

TEST_F(ProcessTest, TheTimeLimitStopsIt) {
  ProcessSpec spec = shell("trap '' TERM; while :; do sleep 0.01; done");
  spec.limit = 50ms;
  const Seen seen = run(spec);
  EXPECT_TRUE(seen.end.timed_out);
  EXPECT_FALSE(seen.end.stopped);
  EXPECT_EQ(seen.end.signal, SIGKILL);
}

/// Whether a process is there and no zombie.
bool is_alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string id, name, state;
  stat >> id >> name >> state;
  return !state.empty() && state != "Z" && state != "X";
}

TEST_F(ProcessTest, WhatItLeavesBehindIsKilled) {
  const auto start = std::chrono::steady_clock::now();
  const Seen seen = run(shell("sleep 1000 & echo $!; exit 0"));
  EXPECT_EQ(seen.end.exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 100s)
      << "the pipe held open must not be waited for";
  const pid_t left = std::stoi(seen.out);
  for (const auto until = start + 10s; is_alive(left) && std::chrono::steady_clock::now() < until;)
    std::this_thread::yield();
  EXPECT_FALSE(is_alive(left));
}

TEST_F(ProcessTest, ManyAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::string> outs(16);
  for (size_t i = 0; i < outs.size(); ++i)
    threads.emplace_back([&, i] { outs[i] = run(shell("echo " + std::to_string(i))).out; });
  for (auto& t : threads) t.join();
  for (size_t i = 0; i < outs.size(); ++i) EXPECT_EQ(outs[i], std::to_string(i) + "\n");
}

TEST(Environment, SecretsStayWithTheHost) {
  setenv("WEIRFLOW_SECRET_KEY", "s3cret", 1);
  setenv("OTHER_VARIABLE", "seen", 1);
  std::set<std::string> all, clean;
  for (const auto& [name, value] : inherited_variables(false)) all.insert(name);
  for (const auto& [name, value] : inherited_variables(true)) clean.insert(name);
  EXPECT_FALSE(all.count("WEIRFLOW_SECRET_KEY"));
  EXPECT_TRUE(all.count("OTHER_VARIABLE"));
  EXPECT_FALSE(clean.count("OTHER_VARIABLE"));
  EXPECT_TRUE(clean.count("PATH"));
}

TEST(Environment, ProgramsAreFound) {
  const Variables path{{"PATH", "/absent-folder:/usr/bin:/bin"}};
  EXPECT_TRUE(find_program("sh", path, "").ok());
  EXPECT_EQ(find_program("sh", {{"PATH", "/etc"}}, "").status().code(), wf::Code::not_found);
  EXPECT_EQ(find_program("passwd", {{"PATH", "/etc"}}, "").status().code(),
            wf::Code::permission_denied);
  EXPECT_EQ(find_program("sh", {}, "").status().code(), wf::Code::not_found);
  EXPECT_EQ(*find_program("./sh", {}, "/bin"), "/bin/./sh");
  EXPECT_EQ(*find_program("/bin/sh", {}, "/usr"), "/bin/sh");
  EXPECT_EQ(find_program("/bin", {}, "").status().code(), wf::Code::not_found) << "a folder";
}

std::vector<std::string> lines_of(const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  for (const std::string& piece : pieces) splitter.add(piece);
  splitter.finish();
  return lines;
}

TEST(LineSplitter, CutsAtLineEnds) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines_of({"a\nb", "c\r\n\nlast"}), (Lines{"a", "bc", "", "last"}));
  EXPECT_EQ(lines_of({}), Lines{});
  EXPECT_EQ(lines_of({"caf\xC3", "\xA9\n"}), (Lines{"caf\xC3\xA9"}));
  EXPECT_EQ(lines_of({"\xFF\n"}), (Lines{"\xEF\xBF\xBD"}));
}

TEST(LineSplitter, LongLinesComeInPieces) {
  std::string text;
  while (text.size() < 50'000) text += "x\xF0\x9F\x98\x80";
  for (const size_t piece : {1u, 7u, 4096u, 60'000u}) {
    std::vector<std::string> pieces;
    for (size_t at = 0; at < text.size(); at += piece) pieces.push_back(text.substr(at, piece));
    std::string joined;
    for (const std::string& line : lines_of(pieces)) {
      EXPECT_LE(line.size(), LineSplitter::kMaxLine);
      joined += line;
    }
    EXPECT_EQ(joined, text) << "no character is cut in two";
  }
}

TEST(Tail, KeepsTheEnd) {
  Tail tail(5);
  EXPECT_EQ(tail.text(), "");
  tail.add("abc");
  EXPECT_EQ(tail.text(), "abc");
  tail.add("defg");
  EXPECT_EQ(tail.text(), "cdefg");
  EXPECT_TRUE(tail.is_cut());
  for (int i = 0; i < 10'000; ++i) tail.add("0123456789");
  EXPECT_EQ(tail.text(), "56789");
  tail.add("\xC3\xA9\xC3\xA9\xC3\xA9");
  EXPECT_EQ(tail.text(), "\xC3\xA9\xC3\xA9") << "a character cut by the limit is left out";
}

}  // namespace
}  // namespace weirflow::run
