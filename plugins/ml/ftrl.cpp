// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "ftrl.h"

#include <algorithm>
#include <cmath>

#include "blob.h"

namespace weirflow::ml {
namespace {

constexpr uint32_t kRecord = section_tag("FTRL");
constexpr uint32_t kWeights = section_tag("WGHT");
constexpr uint32_t kZ = section_tag("ZSUM");
constexpr uint32_t kN = section_tag("NSUM");

struct Record {
  double alpha, beta, l1, l2, class_weights[2];
  uint64_t has_bias;
  double bias, bias_z, bias_n;
  uint64_t rows, positives;
  double loss, loss_weight;
};
static_assert(sizeof(Record) == 112);

}  // namespace

wf::Status FtrlOptions::validate() const {
  const auto at_least_0 = [](double x) { return x >= 0 && std::isfinite(x); };
  if (!(alpha > 0 && std::isfinite(alpha))) return wf::invalid_config("alpha must be above 0");
  if (!at_least_0(beta)) return wf::invalid_config("beta must be 0 or more");
  if (!at_least_0(l1) || !at_least_0(l2)) return wf::invalid_config("l1 and l2 must be 0 or more");
  for (const double weight : class_weights) {
    if (!(weight > 0 && std::isfinite(weight))) {
      return wf::invalid_config("class_weights must be numbers above 0");
    }
  }
  return {};
}

wf::Result<Ftrl> Ftrl::make(int32_t columns, const FtrlOptions& options) {
  WF_TRY(options.validate());
  if (columns < 1) return wf::invalid_config("an online model needs one column or more");
  return Ftrl(static_cast<size_t>(columns), options);
}

wf::Status Ftrl::partial_fit(const RowBlock& block) {
  WF_TRY(check_rows(block, columns(), static_cast<int64_t>(rows_)));
  for (size_t i = 0; i < block.rows.rows(); ++i) {
    const double weight = block.weights.empty() ? 1 : block.weights[i];
    learn(block.rows.row(i), block.labels[i] == 1,
          weight * options_.class_weights[block.labels[i]]);
  }
  return {};
}

void Ftrl::learn(const SparseRow& row, bool positive, double weight) {
  ++rows_;
  positives_ += positive;
  const double m = score(row);
  loss_ += weight * log1p_exp(positive ? -m : m);
  loss_weight_ += weight;
  const double gradient = weight * (positive ? -sigmoid(-m) : sigmoid(m));
  for (size_t k = 0; k < row.size; ++k) {
    const auto j = static_cast<size_t>(row.indices[k]);
    update(gradient * row.values[k], options_.l1, options_.l2, weights_[j], z_[j], n_[j]);
  }
  if (options_.bias) update(gradient, 0, 0, bias_, bias_z_, bias_n_);
}

void Ftrl::update(double gradient, double l1, double l2, double& w, double& z, double& n) const {
  const double before = std::sqrt(n);
  n += gradient * gradient;
  const double after = std::sqrt(n);
  z += gradient - (after - before) / options_.alpha * w;
  const double rate = l2 + (options_.beta + after) / options_.alpha;
  // The rate is 0 only when nothing was ever learned here and beta is 0.
  w = std::abs(z) <= l1 || rate == 0 ? 0 : ((z > 0 ? l1 : -l1) - z) / rate;
}

double Ftrl::progressive_loss() const { return loss_weight_ > 0 ? loss_ / loss_weight_ : 0; }

LogisticFit Ftrl::model() const {
  LogisticFit fit;
  fit.weights = weights_;
  fit.bias = bias_;
  fit.report.objective = progressive_loss();
  fit.report.rows = rows_;
  fit.report.positives = positives_;
  return fit;
}

std::vector<std::byte> Ftrl::state() const {
  Record record{};
  record.alpha = options_.alpha;
  record.beta = options_.beta;
  record.l1 = options_.l1;
  record.l2 = options_.l2;
  std::copy_n(options_.class_weights, 2, record.class_weights);
  record.has_bias = options_.bias;
  record.bias = bias_;
  record.bias_z = bias_z_;
  record.bias_n = bias_n_;
  record.rows = rows_;
  record.positives = positives_;
  record.loss = loss_;
  record.loss_weight = loss_weight_;
  BlobWriter writer(BlobKind::online_model);
  writer.add_one(kRecord, record);
  writer.add<double>(kWeights, weights_);
  writer.add<double>(kZ, z_);
  writer.add<double>(kN, n_);
  return writer.finish();
}

wf::Result<Ftrl> Ftrl::from_state(std::span<const std::byte> state) {
  WF_ASSIGN(const BlobView blob, BlobView::open(state, BlobKind::online_model));
  WF_ASSIGN(const Record r, blob.one<Record>(kRecord));
  WF_ASSIGN(const auto weights, blob.section<double>(kWeights));
  WF_ASSIGN(const auto z, blob.section<double>(kZ));
  WF_ASSIGN(const auto n, blob.section<double>(kN));
  FtrlOptions options{r.alpha, r.beta, r.l1, r.l2, r.has_bias == 1, {}};
  std::copy_n(r.class_weights, 2, options.class_weights);
  const auto finite = [](double x) { return std::isfinite(x); };
  const auto sum = [](double x) { return std::isfinite(x) && x >= 0; };
  if (!options.validate().ok() || r.has_bias > 1 || !finite(r.bias) || !finite(r.bias_z) ||
      !sum(r.bias_n) || !sum(r.loss) || !sum(r.loss_weight) || weights.empty() ||
      weights.size() > 0x7fffffffU || z.size() != weights.size() || n.size() != weights.size() ||
      !std::all_of(weights.begin(), weights.end(), finite) ||
      !std::all_of(z.begin(), z.end(), finite) || !std::all_of(n.begin(), n.end(), sum)) {
    return wf::invalid_data("state: an online model with values out of range");
  }
  Ftrl out(weights.size(), options);
  out.weights_.assign(weights.begin(), weights.end());
  out.z_.assign(z.begin(), z.end());
  out.n_.assign(n.begin(), n.end());
  out.bias_ = r.bias;
  out.bias_z_ = r.bias_z;
  out.bias_n_ = r.bias_n;
  out.rows_ = r.rows;
  out.positives_ = r.positives;
  out.loss_ = r.loss;
  out.loss_weight_ = r.loss_weight;
  return out;
}

}  // namespace weirflow::ml
