// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Tokens per second on the real comments (WEIRFLOW_DATA): tokenizer alone, and with normalising.

#include <chrono>
#include <cstdio>

#include "clean.h"
#include "goldens.h"
#include "normalizer.h"
#include "tokenizer.h"

namespace {

using Clock = std::chrono::steady_clock;

/// Best of `rounds` runs, in seconds.
template <typename Fn>
double best_seconds(int rounds, Fn&& fn) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    fn();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

void report(const char* what, size_t count, size_t bytes, double seconds) {
  std::printf("%-22s %9.2f M tokens/s %9.1f MB/s\n", what,
              static_cast<double>(count) / seconds / 1e6,
              static_cast<double>(bytes) / seconds / 1e6);
}

}  // namespace

int main() {
  using namespace weirflow::text;
  const std::vector<std::string> bodies = read_bodies();
  std::vector<std::string> texts;
  size_t bytes = 0;
  for (const std::string& body : bodies) {
    texts.push_back(clean(body));
    bytes += texts.back().size();
  }
  const Tokenizer tokenizer(Rules::english());
  auto normalizer = Normalizer::make({}, Rules::english());
  if (texts.empty() || !normalizer.ok()) return 1;
  Workspace work;
  TokenList words;
  std::string cleaned;
  std::string scratch;
  size_t tokens = 0;
  bool fine = true;
  const double alone = best_seconds(20, [&] {
    tokens = 0;
    for (const std::string& text : texts) {
      fine = tokenizer.tokenize(text, work).ok() && fine;
      tokens += work.tokens.size();
    }
  });
  const double both = best_seconds(20, [&] {
    for (const std::string& text : texts) {
      fine = tokenizer.tokenize(text, work).ok() && fine;
      normalizer.value().normalize(text, work, words);
    }
  });
  const double all = best_seconds(20, [&] {
    for (const std::string& body : bodies) {
      clean(body, {}, cleaned, scratch);
      fine = tokenizer.tokenize(cleaned, work).ok() && fine;
      normalizer.value().normalize(cleaned, work, words);
    }
  });
  std::printf("%zu comments, %zu bytes, %zu tokens, one thread, best of 20\n", texts.size(), bytes,
              tokens);
  report("tokenize", tokens, bytes, alone);
  report("tokenize + normalise", tokens, bytes, both);
  report("clean + both", tokens, bytes, all);
  return fine ? 0 : 1;
}
