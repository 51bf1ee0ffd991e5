// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the goldens (outputs of scikit-learn and spaCy) in place, for tests and the benchmark.

#include <zlib.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tokens.h"

namespace weirflow::ml::golden {

/// A file below WEIRFLOW_DATA/golden, unpacked when it ends in .gz.
inline std::string read(const std::string& name) {
  const char* data = std::getenv("WEIRFLOW_DATA");
  if (!data) throw std::runtime_error("WEIRFLOW_DATA is not set");
  const std::string path = std::string(data) + "/golden/" + name;
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error("cannot open " + path);
  std::string out;
  std::vector<char> buffer(1 << 20);
  int got = 0;
  while ((got = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    out.append(buffer.data(), static_cast<size_t>(got));
  }
  gzclose(file);
  if (got < 0) throw std::runtime_error("cannot unpack " + path);
  return out;
}

inline nlohmann::json json(const std::string& name) { return nlohmann::json::parse(read(name)); }

inline std::vector<nlohmann::json> json_lines(const std::string& name) {
  std::istringstream in(read(name));
  std::vector<nlohmann::json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

/// Owned documents in the layout of TokenBatch.
struct Documents {
  std::vector<int32_t> list_offsets{0};
  std::vector<int32_t> string_offsets{0};
  std::string bytes;

  void add(const std::vector<std::string>& tokens) {
    for (const std::string& token : tokens) {
      bytes += token;
      string_offsets.push_back(static_cast<int32_t>(bytes.size()));
    }
    list_offsets.push_back(static_cast<int32_t>(string_offsets.size() - 1));
  }
  [[nodiscard]] TokenBatch batch() const { return {list_offsets, string_offsets, bytes}; }
  [[nodiscard]] std::vector<std::string_view> tokens(size_t document) const {
    std::vector<std::string_view> out;
    for (int32_t t = list_offsets[document]; t < list_offsets[document + 1]; ++t) {
      out.push_back(batch().token(t));
    }
    return out;
  }
  [[nodiscard]] size_t size() const { return list_offsets.size() - 1; }
};

/// All 5,453 comments as final tokens, the first 4,362 of them for training.
struct Comments {
  Documents train, test, all;
  std::vector<uint8_t> train_labels, test_labels;
};

inline const Comments& comments() {
  static const Comments comments = [] {
    Comments c;
    for (const nlohmann::json& line : json_lines("normalised_rscience.jsonl.gz")) {
      const auto tokens = line["tokens"].get<std::vector<std::string>>();
      const auto label = line["removed"].get<uint8_t>();
      const bool train = line["split"] == "train";
      c.all.add(tokens);
      (train ? c.train : c.test).add(tokens);
      (train ? c.train_labels : c.test_labels).push_back(label);
    }
    return c;
  }();
  return comments;
}

}  // namespace weirflow::ml::golden
