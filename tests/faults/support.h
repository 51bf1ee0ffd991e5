// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs the weirflow executable of this build in folders of its own, and does harm to it.

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weirflow::faults {

namespace fs = std::filesystem;

/// An empty folder that goes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] fs::path operator/(const fs::path& name) const { return path_ / name; }
  void write(const fs::path& name, std::string_view text) const;
  /// The content, or nothing when it is not there.
  [[nodiscard]] std::optional<std::string> read(const fs::path& name) const;
  /// Names of files that are being written (".*.tmp") or wait for their commit (".*.prepared").
  [[nodiscard]] std::vector<std::string> unfinished() const;

 private:
  fs::path path_;
};

struct Ran {
  int code = -1;    ///< of the exit, or 128 + signal
  std::string out;  ///< standard output and error
  [[nodiscard]] bool says(std::string_view text) const {
    return out.find(text) != std::string::npos;
  }
};

/// Path of the executable.
std::string weirflow();

/// Lines of the shell in a folder; $W is the executable.
Ran shell(const Folder& folder, const std::string& lines);

/// weirflow in the background, its output in the file `output` of the folder.
class Process {
 public:
  Process(const Folder& folder, const std::vector<std::string>& arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number) const;
  /// A thread of it is inside this system call.
  [[nodiscard]] bool is_inside(long system_call) const;
  /// Waits for its end, a minute at most; -1 when it is not over by then.
  Ran wait();

 private:
  const Folder& folder_;
  pid_t pid_ = -1;
};

/// True as soon as the condition holds, false when it does not within a minute.
bool wait_until(const std::function<bool()>& condition);

/// A DAG that copies a CSV file: params `input`, `output`.
extern const char* const kCopyDag;
/// The same, the records that cannot be read in `refused.jsonl`.
extern const char* const kSortDag;
/// `n` and a line feed, then the numbers up to `rows`, one a line.
std::string numbers(int rows);

}  // namespace weirflow::faults
