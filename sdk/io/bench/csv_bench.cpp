// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Reads a CSV file of quoted, multi-line bodies and prints the best of several times.
//
//   io-csv-bench FILE            read FILE (made first, 69 MB, when it does not exist)
//   io-csv-bench FILE COLUMN...  read these columns alone
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "weirflow/io/csv.hpp"
#include "weirflow/io/output.hpp"

namespace {

constexpr size_t kFileBytes = 69 * 1000 * 1000;
constexpr int kRounds = 7;

/// Comment-like text: words, commas, line ends, now and then a quotation.
std::string body(uint64_t& state) {
  static constexpr const char* kWords[] = {
      "science",  "the",    "of",   "study,", "results", "I",       "think",  "this",
      "\"cell\"", "paper.", "data", "and",    "because", "climate", "model,", "not"};
  std::string text;
  const auto next = [&] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return state >> 33;
  };
  for (uint64_t n = 10 + next() % 100; n > 0; --n) {
    text += kWords[next() % 16];
    text += next() % 24 == 0 ? "\r\n\r\n" : " ";
  }
  return text;
}

wf::Status make_file(const std::string& path) {
  WF_ASSIGN(auto file, wf::io::OutputFile::create(path, {}));
  uint64_t state = 42;
  std::string text = "\"row\",\"x\",\"body\",\"removed\"\n";
  size_t written = 0;
  for (int row = 0; written < kFileBytes; ++row) {
    std::string quoted;
    for (const char c : body(state)) quoted.append(c == '"' ? 2 : 1, c);
    text += '"' + std::to_string(row) + "\",\"" + std::to_string(row * 3) + "\",\"" + quoted +
            "\",\"" + (row % 3 ? "0" : "1") + "\"\n";
    written += text.size();
    WF_TRY(file->write(text));
    text.clear();
  }
  WF_ASSIGN(const std::string blob, file->prepare());
  return wf::io::OutputFile::commit(blob);
}

wf::Status read_once(const std::string& path, const wf::io::CsvOptions& options, int64_t* rows) {
  WF_ASSIGN(auto reader, wf::io::open_csv({path}, options, {}, {}));
  wf::Batch batch;
  *rows = 0;
  for (;;) {
    WF_ASSIGN(const wf::io::Next next, reader->next(&batch));
    if (next == wf::io::Next::end) return {};
    *rows += batch.rows();
  }
}

wf::Status run(int argc, char** argv) {
  const std::string path = argv[1];
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) WF_TRY(make_file(path));
  if (::stat(path.c_str(), &s) != 0) return wf::io_error(path);
  wf::io::CsvOptions options;
  for (int i = 2; i < argc; ++i) options.select.emplace_back(argv[i]);
  double best = 1e9;
  int64_t rows = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    WF_TRY(read_once(path, options, &rows));
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::printf("%s: %lld bytes, %lld rows, best of %d: %.3f s, %.0f MB/s\n", path.c_str(),
              static_cast<long long>(s.st_size), static_cast<long long>(rows), kRounds, best,
              static_cast<double>(s.st_size) / best / 1e6);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: io-csv-bench FILE [COLUMN...]\n", stderr);
    return 2;
  }
  const wf::Status status = run(argc, argv);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return status.ok() ? 0 : 1;
}
