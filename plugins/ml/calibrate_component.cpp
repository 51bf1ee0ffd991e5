// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "calibrate_component.h"

#include <cmath>

#include "weirflow/kernels.hpp"

namespace weirflow::ml {

wf::Status Calibrate::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(score_, require_column(in, config().score, "score", "float64"));
  label_ = -1;
  if (in.index_of(config().label) >= 0) {
    WF_ASSIGN(label_, require_column(in, config().label, "label", LabelView::kTypes));
  }
  // With a state this instance is applied, which training rows do not harm.
  if (!calibration_ && are_training_rows(in) && !config().allow_training_rows)
    return at_key(wf::invalid_config("these are the rows that the model behind the score was "
                                     "fitted on: their scores are too good to learn from"),
                  "allow_training_rows",
                  "fit ml.calibrate on rows that the model was applied to, or say "
                  "allow_training_rows = true");
  return add_column(out, {config().into, wf::Type::float64}, "into");
}

wf::Status Calibrate::fit(const wf::Spool& in, std::string& state) {
  if (label_ < 0) return input_schema()->require(config().label, "label").status();
  std::vector<uint8_t> labels;
  std::vector<double> scores;
  WF_ASSIGN(auto reader, in.open());
  for (;;) {
    WF_ASSIGN(const auto batch, reader.next());
    if (!batch) break;
    if (host().is_cancelled()) return wf::cancelled("cancelled");
    const LabelView label(*batch->column(label_));
    const auto score = batch->numbers<double>(score_);
    for (int64_t i = 0; i < batch->rows(); ++i) {
      const auto row = static_cast<int64_t>(labels.size());
      if (label[i] < 0) return bad_training_label(row, label[i]);
      if (score.is_null(i) || !std::isfinite(score[i]))
        return wf::invalid_data("row " + std::to_string(row) + ": the score is " +
                                (score.is_null(i) ? "null" : "not finite"));
      labels.push_back(static_cast<uint8_t>(label[i]));
      scores.push_back(score[i]);
    }
  }
  const auto method =
      config().method == "isotonic" ? CalibrationMethod::isotonic : CalibrationMethod::sigmoid;
  WF_ASSIGN(const std::vector<std::byte> bytes, fit_calibration(method, labels, scores));
  state.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

wf::Status Calibrate::load(std::span<const std::byte> state) {
  WF_ASSIGN(Calibration opened, Calibration::open(state));
  calibration_ = std::move(opened);
  return {};
}

wf::Status Calibrate::process(const wf::Batch& in, wf::Emitter& out) {
  if (!calibration_) return wf::internal_error("ml.calibrate is applied without a state");
  const auto score = in.numbers<double>(score_);
  wf::Float64Builder probability;
  std::vector<uint8_t> keep(static_cast<size_t>(in.rows()), 1);
  for (int64_t i = 0; i < in.rows(); ++i) {
    if (score.is_null(i)) {
      probability.append_null();
    } else if (std::isfinite(score[i])) {
      probability.append(calibration_->probability(score[i]));
    } else {
      keep[static_cast<size_t>(i)] = 0;
      out.refuse(i, "bad_score", "the score is NaN or infinite");
    }
  }
  const bool all = probability.length() == in.rows();
  const wf::Batch rows = all ? in : wf::filter(in, keep);
  out.emit(rows.with_columns(out.schema(), {probability.finish()}));
  return {};
}

}  // namespace weirflow::ml
