// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Runs a fuzz target with any compiler: on its corpus, on the corpus with some bytes changed, and
// on random bytes. FUZZ_CORPUS is the corpus' folder, relative to that of the sources.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace weirflow {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> corpus() {
  const char* source = std::getenv("WEIRFLOW_SOURCE_DIR");
  std::vector<std::string> inputs;
  if (!source) return inputs;
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(fs::path(source) / FUZZ_CORPUS))
    files.push_back(file.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

TEST(Fuzz, Corpus) {
  const auto inputs = corpus();
  ASSERT_FALSE(inputs.empty());
  for (const std::string& input : inputs) run(input);
}

TEST(Fuzz, CorpusWithChangedBytes) {
  std::mt19937_64 random(1);
  for (const std::string& input : corpus())
    for (int round = 0; round < 40; ++round) {
      std::string changed = input;
      for (uint64_t n = random() % 4 + 1; n > 0 && !changed.empty(); --n)
        changed[random() % changed.size()] = static_cast<char>(random());
      run(changed.substr(0, random() % (changed.size() + 1)));
    }
}

TEST(Fuzz, RandomBytes) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 4000; ++round) {
    std::string input(random() % 600, '\0');
    for (char& c : input) c = static_cast<char>(random());
    run(input);
  }
}

}  // namespace
}  // namespace weirflow
