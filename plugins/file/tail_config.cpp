// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tail_config.h"

namespace weirflow::file {

namespace {

/// Without what makes two paths of one: the names of the system's events are compared to it.
std::string plain(const std::string& path) {
  std::string out;
  for (const char c : path)
    if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
  while (out.starts_with("./") && out.size() > 2) out.erase(0, 2);
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

}  // namespace

Tail::Options tail_options(const TailConfig& config) {
  Tail::Options options;
  for (const std::string& path : config.path) options.patterns.push_back(plain(path));
  options.exclude = config.exclude;
  options.from_end = config.start == "end";
  options.to_end = config.stop == "end";
  options.rotate_wait_us = config.rotate_wait.count();
  options.rescan_us = config.rescan.count();
  options.max_open = static_cast<size_t>(config.max_open);
  options.limits.max_line = static_cast<size_t>(config.max_line);
  options.limits.rows = static_cast<size_t>(config.batch_rows);
  options.limits.bytes = static_cast<size_t>(config.batch_bytes);
  options.limits.skip_blank = config.format == "json";
  return options;
}

std::vector<wf::Field> added_columns(const TailConfig& config) {
  std::vector<wf::Field> added;
  for (const std::string& name : config.add) {
    const wf::Type type = name == "file"     ? wf::Type::utf8
                          : name == "offset" ? wf::Type::int64
                                             : wf::Type::timestamp;
    added.push_back({name, type, false, {}});
  }
  return added;
}

}  // namespace weirflow::file
