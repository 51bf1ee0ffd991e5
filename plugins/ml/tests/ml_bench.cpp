// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
/// Speed of fitting, transforming, scoring and solving on the comments repeated.
/// Usage: ml_bench [documents] [threads]; WEIRFLOW_DATA must be set.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "ftrl.h"
#include "golden.h"
#include "linear_model.h"
#include "vectoriser_fit.h"

namespace weirflow::ml {
namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// CPU seconds of all threads: what counts on a machine that others use too.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Wall and CPU seconds since its making.
struct Watch {
  double wall = seconds();
  double cpu = cpu_seconds();
  void print(const char* name) const {
    std::printf("  %-36s %6.2f s %6.2f s CPU  ", name, seconds() - wall, cpu_seconds() - cpu);
  }
  [[nodiscard]] double rate(size_t items) const {
    return static_cast<double>(items) / (seconds() - wall);
  }
  [[nodiscard]] double cpu_rate(size_t items) const {
    return static_cast<double>(items) / (cpu_seconds() - cpu);
  }
  void print_rates(const char* name, size_t items, const char* unit) const {
    print(name);
    std::printf("%.0f %s/s, %.0f per CPU second\n", rate(items), unit, cpu_rate(items));
  }
};

golden::Documents repeated(const golden::Documents& source, size_t documents) {
  golden::Documents out;
  for (size_t d = 0; d < documents; ++d) {
    for (const std::string_view token : source.tokens(d % source.size())) {
      out.bytes += token;
      out.string_offsets.push_back(static_cast<int32_t>(out.bytes.size()));
    }
    out.list_offsets.push_back(static_cast<int32_t>(out.string_offsets.size() - 1));
  }
  return out;
}

Vectoriser fit(const golden::Documents& docs, uint64_t max_features, size_t threads) {
  VectoriserOptions options;
  options.max_n = 3;
  options.min_df = {false, 3};
  options.sublinear_tf = true;
  options.max_features = max_features;
  auto made = std::move(VectoriserFit::make(options, {threads})).value();
  constexpr size_t kBatch = 8192;
  for (size_t d = 0; d < docs.size(); d += kBatch) {
    if (!made->add(docs.batch().slice(d, std::min(kBatch, docs.size() - d))).ok()) std::abort();
  }
  return std::move(Vectoriser::adopt(std::move(made->finish()).value())).value();
}

void solve(const char* name, const RowBlock& block, int32_t columns, LogisticOptions options) {
  const Watch watch;
  MemorySource source(block, columns);
  const auto fit = fit_logistic_regression(source, options);
  if (!fit.ok()) std::abort();
  watch.print(name);
  std::printf("%u iterations, violation %.1e, objective %.6f%s\n", fit->report.iterations,
              fit->report.violation, fit->report.objective,
              fit->report.converged ? "" : "  NOT CONVERGED");
}

void solve_all(const RowBlock& block, int32_t columns, size_t threads) {
  LogisticOptions options;
  options.threads = threads;
  options.bias = Bias::penalised;
  solve("dual, tolerance 1e-3", block, columns, options);
  options.tolerance = 0.1;
  solve("dual, tolerance 0.1", block, columns, options);
  options.tolerance = 1e-8;
  solve("dual, tolerance 1e-8", block, columns, options);
  options.bias = Bias::free;
  options.tolerance = 1e-6;
  solve("newton_cg, tolerance 1e-6", block, columns, options);
  options.tolerance = 1e-10;
  solve("newton_cg, tolerance 1e-10", block, columns, options);
  options.solver = Solver::lbfgs;
  options.tolerance = 1e-6;
  solve("lbfgs, tolerance 1e-6", block, columns, options);
  options.l1_ratio = 1;
  options.tolerance = 1e-5;
  solve("lbfgs with L1, tolerance 1e-5", block, columns, options);
}

void transform_and_score(const Vectoriser& v, const LinearModel& model,
                         const golden::Documents& docs, size_t batch) {
  const Watch watch;
  CsrMatrix rows;
  std::vector<double> scores(batch), p(batch);
  for (size_t d = 0; d < docs.size(); d += batch) {
    const size_t count = std::min(batch, docs.size() - d);
    rows.clear();
    v.transform(docs.batch().slice(d, count), 1, rows);
    model.predict(rows.view(), 1, std::span(scores).first(count), std::span(p).first(count));
  }
  const std::string name = "transform + score, 1 thread, by " + std::to_string(batch);
  watch.print_rates(name.c_str(), docs.size(), "rows");
}

void run(size_t documents, size_t threads) {
  const golden::Comments& comments = golden::comments();
  std::vector<uint8_t> labels = comments.train_labels;
  labels.insert(labels.end(), comments.test_labels.begin(), comments.test_labels.end());
  const golden::Documents docs = repeated(comments.all, documents);
  std::vector<uint8_t> all_labels;
  for (size_t d = 0; d < documents; ++d) all_labels.push_back(labels[d % labels.size()]);
  const size_t tokens = docs.string_offsets.size() - 1;
  std::printf("%zu documents, %zu tokens, %zu threads\n", documents, tokens, threads);

  for (const uint64_t max_features : {uint64_t{10000}, uint64_t{0}}) {
    const Watch fitting;
    const Vectoriser v = fit(docs, max_features, threads);
    std::printf("%d columns\n", v.columns());
    fitting.print_rates("vectoriser fit", tokens, "tokens");
    const Watch transforming;
    CsrMatrix rows;
    v.transform(docs.batch(), threads, rows);
    transforming.print_rates("transform", documents, "rows");
    std::printf("  %.1f M values\n", static_cast<double>(rows.values.size()) / 1e6);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("  peak memory so far, with the input: %.0f MB\n",
                static_cast<double>(usage.ru_maxrss) / 1024);
    const RowBlock block{rows.view(), all_labels, {}};
    const Watch learning;
    Ftrl online = std::move(Ftrl::make(v.columns(), {})).value();
    if (!online.partial_fit(block).ok()) std::abort();
    learning.print_rates("ftrl, one pass", documents, "rows");
    const auto model =
        std::move(LinearModel::adopt(make_linear_state(online.model(), {}, {}, 0.5))).value();
    for (const size_t batch : {1, 1000}) transform_and_score(v, model, docs, batch);
    solve_all(block, v.columns(), threads);
  }
}

}  // namespace
}  // namespace weirflow::ml

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t documents = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200000;
  const size_t threads = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 2;
  weirflow::ml::run(documents, threads);
  return 0;
}
