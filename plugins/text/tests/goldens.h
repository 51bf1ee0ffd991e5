// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading of the goldens in place (WEIRFLOW_DATA; its golden/README.md describes them).

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace weirflow::text {

inline std::string data_path(const std::string& name) {
  const char* folder = std::getenv("WEIRFLOW_DATA");
  return (folder != nullptr ? std::string(folder) : std::string(".")) + "/" + name;
}

/// All bytes of a file, gzip or not (zlib reads both).
inline std::string read_data(const std::string& name) {
  std::string bytes;
  gzFile file = gzopen(data_path(name).c_str(), "rb");
  if (file == nullptr) {
    ADD_FAILURE() << "cannot open " << data_path(name);
    return bytes;
  }
  std::vector<char> buffer(1 << 16);
  for (int n = 0; (n = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) {
    bytes.append(buffer.data(), static_cast<size_t>(n));
  }
  gzclose(file);
  return bytes;
}

inline std::vector<nlohmann::json> read_json_lines(const std::string& name) {
  std::vector<nlohmann::json> rows;
  const std::string bytes = read_data(name);
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    if (end > at) rows.push_back(nlohmann::json::parse(bytes.substr(at, end - at)));
    at = end + 1;
  }
  return rows;
}

/// The bodies of the comments, as bytes: RFC 4180, every field quoted, third column.
inline std::vector<std::string> read_bodies() {
  const std::string bytes = read_data("reddit_rscience.csv");
  std::vector<std::string> bodies;
  size_t column = 0;
  bool header = true;
  for (size_t at = 0; at < bytes.size();) {
    std::string field;
    for (++at; at < bytes.size(); ++at) {
      if (bytes[at] != '"') {
        field += bytes[at];
      } else if (at + 1 < bytes.size() && bytes[at + 1] == '"') {
        field += bytes[at++];
      } else {
        break;
      }
    }
    ++at;
    if (!header && column == 2) bodies.push_back(std::move(field));
    ++column;
    if (at < bytes.size() && bytes[at] == ',') {
      ++at;
      continue;
    }
    while (at < bytes.size() && (bytes[at] == '\r' || bytes[at] == '\n')) ++at;
    column = 0;
    header = false;
  }
  return bodies;
}

}  // namespace weirflow::text
