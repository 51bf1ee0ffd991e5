// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "linear_model.h"

#include <algorithm>
#include <cmath>

#include "parallel.h"

namespace weirflow::ml {
namespace {

constexpr uint32_t kRecord = section_tag("LOGR");
constexpr uint32_t kWeights = section_tag("WGHT");
constexpr uint32_t kClassOffsets = section_tag("COFF");
constexpr uint32_t kClassBytes = section_tag("CBYT");

/// Settings and report as they lie in the state.
struct Record {
  double bias, threshold;
  uint32_t solver, bias_kind, standardise, class_weighting;
  double c, regularisation, l1_ratio, class_weights[2], tolerance;
  uint64_t seed;
  uint32_t max_iterations, used_solver, iterations, converged;
  double violation, objective;
  uint64_t rows, positives;
};
static_assert(sizeof(Record) == 136);

}  // namespace

std::vector<std::byte> make_linear_state(const LogisticFit& fit, const LogisticOptions& options,
                                         const ClassNames& classes, double threshold) {
  const LogisticReport& r = fit.report;
  Record record{};
  record.bias = fit.bias;
  record.threshold = threshold;
  record.solver = static_cast<uint32_t>(options.solver);
  record.bias_kind = static_cast<uint32_t>(options.bias);
  record.standardise = options.standardise;
  record.class_weighting = static_cast<uint32_t>(options.class_weighting);
  record.c = options.c;
  record.regularisation = options.regularisation;
  record.l1_ratio = options.l1_ratio;
  std::copy_n(options.class_weights, 2, record.class_weights);
  record.tolerance = options.tolerance;
  record.seed = options.seed;
  record.max_iterations = options.max_iterations;
  record.used_solver = static_cast<uint32_t>(r.solver);
  record.iterations = r.iterations;
  record.converged = r.converged;
  record.violation = r.violation;
  record.objective = r.objective;
  record.rows = r.rows;
  record.positives = r.positives;
  const std::string names[2] = {classes.negative, classes.positive};
  BlobWriter writer(BlobKind::linear_model);
  writer.add_one(kRecord, record);
  writer.add<double>(kWeights, fit.weights);
  add_strings(writer, kClassOffsets, kClassBytes, names);
  return writer.finish();
}

wf::Result<LinearModel> LinearModel::open(std::span<const std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::open(state, BlobKind::linear_model));
  return from_blob(std::move(blob));
}

wf::Result<LinearModel> LinearModel::adopt(std::vector<std::byte> state) {
  WF_ASSIGN(BlobView blob, BlobView::adopt(std::move(state), BlobKind::linear_model));
  return from_blob(std::move(blob));
}

wf::Result<LinearModel> LinearModel::from_blob(BlobView blob) {
  LinearModel out;
  out.blob_ = std::move(blob);
  WF_ASSIGN(const Record r, out.blob_.one<Record>(kRecord));
  WF_ASSIGN(out.weights_, out.blob_.section<double>(kWeights));
  WF_ASSIGN(out.classes_, read_strings(out.blob_, kClassOffsets, kClassBytes));
  if (r.solver > 3 || r.used_solver > 3 || r.bias_kind > 2 || r.class_weighting > 2 ||
      r.standardise > 1 || r.converged > 1 || out.classes_.size() != 2 ||
      out.weights_.size() > 0x7fffffffU || !std::isfinite(r.bias) ||
      !(r.threshold >= 0 && r.threshold <= 1)) {
    return wf::invalid_data("state: settings of the model out of range");
  }
  for (const double weight : out.weights_) {
    if (!std::isfinite(weight)) return wf::invalid_data("state: a weight is not finite");
  }
  out.bias_ = r.bias;
  out.threshold_ = r.threshold;
  LogisticOptions& o = out.options_;
  o.solver = static_cast<Solver>(r.solver);
  o.bias = static_cast<Bias>(r.bias_kind);
  o.c = r.c;
  o.regularisation = r.regularisation;
  o.l1_ratio = r.l1_ratio;
  o.standardise = r.standardise == 1;
  o.class_weighting = static_cast<ClassWeighting>(r.class_weighting);
  std::copy_n(r.class_weights, 2, o.class_weights);
  o.tolerance = r.tolerance;
  o.max_iterations = r.max_iterations;
  o.seed = r.seed;
  if (!o.validate().ok()) return wf::invalid_data("state: settings of the model out of range");
  out.report_ = {static_cast<Solver>(r.used_solver),
                 r.iterations,
                 r.converged == 1,
                 r.violation,
                 r.objective,
                 r.rows,
                 r.positives};
  return out;
}

void LinearModel::predict(const CsrView& rows, size_t threads, std::span<double> scores,
                          std::span<double> probabilities) const {
  constexpr size_t kRowsPerThread = 2000;
  const size_t count = rows.rows();
  const size_t parts = std::clamp<size_t>(count / kRowsPerThread, 1, std::max<size_t>(threads, 1));
  run_parts(parts, [&](size_t part) {
    const size_t end = part_begin(count, parts, part + 1);
    for (size_t i = part_begin(count, parts, part); i < end; ++i) {
      const double s = score(rows.row(i));
      if (!scores.empty()) scores[i] = s;
      if (!probabilities.empty()) probabilities[i] = sigmoid(s);
    }
  });
}

}  // namespace weirflow::ml
