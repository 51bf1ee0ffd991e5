// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/line_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "core/file.h"
#include "model/json.h"
#include "model/open_file.h"

namespace weirflow::model {

wf::Result<Lines> read_lines(const std::string& path) {
  Lines lines;
  auto read = read_file(path);
  if (!read.ok()) {
    if (read.error().code() == wf::Code::not_found) return lines;
    return std::move(read).status();
  }
  const std::string& text = *read;
  size_t number = 0;
  for (size_t start = 0; start < text.size(); ++number) {
    const size_t end = text.find('\n', start);
    const std::string_view line = std::string_view(text).substr(start, end - start);
    const bool is_last = end == std::string::npos || end + 1 == text.size();
    if (end == std::string::npos || (is_last && line.find('\0') != std::string_view::npos)) {
      lines.warning = path + ": the last line is torn by a crash and does not count";
      return lines;
    }
    auto entry = open_line(line);
    if (!entry.ok())
      return std::move(entry).status().with_context(path + ": line " + std::to_string(number + 1) +
                                                    " is damaged");
    lines.entries.push_back(std::move(entry).value());
    start = end + 1;
    lines.whole_bytes = static_cast<int64_t>(start);
  }
  return lines;
}

wf::Status append_line(const std::string& path, const wf::Value& table) {
  WF_ASSIGN(const Lines lines, read_lines(path));
  const bool is_new = !std::filesystem::exists(path);
  const OpenFile file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
  if (file.fd() < 0) return errno_status("cannot open " + path);
  if (::ftruncate(file.fd(), lines.whole_bytes) != 0) return errno_status("cannot cut " + path);
  if (::lseek(file.fd(), lines.whole_bytes, SEEK_SET) < 0)
    return errno_status("cannot seek in " + path);
  wf::Status status = write_all(file.fd(), seal_line(table), path);
  if (status.ok() && ::fsync(file.fd()) != 0) status = errno_status("cannot sync " + path);
  if (!status.ok()) {
    // Best effort: a torn end is passed over by every reader anyway.
    if (::ftruncate(file.fd(), lines.whole_bytes) != 0) return status;
    return status;
  }
  return is_new ? sync_folder_of(path) : wf::Status();
}

}  // namespace weirflow::model
