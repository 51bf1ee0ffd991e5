// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/json_text.h"

namespace weirflow::cli {

namespace {

const char* word(Verdict verdict) {
  return verdict == Verdict::ok ? "ok" : verdict == Verdict::warn ? "warn" : "fail";
}

void print(const Finding& f, bool color) {
  const char* start = !color                       ? ""
                      : f.verdict == Verdict::ok   ? "\033[32m"
                      : f.verdict == Verdict::warn ? "\033[33m"
                                                   : "\033[31m";
  std::printf("%s%-4s%s  %s: %s%s\n", start, word(f.verdict), color ? "\033[0m" : "",
              f.check.c_str(), f.text.c_str(), f.fix.empty() ? "" : ("; " + f.fix).c_str());
}

}  // namespace

int doctor_command(const DoctorArguments& arguments) {
  const std::string home = home_folder(arguments.common, arguments.file);
  const plugin::Registry registry = open_registry(arguments.common, home);
  std::vector<Finding> all;
  const auto add = [&](std::vector<Finding> findings) {
    all.insert(all.end(), std::make_move_iterator(findings.begin()),
               std::make_move_iterator(findings.end()));
  };
  add(check_plugins(registry));
  add(check_folders(home));
  add(check_clock());
  add(check_limits());
  if (!arguments.file.empty()) {
    DagOptions options;
    options.set = arguments.set;
    options.home = home;
    add(check_dag(*load_dag(arguments.file, registry, options), home));
  }
  bool failed = false;
  nlohmann::ordered_json json = {{"format", 1}, {"checks", nlohmann::ordered_json::array()}};
  for (const Finding& f : all) {
    failed |= f.verdict == Verdict::fail;
    json["checks"].push_back(
        {{"verdict", word(f.verdict)}, {"check", f.check}, {"text", f.text}, {"fix", f.fix}});
    if (!arguments.common.json) print(f, wants_color(arguments.common, STDOUT_FILENO));
  }
  json["passed"] = !failed;
  if (arguments.common.json) std::printf("%s\n", json_text(json).c_str());
  return failed ? kRunFailed : kOk;
}

}  // namespace weirflow::cli
