// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

extern char** environ;

namespace weirflow::program {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) out.push_back(text);
  }
  for (const auto& [name, value] : changes) out.push_back(name + "=" + value);
  return out;
}

/// Whether the process ended in time.
bool ends_within(pid_t child, std::chrono::milliseconds limit) {
  const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (fd < 0) return true;  // waitpid tells
  pollfd ended{fd, POLLIN, 0};
  const int answer = ::poll(&ended, 1, static_cast<int>(limit.count()));
  ::close(fd);
  return answer != 0;
}

wf::Result<pid_t> spawn(const std::string& line, const Surroundings& surroundings,
                        const fs::path& out, const fs::path& err) {
  std::vector<std::string> environment = merged_environment(surroundings.variables);
  std::vector<char*> entries;
  for (std::string& entry : environment) entries.push_back(entry.data());
  entries.push_back(nullptr);
  std::string shell = "sh", option = "-c", script = line;
  char* const arguments[] = {shell.data(), option.data(), script.data(), nullptr};

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, surroundings.folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), flags, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, entries.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return wf::io_error("cannot start '" + line + "': " + std::string(std::strerror(failed)));
  return child;
}

}  // namespace

wf::Result<Ran> run_shell(const std::string& line, const Surroundings& surroundings) {
  const ScratchFolder output;
  const fs::path out = output.path() / "out", err = output.path() / "err";
  WF_ASSIGN(const pid_t child, spawn(line, surroundings, out, err));
  const bool ended = ends_within(child, surroundings.limit);
  if (!ended) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  Ran ran;
  ran.out = read_bytes(out);
  ran.err = read_bytes(err);
  if (ended) ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran;
}

std::map<std::string, std::string> user_environment(const fs::path& folder) {
  return {{"PATH", (binary_folder() / "bin").string() + ":" + variable("PATH")},
          {"HOME", (folder / "home").string()},
          {"WEIRFLOW_HOME", (folder / "home").string()},
          {"XDG_CACHE_HOME", (binary_folder() / "tests" / "cache").string()},
          {"LC_ALL", "C"},
          {"TZ", "UTC"},
          {"TERM", "dumb"},
          {"NO_COLOR", "1"},
          {"COLUMNS", "100"}};
}

fs::path source_folder() { return variable("WEIRFLOW_SOURCE_DIR"); }
fs::path binary_folder() { return variable("WEIRFLOW_BINARY_DIR"); }

std::string read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

wf::Status write_bytes(const fs::path& path, const std::string& bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  return file ? wf::Status() : wf::io_error("cannot write " + path.string());
}

ScratchFolder::ScratchFolder() {
  std::string name = (fs::temp_directory_path() / "weirflow-test-XXXXXX").string();
  if (::mkdtemp(name.data())) path_ = name;
}

ScratchFolder::~ScratchFolder() {
  if (std::getenv("WEIRFLOW_KEEP")) return;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace weirflow::program
