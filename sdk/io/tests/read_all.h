// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads a whole input and keeps rows and refusals as text.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "weirflow/io/csv.hpp"
#include "weirflow/io/json.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/testing/batch_text.hpp"

namespace wf::io::testing {

struct Outcome {
  Status status;
  std::vector<Batch> batches;
  std::string text;              ///< all rows as batch text
  std::vector<std::string> bad;  ///< "LINE CODE message"
  std::vector<std::string> raw;  ///< of the bad records
  ReaderCounts counts;
  int64_t rows = 0;
};

inline Outcome read_all(
    const std::function<Result<std::unique_ptr<RecordReader>>(BadRecordSink)>& open) {
  Outcome outcome;
  auto reader = open([&](const BadRecord& record) {
    outcome.bad.push_back(std::to_string(record.line) + " " + std::string(record.code) + " " +
                          record.message);
    outcome.raw.emplace_back(record.raw);
    return Status();
  });
  outcome.status = reader.status();
  while (outcome.status.ok()) {
    Batch batch;
    const auto next = (*reader)->next(&batch);
    outcome.status = next.status();
    if (!next.ok() || *next == Next::end) break;
    if (*next != Next::batch) continue;
    outcome.rows += batch.rows();
    outcome.batches.push_back(std::move(batch));
  }
  if (reader.ok()) {
    outcome.counts = (*reader)->counts();
    outcome.text = outcome.batches.empty() ? wf::testing::to_text(*(*reader)->schema()) + "\n"
                                           : wf::testing::to_text(outcome.batches);
  }
  return outcome;
}

inline Outcome read_csv(const std::string& bytes, const CsvOptions& options = {},
                        const std::optional<Schema>& schema = {}) {
  return read_all([&](BadRecordSink sink) {
    return open_csv(memory_input(bytes), "in.csv", options, schema, std::move(sink));
  });
}

inline Outcome read_jsonl(const std::string& bytes, const JsonlOptions& options = {},
                          const std::optional<Schema>& schema = {}) {
  return read_all([&](BadRecordSink sink) {
    return open_jsonl(memory_input(bytes), "in.jsonl", options, schema, std::move(sink));
  });
}

/// A folder of its own for a test, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weirflow-io-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] size_t files() const {
    size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) n += entry.exists();
    return n;
  }

 private:
  std::string path_;
};

}  // namespace wf::io::testing
