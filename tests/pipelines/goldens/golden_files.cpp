// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "golden_files.h"

#include <zlib.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace weirflow::goldens {

std::filesystem::path data_folder() {
  const char* data = std::getenv("WEIRFLOW_DATA");
  if (!data) throw std::runtime_error("WEIRFLOW_DATA is not set");
  return data;
}

std::string read_file(const std::filesystem::path& path) {
  gzFile file = ::gzopen(path.c_str(), "rb");  // reads plain files as they are
  if (!file) throw std::runtime_error("cannot open " + path.string());
  std::string out;
  std::vector<char> buffer(1 << 20);
  int got = 0;
  while ((got = ::gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0)
    out.append(buffer.data(), static_cast<size_t>(got));
  ::gzclose(file);
  if (got < 0) throw std::runtime_error("cannot unpack " + path.string());
  return out;
}

nlohmann::json golden(const std::string& name) {
  return nlohmann::json::parse(read_file(data_folder() / "golden" / name));
}

void for_each_line(const std::filesystem::path& path,
                   const std::function<void(const nlohmann::json&)>& row) {
  std::istringstream in(read_file(path));
  for (std::string line; std::getline(in, line);) row(nlohmann::json::parse(line));
}

}  // namespace weirflow::goldens
