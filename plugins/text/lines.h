// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading of the small text files that the user may give: rules, lemmas, stop words.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::text {

/// Takes the next line off `rest`, without its LF or CR LF. False at the end.
inline bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const size_t stop = std::min(rest.find('\n'), rest.size());
  line = rest.substr(0, stop);
  rest.remove_prefix(std::min(stop + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

/// All bytes of a file. Errors: not_found, io_error.
inline wf::Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return wf::not_found("cannot open '" + path + "'");
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return wf::io_error("cannot read '" + path + "'");
  return bytes;
}

}  // namespace weirflow::text
