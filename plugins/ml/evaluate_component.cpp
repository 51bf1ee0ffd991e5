// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "evaluate_component.h"

#include <cmath>

namespace weirflow::ml {

namespace {

wf::Value curve(const std::vector<CurvePoint>& points) {
  wf::Value::List list;
  for (const CurvePoint& p : points)
    list.emplace_back(wf::Value::List{wf::Value(p.x), wf::Value(p.y)});
  return wf::Value(std::move(list));
}

wf::Value calibration(const std::vector<CalibrationBin>& bins) {
  wf::Value::List list;
  for (const CalibrationBin& b : bins)
    list.emplace_back(wf::Value::List{wf::Value(b.mean_probability), wf::Value(b.positive_rate),
                                      wf::Value(static_cast<int64_t>(b.rows))});
  return wf::Value(std::move(list));
}

struct Measure {
  const char* name;
  double value;
  Interval interval{std::nan(""), std::nan("")};
};

std::vector<Measure> measures(const Evaluation& e) {
  const ClassQuality &kept = e.of_class[0], &flagged = e.of_class[1];
  return {{"auc", e.auc.value, e.auc.interval},
          {"auc_hard", e.auc_hard.value, e.auc_hard.interval},
          {"accuracy", e.accuracy.value, e.accuracy.interval},
          {"log_loss", e.log_loss},
          {"brier", e.brier},
          {"calibration_error", e.calibration_error},
          {"precision", flagged.precision.value, flagged.precision.interval},
          {"recall", flagged.recall.value, flagged.recall.interval},
          {"f1", flagged.f1},
          {"precision_0", kept.precision.value, kept.precision.interval},
          {"recall_0", kept.recall.value, kept.recall.interval},
          {"f1_0", kept.f1},
          {"rows", static_cast<double>(e.rows)},
          {"positives", static_cast<double>(e.positives)},
          {"true_positives", static_cast<double>(e.confusion.true_positives)},
          {"false_positives", static_cast<double>(e.confusion.false_positives)},
          {"false_negatives", static_cast<double>(e.confusion.false_negatives)},
          {"true_negatives", static_cast<double>(e.confusion.true_negatives)}};
}

}  // namespace

wf::Status Evaluate::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(label_, require_column(in, config().label, "label", LabelView::kTypes));
  WF_ASSIGN(score_, require_column(in, config().score, "score", "float64"));
  WF_ASSIGN(probability_, require_column(in, config().probability, "probability", "float64"));
  WF_ASSIGN(decision_, require_column(in, config().decision, "decision", LabelView::kTypes));
  if (are_training_rows(in) && !config().allow_training_rows)
    return at_key(
        wf::invalid_config(
            "these are the rows that the model was fitted on: the measures would flatter it"),
        "allow_training_rows", "apply the model to other rows, or say allow_training_rows = true");
  out.clear();
  WF_TRY(out.add({"metric", wf::Type::utf8}));
  WF_TRY(out.add({"value", wf::Type::float64}));
  WF_TRY(out.add({"low", wf::Type::float64}));
  return out.add({"high", wf::Type::float64});
}

wf::Status Evaluate::process(const wf::Batch& in, wf::Emitter& out) {
  const LabelView label(*in.column(label_)), decision(*in.column(decision_));
  const auto score = in.numbers<double>(score_), probability = in.numbers<double>(probability_);
  for (int64_t i = 0; i < in.rows(); ++i) {
    const int truth = label[i], decided = decision[i];
    if (truth < 0 || decided < 0) {
      out.refuse(i, "bad_label",
                 truth == -1 || decided == -1 ? "label or decision is null"
                                              : "label or decision is neither 0 nor 1");
      continue;
    }
    if (score.is_null(i) || probability.is_null(i) || !std::isfinite(score[i]) ||
        !(probability[i] >= 0 && probability[i] <= 1)) {
      out.refuse(i, "bad_score", "score or probability is missing or out of range");
      continue;
    }
    labels_.push_back(static_cast<uint8_t>(truth));
    decisions_.push_back(static_cast<uint8_t>(decided));
    scores_.push_back(score[i]);
    probabilities_.push_back(probability[i]);
  }
  return {};
}

wf::Status Evaluate::finish(wf::Emitter& out) {
  if (labels_.empty()) return wf::invalid_data("there are no rows to evaluate").retryable(false);
  EvaluationOptions options;
  options.confidence = config().confidence;
  options.calibration_bins = static_cast<uint32_t>(config().calibration_bins);
  options.curve_points = static_cast<uint32_t>(config().curve_points);
  WF_ASSIGN(const Evaluation e, evaluate(labels_, scores_, probabilities_, decisions_, options));
  wf::StringBuilder metric;
  wf::Float64Builder value, low, high;
  int64_t rows = 0;
  for (const Measure& m : measures(e)) {
    ++rows;
    metric.append(m.name);
    for (auto& [builder, number] : {std::pair<wf::Float64Builder*, double>{&value, m.value},
                                    {&low, m.interval.low},
                                    {&high, m.interval.high}}) {
      if (std::isnan(number))
        builder->append_null();
      else
        builder->append(number);
    }
    if (!std::isnan(m.value)) WF_TRY(host().set_result(m.name, m.value));
  }
  WF_TRY(host().set_result("roc", curve(e.roc)));
  WF_TRY(host().set_result("precision_recall", curve(e.precision_recall)));
  WF_TRY(host().set_result("calibration", calibration(e.calibration)));
  out.emit(wf::Batch(out.schema(), rows,
                     {metric.finish(), value.finish(), low.finish(), high.finish()}));
  return {};
}

}  // namespace weirflow::ml
