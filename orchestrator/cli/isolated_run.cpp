// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/isolated_run.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>

#include "cli/run_output.h"
#include "cli/signals.h"
#include "worker/worker.h"

namespace weirflow::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// A worker that was asked to stop names silent tasks after a second and ends; this is for one that
/// cannot even do that.
constexpr auto kStopPatience = std::chrono::seconds(3);

/// Until the worker has ended. A stop signal that was sent to this process alone is passed on; one
/// from the terminal has reached the worker as well.
void supervise(const worker::Worker& worker) {
  const sigset_t set = stop_signals();
  const Fd signals(::signalfd(-1, &set, SFD_CLOEXEC));
  pollfd fds[] = {{worker.ended_fd(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  Clock::time_point kill_at = Clock::time_point::max();
  for (;;) {
    int wait = -1;
    if (kill_at != Clock::time_point::max())
      wait = static_cast<int>(std::max<int64_t>(
          std::chrono::ceil<std::chrono::milliseconds>(kill_at - Clock::now()).count(), 0));
    const int ready = ::poll(fds, 2, wait);
    if (ready == 0) {
      worker.send(SIGKILL);
      kill_at = Clock::time_point::max();
    }
    if (ready <= 0) continue;
    if (fds[0].revents) return;
    signalfd_siginfo info{};
    if (::read(signals.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) continue;
    if (info.ssi_code != SI_KERNEL) worker.send(static_cast<int>(info.ssi_signo));
    if (kill_at == Clock::time_point::max()) kill_at = Clock::now() + kStopPatience;
  }
}

void say_how_it_ended(const RunArguments& arguments, const engine::FlightReport& record,
                      ProcessEnd end, int64_t duration_us) {
  engine::RunReport report = worker::report_of(record, end);
  report.duration_us = duration_us;
  dag::Plan plan;
  plan.dag = record.dag;
  plan.version = record.dag_version;
  RunOutput output(arguments.common, arguments.quiet);
  output.print(plan, report);
}

}  // namespace

int run_isolated(const RunArguments& arguments) {
  block_signals();
  std::vector<std::string> words = arguments.words;
  words.push_back("--flight-record=" + std::to_string(worker::kRecordFd));
  const Clock::time_point start = Clock::now();
  auto worker = worker::Worker::start("/proc/self/exe", words);
  if (!worker.ok()) {
    complain("--isolate: " + worker.error().message());
    return exit_code(worker.error().code());
  }
  supervise(**worker);
  const ProcessEnd end = (*worker)->wait();
  auto record = (*worker)->record();
  if (!record.ok()) {
    complain(record.error().message());
    return kSoftware;
  }
  // Without a record the worker has refused the DAG, which is never a success.
  const bool ended_by_itself =
      end.signal == 0 && (*record ? (*record)->finished : end.exit_code != kOk);
  if (ended_by_itself) return end.exit_code;
  if (end.signal == 0 && end.exit_code == kInterrupted) return kInterrupted;  // asked twice
  if (::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
  if (*record)
    say_how_it_ended(arguments, **record, end, took);
  else
    complain("the worker process ended" +
             (end.signal ? " by " + signal_text(end.signal) : std::string()) +
             " before the run began: a plugin did that while it was loaded or bound");
  return kRunFailed;
}

}  // namespace weirflow::cli
