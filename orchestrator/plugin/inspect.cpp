// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/inspect.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "plugin/check.h"
#include "plugin/child_process.h"
#include "plugin/info_json.h"
#include "plugin/library.h"

namespace weirflow::plugin {

namespace {

/// The end of what a child wrote for people, on one line.
std::string last_words(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const size_t line = text.rfind('\n');
  std::string_view last = line == text.npos ? text : text.substr(line + 1);
  return last.empty() ? std::string() : ": " + std::string(last.substr(0, 300));
}

}  // namespace

std::filesystem::path own_executable() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : path;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

int enter_child() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int s : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) ::signal(s, SIG_DFL);
  const int own = ::dup(STDOUT_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return own;
}

wf::Result<LibraryInfo> inspect(const std::filesystem::path& path, const InspectOptions& options) {
  ChildRequest request;
  request.program = options.program.empty() ? own_executable() : options.program;
  request.arguments = {"__inspect", path.string()};
  request.limit = options.limit;
  WF_ASSIGN(const ChildResult child, run_child(request));
  const std::string failure = child.failure(options.limit);
  if (child.timed_out)
    return wf::Status(wf::Code::timeout, "hangs while it is loaded: " + failure).retryable(false);
  if (child.signal)
    return wf::internal_error("crashes while it is loaded: " + failure + last_words(child.err));
  wf::Status refusal;
  if (status_from_json(child.out, refusal)) return refusal;
  if (child.exit_code || child.out.empty())
    return wf::internal_error("ends the process while it is loaded (code " +
                              std::to_string(child.exit_code) + ")" + last_words(child.err));
  return library_from_json(child.out);
}

int inspect_main(const std::filesystem::path& path) {
  const int out = enter_child();
  const wf::Result<const Library*> library = Library::load(path);
  const std::string text = library.ok() ? to_json((*library)->info()) : to_json(library.error());
  const bool written = write_all(out, text + "\n");
  // Without destructors of the library: what it does at exit is no part of what it is.
  ::_exit(written ? 0 : 1);
}

std::optional<int> run_hidden_command(int argc, char** argv) {
  if (argc < 2) return std::nullopt;
  const std::string_view command = argv[1];
  if (command == "__inspect" && argc == 3) return inspect_main(argv[2]);
  if (command == "__check" && argc == 4) return check_main(argv[2], argv[3]);
  return std::nullopt;
}

}  // namespace weirflow::plugin
