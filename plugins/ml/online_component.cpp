// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "online_component.h"

#include <cmath>
#include <span>

#include "logistic_regression.h"
#include "weirflow/kernels.hpp"

namespace weirflow::ml {

wf::Status OnlineLogisticRegression::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(features_, require_column(in, config().features, "features",
                                      "list<struct<index: int32, value: float64>>"));
  WF_ASSIGN(label_, require_column(in, config().label, "label", LabelView::kTypes));
  const int32_t told = sparse_size(in.field(features_));
  if (config().size > 0 && told > config().size)
    return at_key(wf::invalid_config("the column " + config().features + " has " +
                                     std::to_string(told) + " features"),
                  "size");
  size_ = config().size > 0 ? static_cast<int32_t>(config().size) : told;
  if (size_ < 1)
    return at_key(wf::invalid_config("how many features there are is not known from the column " +
                                     config().features),
                  "size", "say it, for example size = 262144");
  WF_TRY(add_column(out, {config().score, wf::Type::float64}, "score"));
  WF_TRY(out.add({"probability", wf::Type::float64}));
  WF_TRY(out.add({"decision", wf::Type::boolean}));
  WF_TRY(out.add({"threshold", wf::Type::float64}));
  return out.add({"rows_learned", wf::Type::int64});
}

wf::Status OnlineLogisticRegression::open() {
  FtrlOptions options;
  options.alpha = config().alpha;
  options.beta = config().beta;
  options.l1 = config().l1;
  options.l2 = config().l2;
  options.bias = config().bias == "free";
  WF_ASSIGN(Ftrl made, Ftrl::make(size_, options));
  model_.emplace(std::move(made));
  return {};
}

std::optional<std::pair<const char*, std::string>> OnlineLogisticRegression::problem(
    const SparseRow& row, int label) const {
  if (label == -2) return {{"bad_label", "the label is neither 0 nor 1"}};
  for (size_t k = 0; k < row.size; ++k) {
    if (row.indices[k] < 0 || row.indices[k] >= size_)
      return {{"bad_features", "there is no feature " + std::to_string(row.indices[k]) + " among " +
                                   std::to_string(size_)}};
    if (!std::isfinite(row.values[k])) return {{"bad_features", "a feature is NaN or infinite"}};
  }
  if (!std::isfinite(model_->score(row)))
    return {{"bad_features", "a feature is too large to be scored"}};
  return std::nullopt;
}

wf::Status OnlineLogisticRegression::process(const wf::Batch& in, wf::Emitter& out) {
  std::vector<int64_t> offsets;
  const wf::SparseView sparse = in.sparse(features_);
  const CsrView rows = sparse_rows(sparse, offsets);
  const LabelView labels(*in.column(label_));
  std::vector<uint8_t> keep(static_cast<size_t>(in.rows()), 1);
  wf::Float64Builder score, probability, threshold;
  wf::BoolBuilder decision;
  wf::Int64Builder learned;
  for (int64_t i = 0; i < in.rows(); ++i) {
    const auto at = static_cast<size_t>(i);
    const SparseRow row = rows.row(at);
    const int label = labels[i];
    if (const auto wrong = problem(row, label)) {
      keep[at] = 0;
      out.refuse(i, wrong->first, wrong->second);
      continue;
    }
    const double s = model_->score(row), p = sigmoid(s);
    score.append(s);
    probability.append(p);
    decision.append(p > config().threshold);
    threshold.append(config().threshold);
    learned.append(static_cast<int64_t>(model_->rows_seen()));
    if (label < 0) continue;
    const auto truth = static_cast<uint8_t>(label);
    WF_TRY(model_->partial_fit({rows.slice(at, 1), {&truth, 1}, {}}));
  }
  host().gauge("rows_learned", static_cast<double>(model_->rows_seen()));
  host().gauge("progressive_loss", model_->progressive_loss());
  const bool all = score.length() == in.rows();
  out.emit((all ? in : wf::filter(in, keep))
               .with_columns(out.schema(), {score.finish(), probability.finish(), decision.finish(),
                                            threshold.finish(), learned.finish()}));
  return {};
}

wf::Result<std::string> OnlineLogisticRegression::snapshot(uint64_t) {
  const std::vector<std::byte> bytes = model_->state();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

wf::Status OnlineLogisticRegression::restore(std::string_view snapshot) {
  WF_ASSIGN(Ftrl saved, Ftrl::from_state(std::as_bytes(std::span(snapshot))));
  if (saved.columns() != size_)
    return wf::invalid_config("the checkpoint's model has " + std::to_string(saved.columns()) +
                              " features, the rows have " + std::to_string(size_));
  model_.emplace(std::move(saved));
  return {};
}

}  // namespace weirflow::ml
