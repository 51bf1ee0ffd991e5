// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weirflow::faults {
namespace {

constexpr std::chrono::seconds kPatience{60};

int code_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

}  // namespace

Folder::Folder() {
  std::string name = (fs::path(::testing::TempDir()) / "weirflow-fault-XXXXXX").string();
  if (::mkdtemp(name.data())) path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void Folder::write(const fs::path& name, std::string_view text) const {
  std::ofstream out(path_ / name, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::optional<std::string> Folder::read(const fs::path& name) const {
  std::ifstream in(path_ / name, std::ios::binary);
  if (!in) return {};
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> Folder::unfinished() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && (name.ends_with(".tmp") || name.ends_with(".prepared")))
      names.push_back(name);
  }
  return names;
}

std::string weirflow() {
  const char* folder = std::getenv("WEIRFLOW_BINARY_DIR");
  return std::string(folder ? folder : ".") + "/bin/weirflow";
}

Ran shell(const Folder& folder, const std::string& lines) {
  Ran ran;
  ::setenv("W", weirflow().c_str(), 1);
  FILE* pipe =
      ::popen(("cd '" + folder.path().string() + "' && {\n" + lines + "\n} 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char buffer[4096];
  for (size_t n; (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) ran.out.append(buffer, n);
  ran.code = code_of(::pclose(pipe));
  return ran;
}

Process::Process(const Folder& folder, const std::vector<std::string>& arguments)
    : folder_(folder) {
  const std::string program = weirflow(), output = (folder / "output").string();
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addchdir_np(&actions, folder.path().c_str());
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  if (::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ) != 0)
    pid_ = -1;
  ::posix_spawn_file_actions_destroy(&actions);
}

Process::~Process() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Process::is_inside(long system_call) const {
  const std::string wanted = std::to_string(system_call) + " ";
  std::error_code error;
  for (const auto& thread :
       fs::directory_iterator("/proc/" + std::to_string(pid_) + "/task", error)) {
    std::ifstream in(thread.path() / "syscall");
    std::string line;
    if (std::getline(in, line) && line.starts_with(wanted)) return true;
  }
  return false;
}

void Process::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

Ran Process::wait() {
  Ran ran;
  int status = 0;
  if (pid_ > 0 && wait_until([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) {
    ran.code = code_of(status);
    pid_ = -1;
  }
  ran.out = folder_.read("output").value_or("");
  return ran;
}

bool wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

const char* const kCopyDag = R"([dag]
name = "copy"
[params]
input  = { type = "path", default = "in.csv" }
output = { type = "path", default = "out.csv" }
[task.rows]
uses = "file.csv"
with = { path = "{{ params.input }}" }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "{{ params.output }}" }
)";

const char* const kSortDag = R"([dag]
name = "sort-out"
[params]
input = { type = "path", default = "in.csv" }
[task.rows]
uses = "file.csv"
with = { path = "{{ params.input }}" }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
[task.refused]
uses = "file.jsonl_sink"
from = "rows.errors"
with = { path = "refused.jsonl" }
)";

std::string numbers(int rows) {
  std::string text = "n\n";
  for (int i = 1; i <= rows; ++i) text += std::to_string(i) + "\n";
  return text;
}

}  // namespace weirflow::faults
