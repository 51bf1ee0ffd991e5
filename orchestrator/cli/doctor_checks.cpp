// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_checks.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cli/figures.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "plugin/inspect.h"

namespace weirflow::cli {

namespace fs = std::filesystem;

namespace {

Finding ok(const std::string& check, const std::string& text) {
  return {Verdict::ok, check, text, ""};
}

constexpr int64_t kLittleRoom = int64_t{1} << 30, kNoRoom = int64_t{64} << 20;

/// The folder, or the first above it that is there.
fs::path existing(const fs::path& folder) {
  std::error_code error;
  fs::path path = folder;
  while (!fs::exists(path, error) && path.has_parent_path() && path != path.parent_path())
    path = path.parent_path();
  return path;
}

Finding check_folder(const std::string& check, const std::string& folder) {
  const fs::path path = existing(folder);
  std::error_code error;
  if (!fs::is_directory(path, error))
    return {Verdict::fail, check, path.string() + " is no folder",
            "remove it, or give another one"};
  const std::string probe = (path / (".weirflow-doctor-" + std::to_string(::getpid()))).string();
  const wf::Status written = write_file_durably(probe, "probe");
  fs::remove(probe, error);
  if (!written.ok())
    return {Verdict::fail, check, folder + " cannot be written: " + written.message(),
            check == "home" ? "give yourself the right, or another folder with --home"
                            : "set TMPDIR to a folder that can be written"};
  struct statvfs room {};
  if (::statvfs(path.c_str(), &room) != 0)
    return {Verdict::warn, check, folder + ": its room is not known", "look with `df`"};
  const auto bytes = static_cast<int64_t>(room.f_bavail) * static_cast<int64_t>(room.f_frsize);
  if (bytes < kLittleRoom)
    return {bytes < kNoRoom ? Verdict::fail : Verdict::warn, check,
            folder + " has " + bytes_text(bytes) + " left", "make room on that disk"};
  return ok(check, folder + " can be written, " + bytes_text(bytes) + " left");
}

/// The time zone by its name, or what is wrong with it.
Finding check_zone() {
  const char* zone = std::getenv("TZ");
  std::string name = zone ? zone : "";
  if (name.starts_with(':')) name.erase(0, 1);
  std::error_code error;
  const bool is_name = name.find('/') != std::string::npos && name[0] != '/';
  if (is_name && !fs::exists("/usr/share/zoneinfo/" + name, error))
    return {Verdict::warn, "zone",
            "TZ is " + name + ", which this machine does not know: UTC is used",
            "install the package tzdata, or correct TZ"};
  if (name.empty()) {
    const fs::path link = fs::read_symlink("/etc/localtime", error);
    name = error ? "UTC" : link.lexically_normal().string();
    if (const size_t at = name.find("zoneinfo/"); at != std::string::npos) name.erase(0, at + 9);
  }
  return ok("zone", name + "; times in results are UTC");
}

}  // namespace

std::vector<Finding> check_plugins(const plugin::Registry& registry) {
  std::vector<Finding> findings;
  size_t files = 0;
  for (const plugin::LibraryInfo& library : registry.libraries()) files += !library.path.empty();
  if (files == 0)
    findings.push_back({Verdict::fail, "plugins", "no plugin was found",
                        "name their folder with --plugins or WEIRFLOW_PLUGIN_PATH"});
  else
    findings.push_back(ok("plugins", files == 1 ? "1 library can be used"
                                                : count_text(static_cast<int64_t>(files)) +
                                                      " libraries can be used"));
  // What crashed or hung once is remembered, and not tried again until the file changes.
  for (const plugin::Refused& r : registry.refused())
    findings.push_back({Verdict::fail, "plugins", r.path + ": " + r.reason,
                        r.code == wf::Code::not_found ? "correct --plugins or WEIRFLOW_PLUGIN_PATH"
                                                      : "`weirflow plugins check " + r.path +
                                                            "` tells more; build it anew, or "
                                                            "take it out of the folder"});
  for (const std::string& text : registry.conflicts())
    findings.push_back({Verdict::fail, "plugins", text, "take one of the two out of the folders"});
  return findings;
}

std::vector<Finding> check_folders(const std::string& home) {
  std::error_code error;
  const std::string temporary = fs::temp_directory_path(error).string();
  std::vector<Finding> findings{check_folder("home", home)};
  if (error)
    findings.push_back({Verdict::fail, "temporary", "TMPDIR is no folder: " + error.message(),
                        "set TMPDIR to a folder that can be written"});
  else
    findings.push_back(check_folder("temporary", temporary));
  return findings;
}

std::vector<Finding> check_clock() {
  std::vector<Finding> findings;
  std::error_code error;
  struct timespec built {};
  struct stat file {};
  if (::stat(plugin::own_executable().c_str(), &file) == 0) built = file.st_mtim;
  const int64_t now = wall_us(), before = steady_us();
  if (now < int64_t{built.tv_sec} * 1'000'000)
    findings.push_back({Verdict::fail, "clock", short_time(now) + " is before weirflow was built",
                        "set the clock; `timedatectl` shows it"});
  else
    findings.push_back(ok("clock", short_time(now) + " UTC"));
  timespec resolution{};
  if (steady_us() < before || ::clock_getres(CLOCK_MONOTONIC, &resolution) != 0)
    findings.push_back({Verdict::fail, "clock", "the monotonic clock goes back",
                        "look at the machine's clock source"});
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR)
    findings.push_back({Verdict::warn, "clock", "nothing keeps it right: it is not synchronised",
                        "start an NTP service, such as systemd-timesyncd or chrony"});
  findings.push_back(check_zone());
  return findings;
}

std::vector<Finding> check_limits() {
  constexpr rlim_t kFewFiles = 1024, kTooFewFiles = 256;
  std::vector<Finding> findings;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    const std::string files = count_text(static_cast<int64_t>(std::min<rlim_t>(
                                  limit.rlim_cur, static_cast<rlim_t>(INT64_MAX)))) +
                              " files can be open";
    if (limit.rlim_cur < kFewFiles)
      findings.push_back({limit.rlim_cur < kTooFewFiles ? Verdict::fail : Verdict::warn, "limits",
                          "only " + files, "raise it: `ulimit -n 4096`"});
    else
      findings.push_back(ok("limits", files));
  }
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < rlim_t{1} << 30)
    findings.push_back(
        {Verdict::warn, "limits",
         "only " + bytes_text(static_cast<int64_t>(limit.rlim_cur)) + " of address space",
         "raise it: `ulimit -v unlimited`"});
  if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    findings.push_back({Verdict::warn, "limits",
                        "files end at " + bytes_text(static_cast<int64_t>(limit.rlim_cur)),
                        "raise it: `ulimit -f unlimited`"});
  return findings;
}

}  // namespace weirflow::cli
