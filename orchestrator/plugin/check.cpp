// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/check.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/scratch_folder.h"
#include "plugin/check_cases.h"
#include "plugin/child_process.h"
#include "plugin/info_json.h"
#include "weirflow/component.hpp"

namespace weirflow::plugin {

namespace fs = std::filesystem;

namespace {

/// A check that measures time is given another chance: the machine may have been busy.
constexpr std::string_view kTimed = "scans-fast";

/// What the child of one check said, or what became of it.
void run_one(const fs::path& file, const CheckOptions& options, CheckResult& result) {
  const ScratchFolder folder("weirflow-check");
  ChildRequest request;
  request.program = options.program.empty() ? own_executable() : options.program;
  request.arguments = {"__check", result.name, file.string()};
  request.folder = folder.path();
  request.limit = options.limit;
  const wf::Result<ChildResult> child = run_child(request);
  result.passed = false;
  if (!child.ok()) {
    result.detail = child.error().message();
    return;
  }
  wf::Status status;
  if (const std::string failure = child->failure(options.limit); !failure.empty()) {
    result.detail = failure;
  } else if (status_from_json(child->out, status)) {
    result.detail = status.message();
  } else if (child->out.starts_with("passed\n")) {
    result.passed = true;
    result.detail = child->out.substr(7);
  } else {
    result.detail = "ended the process";
  }
}

}  // namespace

const std::vector<CheckInfo>& checks() {
  static const std::vector<CheckInfo> all = [] {
    std::vector<CheckInfo> list;
    for (const CheckCase& check : kCheckCases) list.push_back({check.name, check.summary});
    return list;
  }();
  return all;
}

std::vector<CheckResult> check_library(const fs::path& file, const CheckOptions& options) {
  std::error_code error;
  const fs::path full = fs::absolute(file, error);
  std::vector<CheckResult> results;
  for (const CheckInfo& check : checks()) {
    const auto& only = options.only;
    if (!only.empty() && std::find(only.begin(), only.end(), check.name) == only.end()) continue;
    CheckResult result;
    result.name = check.name;
    result.summary = check.summary;
    const auto start = std::chrono::steady_clock::now();
    const int attempts = check.name == kTimed ? 3 : 1;
    for (int i = 0; i < attempts && !result.passed; ++i) run_one(full, options, result);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    results.push_back(std::move(result));
  }
  return results;
}

int check_main(std::string_view name, const fs::path& file) {
  const int out = enter_child();
  std::string text = to_json(wf::not_found("there is no check `" + std::string(name) + "`"));
  for (const CheckCase& check : kCheckCases) {
    if (check.name != name) continue;
    std::string note;
    const wf::Status status = wf::guarded([&]() -> wf::Status {
      WF_ASSIGN(note, check.run(file));
      return {};
    });
    text = status.ok() ? "passed\n" + note : to_json(status);
  }
  const bool written = write_all(out, text);
  ::_exit(written ? 0 : 1);
}

}  // namespace weirflow::plugin
