// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Metrics of runs that are at work, that end, and that are killed; and the terminal that watches.

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "metrics/exposition.h"
#include "metrics/http_get.h"
#include "support.h"

namespace weirflow::faults {
namespace {

using metrics::Address;
using metrics::Snapshot;
using metrics::TaskFigures;

constexpr const char* kStream = R"([dag]
name = "stream"
[checkpoint]
interval = "20ms"
[task.comments]
uses = "demo.comments"
with = { rows = 0, batch_rows = 10, pace = 20000 }
[task.short]
uses = "flow.filter"
from = "comments"
with = { where = "score > 3" }
[task.out]
uses = "file.jsonl_sink"
from = "short"
with = { path = "out/rows.jsonl" }
)";

/// A run of stream.toml that serves its metrics.
class Served {
 public:
  explicit Served(const Folder& folder, std::vector<std::string> more = {})
      : folder_(folder), process_(folder, arguments(std::move(more))) {
    EXPECT_TRUE(wait_until([&] {
      const std::string said = folder_.read("output").value_or("");
      const size_t at = said.find("metrics: ");
      const size_t end = said.find("/metrics\n", at);
      if (at == std::string::npos || end == std::string::npos) return false;
      address_ = *metrics::parse_address(said.substr(at + 9, end - at - 9));
      return true;
    })) << folder.read("output").value_or("");
  }

  [[nodiscard]] wf::Result<Snapshot> scrape() const {
    WF_ASSIGN(const std::string text,
              metrics::http_get(address_, "/metrics", std::chrono::seconds(20)));
    return metrics::from_text(text);
  }
  /// A scrape for which the condition holds.
  Snapshot when(const std::function<bool(const Snapshot&)>& condition) const {
    Snapshot found;
    EXPECT_TRUE(wait_until([&] {
      auto now = scrape();
      if (!now.ok()) return false;
      found = std::move(*now);
      return condition(found);
    }));
    return found;
  }
  const Address& address() const { return address_; }
  Process& process() { return process_; }

 private:
  static std::vector<std::string> arguments(std::vector<std::string> more) {
    std::vector<std::string> all = {"run", "--json", "--metrics", "0", "stream.toml"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  const Folder& folder_;
  Process process_;
  Address address_;
};

const TaskFigures& task(const Snapshot& s, const std::string& name) {
  for (const TaskFigures& t : s.tasks)
    if (t.task == name) return t;
  static const TaskFigures none;
  ADD_FAILURE() << "no task " << name;
  return none;
}

bool has_run(const Snapshot& s) {
  return s.tasks.size() == 3 && task(s, "out").rows_in > 500 && s.checkpoints &&
         s.checkpoints->committed > 2;
}

nlohmann::json report_in(const std::string& output) {
  return nlohmann::json::parse(output.substr(output.find("\n{") + 1), nullptr, false);
}

TEST(Metrics, BalanceWithTheFinalReport) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  Served run(folder);
  const Snapshot first = run.when(has_run);
  const Snapshot last = run.when(
      [&](const Snapshot& s) { return task(s, "out").rows_in > task(first, "out").rows_in + 500; });
  run.process().signal(SIGINT);
  const Ran ran = run.process().wait();
  ASSERT_EQ(ran.code, 0) << ran.out;
  const auto report = report_in(*folder.read("output"));
  ASSERT_TRUE(report.is_object()) << ran.out;
  for (const Snapshot* s : {&first, &last}) {
    EXPECT_EQ(s->run, report["run"]);
    EXPECT_EQ(s->state, "running");
    EXPECT_EQ(s->dag_version, report["dag_version"]);
    const TaskFigures &source = task(*s, "comments"), &filter = task(*s, "short"),
                      &sink = task(*s, "out");
    // Each is read after the other, so what comes later may be ahead by some batches.
    constexpr int64_t kSlack = 5000;
    EXPECT_EQ(source.kind, "work");
    EXPECT_NEAR(static_cast<double>(source.rows_out), static_cast<double>(filter.rows_in), kSlack);
    EXPECT_NEAR(static_cast<double>(filter.rows_in),
                static_cast<double>(filter.rows_out + filter.filtered), kSlack);
    EXPECT_NEAR(static_cast<double>(filter.rows_out), static_cast<double>(sink.rows_in), kSlack);
    EXPECT_GT(filter.filtered, 0);
    ASSERT_TRUE(sink.latency);
    EXPECT_NEAR(static_cast<double>(sink.latency->count()), static_cast<double>(sink.rows_in),
                kSlack);
    EXPECT_GT(sink.latency->sum, 0);
    EXPECT_FALSE(source.latency);
    for (const TaskFigures& t : s->tasks) EXPECT_GT(t.idle_us + t.busy_us, 0) << t.task;
  }
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_LE(first.tasks[i].rows_in, last.tasks[i].rows_in);
    EXPECT_LE(last.tasks[i].rows_in, report["tasks"][i]["rows_in"]) << last.tasks[i].task;
    EXPECT_LE(last.tasks[i].rows_out, report["tasks"][i]["rows_out"]) << last.tasks[i].task;
    EXPECT_LE(last.tasks[i].filtered, report["tasks"][i]["filtered"]) << last.tasks[i].task;
  }
  for (size_t i = 0; i < last.edges.size(); ++i)
    EXPECT_LE(last.edges[i].produced, report["edges"][i]["produced"]);
  // The epochs are those on the disk: two are kept, and there was one more at the end at least.
  int64_t newest = 0;
  for (const auto& entry : fs::directory_iterator(folder / ".weirflow/checkpoints/stream/0"))
    if (entry.path().extension().empty())
      newest = std::max<int64_t>(newest, std::atoll(entry.path().filename().c_str()));
  EXPECT_LT(last.checkpoints->epoch, newest);
  EXPECT_LT(first.checkpoints->epoch, last.checkpoints->epoch);
  // A run that goes on counts its rows on.
  Served again(folder);
  const Snapshot next = again.when(has_run);
  EXPECT_GE(task(next, "comments").rows_in, report["tasks"][0]["rows_in"]);
  EXPECT_GT(next.checkpoints->epoch, newest);
  again.process().signal(SIGINT);
  EXPECT_EQ(again.process().wait().code, 0);
}

TEST(Metrics, OfAKilledRunAreGone) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  Served run(folder);
  run.when(has_run);
  Ran top = shell(folder, "$W top --once");
  EXPECT_EQ(top.code, 0) << top.out;
  EXPECT_TRUE(top.says("stream  running")) << top.out;
  EXPECT_TRUE(top.says("\nTASK ")) << top.out;
  EXPECT_FALSE(top.says("\033")) << top.out;
  run.process().signal(SIGKILL);
  run.process().wait();
  EXPECT_EQ(run.scrape().status().code(), wf::Code::unavailable);
  // By its address, and by the folder that it has left.
  top = shell(folder, "$W top --once " + run.address().text());
  EXPECT_EQ(top.code, 69) << top.out;
  EXPECT_TRUE(
      top.says("no metrics of a run to be had: " + run.address().text() + ": Connection refused"))
      << top.out;
  top = shell(folder, "$W top localhost:port");
  EXPECT_EQ(top.code, 2) << top.out;
  EXPECT_TRUE(top.says("`port` is no port (0 to 65535)")) << top.out;
  top = shell(folder, "$W top --once");
  EXPECT_EQ(top.code, 66) << top.out;
  EXPECT_TRUE(top.says("serves its metrics: start one with `weirflow run FILE --metrics 0`"))
      << top.out;
}

TEST(Metrics, ABusyPortIsSaidBeforeAnythingRuns) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  Served run(folder);
  const std::string at = run.address().text();
  const Folder other;
  other.write("stream.toml", kStream);
  const Ran second = shell(other, "$W run stream.toml --metrics " + at);
  EXPECT_EQ(second.code, 69) << second.out;
  EXPECT_TRUE(second.says("weirflow: --metrics: cannot listen on " + at +
                          ": Address already in use; give another port, or 0 for a free one"))
      << second.out;
  EXPECT_FALSE(fs::exists(other / "out"));
  run.process().signal(SIGINT);
  EXPECT_EQ(run.process().wait().code, 0);
}

TEST(Metrics, OtherMachinesReadThemOnlyWhenAsked) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  const Ran refused = shell(folder, "$W run stream.toml --metrics 0.0.0.0:0");
  EXPECT_EQ(refused.code, 2) << refused.out;
  EXPECT_TRUE(refused.says("other machines may reach 0.0.0.0")) << refused.out;
  EXPECT_TRUE(refused.says("--metrics-remote")) << refused.out;
  const Ran wrong = shell(folder, "$W run stream.toml --metrics 127.0.0.1");
  EXPECT_EQ(wrong.code, 2) << wrong.out;
  EXPECT_TRUE(wrong.says("it is PORT or HOST:PORT")) << wrong.out;
  const Ran served =
      shell(folder, "$W run stream.toml --until rows=50 --metrics 0.0.0.0:0 --metrics-remote");
  EXPECT_EQ(served.code, 0) << served.out;
  EXPECT_TRUE(served.says("metrics: http://0.0.0.0:")) << served.out;
}

TEST(Metrics, OfSeveralRunsOneIsChosen) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  std::string second = kStream;
  second.replace(second.find("\"stream\""), 8, "\"second\"");
  folder.write("second.toml", second);
  Served run(folder);
  const Snapshot first = run.when(has_run);
  // The worker of an isolated run serves as well.
  const Ran started = shell(folder,
                            "$W run -q --isolate second.toml --metrics 0 > second.out 2>&1 & "
                            "echo $! > pid");
  ASSERT_EQ(started.code, 0);
  ASSERT_TRUE(wait_until([&] { return shell(folder, "$W top second --json").code == 0; }));
  const Ran both = shell(folder, "$W top --once");
  EXPECT_EQ(both.code, 69) << both.out;
  EXPECT_TRUE(both.says("several runs serve their metrics, choose one:")) << both.out;
  EXPECT_TRUE(both.says("weirflow top " + first.run + "   # stream, process ")) << both.out;
  EXPECT_TRUE(both.says("   # second, process ")) << both.out;
  const Ran one = shell(folder, "$W top " + first.run + " --json");
  ASSERT_EQ(one.code, 0) << one.out;
  const auto json = nlohmann::json::parse(one.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << one.out;
  EXPECT_EQ(json["dag"], "stream");
  EXPECT_GT(json["tasks"][0]["in_per_second"], 0);
  EXPECT_EQ(shell(folder, "$W top third").code, 66);
  shell(folder, "kill -INT $(cat pid); while kill -0 $(cat pid) 2>/dev/null; do :; done");
  run.process().signal(SIGINT);
  EXPECT_EQ(run.process().wait().code, 0);
}

/// `weirflow top` in a terminal of its own.
class Screen {
 public:
  Screen(const std::string& address, unsigned short columns, unsigned short lines) {
    winsize size{lines, columns, 0, 0};
    const std::string program = weirflow();
    pid_ = ::forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ == 0) {
      ::setenv("LANG", "C.UTF-8", 1);
      ::setenv("TERM", "xterm", 1);
      ::execl(program.c_str(), program.c_str(), "top", address.c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~Screen() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    ::close(fd_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Reads on until it has shown the text since the last call.
  bool shows(std::string_view text) {
    const size_t from = seen_;
    for (char part[4096];;) {
      if (all_.find(text, from) != std::string::npos) return seen_ = all_.size(), true;
      const ssize_t n = ::read(fd_, part, sizeof(part));
      if (n <= 0) return false;
      all_.append(part, static_cast<size_t>(n));
    }
  }
  void type(std::string_view keys) const {
    ASSERT_EQ(::write(fd_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void resize(unsigned short columns, unsigned short lines) const {
    const winsize size{lines, columns, 0, 0};
    ASSERT_EQ(::ioctl(fd_, TIOCSWINSZ, &size), 0);
  }
  void signal(int number) const { ::kill(pid_, number); }
  /// The rest of what it shows, and its exit code, or 128 + signal.
  std::pair<int, std::string> end() {
    seen_ = all_.size();
    (void)shows(std::string_view("\0never", 6));
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), all_};
  }

 private:
  pid_t pid_ = -1;
  int fd_ = -1;
  std::string all_;
  size_t seen_ = 0;
};

constexpr std::string_view kEnter = "\033[?1049h", kLeave = "\033[?25h\033[?1049l";

TEST(Top, LeavesTheTerminalAsItWas) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  Served run(folder);
  run.when(has_run);
  const auto quit = [&](const std::function<void(Screen&)>& how) {
    Screen screen(run.address().text(), 80, 24);
    ASSERT_TRUE(screen.shows(kEnter));
    ASSERT_TRUE(screen.shows("q quits"));
    how(screen);
    const auto [code, all] = screen.end();
    EXPECT_EQ(code, 0) << all;
    EXPECT_NE(all.find(kLeave), std::string::npos) << all;
    EXPECT_NE(all.find("comments", all.find(kLeave)), std::string::npos) << all;
  };
  quit([](Screen& s) { s.type("q"); });
  quit([](Screen& s) { s.type("\x03"); });
  quit([](Screen& s) { s.signal(SIGTERM); });
  quit([](Screen& s) {
    s.type("jk\033[A\033[B ");
    EXPECT_TRUE(s.shows("running"));
    s.resize(200, 50);
    EXPECT_TRUE(s.shows(" P50 "));
    s.type("Q");
  });
  run.process().signal(SIGKILL);
  run.process().wait();
}

TEST(Top, EndsWithItsRun) {
  const Folder folder;
  folder.write("stream.toml", kStream);
  Served run(folder);
  run.when(has_run);
  Screen screen(run.address().text(), 120, 30);
  ASSERT_TRUE(screen.shows("q quits"));
  run.process().signal(SIGKILL);
  run.process().wait();
  const auto [code, all] = screen.end();
  EXPECT_EQ(code, 0) << all;
  EXPECT_NE(all.find(kLeave), std::string::npos);
  EXPECT_NE(all.find("the run has ended, or serves its metrics no more"), std::string::npos) << all;
}

}  // namespace
}  // namespace weirflow::faults
