// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "worker/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"

namespace weirflow::worker {

wf::Result<std::unique_ptr<Worker>> Worker::start(const std::string& program,
                                                  const std::vector<std::string>& arguments) {
  std::unique_ptr<Worker> worker(new Worker);
  worker->memory_ = Fd(::memfd_create("weirflow-record", MFD_CLOEXEC));
  if (worker->memory_.get() < 0) return errno_status("memfd_create");
  if (worker->memory_.get() == kRecordFd) {  // dup2 onto itself would keep close-on-exec
    worker->memory_ = Fd(::fcntl(worker->memory_.get(), F_DUPFD_CLOEXEC, kRecordFd + 1));
    if (worker->memory_.get() < 0) return errno_status("fcntl");
  }
  SpawnRequest request;
  request.program = program;
  request.arguments = arguments;
  request.descriptors = {{worker->memory_.get(), kRecordFd}};
  WF_ASSIGN(worker->pid_, spawn(request));
  WF_ASSIGN(worker->process_, open_process(worker->pid_));
  return worker;
}

Worker::~Worker() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  wait_for(pid_);
}

void Worker::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

ProcessEnd Worker::wait() { return wait_for(std::exchange(pid_, -1)); }

wf::Result<std::optional<engine::FlightReport>> Worker::record() const {
  return engine::read_flight_record(memory_.get());
}

wf::Status enter_worker(int record_fd) {
  struct stat info {};
  if (::fstat(record_fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink != 0)
    return wf::invalid_config("descriptor " + std::to_string(record_fd) +
                              " is no flight record; use --isolate");
  ::fcntl(record_fd, F_SETFD, FD_CLOEXEC);
  const pid_t parent = ::getppid();
  if (::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) return errno_status("prctl");
  if (::getppid() != parent || parent == 1) return wf::cancelled("who started the worker is gone");
  return {};
}

wf::Status cap_memory(int64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0) return errno_status("getrlimit");
  const auto wanted = static_cast<rlim_t>(bytes);
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted) return {};
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_DATA, &limit) != 0) return errno_status("setrlimit");
#else
  (void)bytes;
#endif
  return {};
}

namespace {

std::string reason_of(ProcessEnd end, bool struck) {
  if (end.signal == 0 && struck)
    return "ended the process by exit(" + std::to_string(end.exit_code) + ")";
  if (end.signal == 0)
    return "the worker process ended with code " + std::to_string(end.exit_code) +
           " in the middle of the run";
  if (struck) return "crashed (" + signal_text(end.signal) + ")";
  return "the worker process was killed (" + signal_text(end.signal) + ")";
}

}  // namespace

engine::RunReport report_of(const engine::FlightReport& record, ProcessEnd end) {
  using engine::TaskState;
  engine::RunReport report;
  report.run_id = record.run_id;
  report.code = wf::Code::internal;
  const std::string reason = reason_of(end, record.struck.has_value());
  for (size_t i = 0; i < record.tasks.size(); ++i) {
    const engine::FlightReport::Task& from = record.tasks[i];
    engine::TaskReport& task = report.tasks.emplace_back();
    task.node = static_cast<int>(i);
    task.task = from.name;
    task.kind = from.kind;
    task.component = from.component;
    task.attempts = from.attempts;
    task.state = from.state;
    if (engine::is_ended(from.state)) continue;
    task.state = TaskState::cancelled;
    task.reason = "the worker process is gone";
  }
  std::vector<int> guilty = record.called;
  if (record.struck) guilty = {*record.struck};
  for (const int node : guilty) {
    engine::TaskReport& task = report.tasks[static_cast<size_t>(node)];
    task.state = TaskState::failed;
    task.reason = reason;
    task.code = wf::Code::internal;
    if (report.failed_task.empty()) report.failed_task = task.task;
  }
  report.error = reason;
  return report;
}

}  // namespace weirflow::worker
