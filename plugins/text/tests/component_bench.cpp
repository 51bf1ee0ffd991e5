// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Rows and tokens per second of the components on the real comments (WEIRFLOW_DATA), through the
// C ABI in batches of 4,096 rows, as a run drives them.

#include <chrono>
#include <cstdio>

#include "comment_batches.h"
#include "goldens.h"
#include "text_clean.h"
#include "text_tokenize.h"
#include "weirflow/kernels.hpp"
#include "weirflow/testing/harness.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using wf::testing::Harness;

constexpr int kRounds = 20;

/// Best of kRounds, in seconds; the output of the last round goes to `out`. Negative on an error.
template <typename Component>
double best_seconds(const wf::Value::Table& config, const std::vector<wf::Batch>& in,
                    std::vector<wf::Batch>& out) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    auto h = Harness::of<Component>();
    if (in.empty() || !h.start(config, {in.front().schema()}).ok()) return -1;
    const auto start = Clock::now();
    for (const wf::Batch& batch : in)
      if (!h.push(batch).ok()) return -1;
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    out = h.output();
  }
  return best;
}

void report(const char* what, double rows, double tokens, double seconds) {
  std::printf("%-26s %9.0f rows/s %8.2f M tokens/s\n", what, rows / seconds,
              tokens / seconds / 1e6);
}

}  // namespace

int main() {
  using namespace weirflow::text;
  const auto bodies = read_bodies();
  const auto rows = static_cast<double>(bodies.size());
  const std::vector<wf::Batch> raw = body_batches(bodies, 4096);
  std::vector<wf::Batch> cleaned, made;
  const double clean = best_seconds<Clean>({{"column", "body"}}, raw, cleaned);
  const double words = best_seconds<Tokenize>({{"column", "body"}}, cleaned, made);
  const double offsets =
      best_seconds<Tokenize>({{"column", "body"}, {"offsets", true}}, cleaned, made);
  if (clean < 0 || words < 0 || offsets < 0) return 1;
  double tokens = 0;
  Workspace work;
  const Tokenizer tokenizer(Rules::english());
  for (const wf::Batch& batch : cleaned) {
    const wf::StringView texts = batch.strings(1);
    for (int64_t i = 0; i < texts.size(); ++i) {
      if (!tokenizer.tokenize(texts[i], work).ok()) return 1;
      tokens += static_cast<double>(work.tokens.size());
    }
  }
  std::printf("%.0f rows, %.0f tokens, one thread, best of %d\n", rows, tokens, kRounds);
  report("text.clean", rows, tokens, clean);
  report("text.tokenize", rows, tokens, words);
  report("text.tokenize, offsets", rows, tokens, offsets);
  report("text.clean + text.tokenize", rows, tokens, clean + words);
  return 0;
}
