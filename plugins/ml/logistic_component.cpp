// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "logistic_component.h"

#include <cmath>

#include "contributions.h"
#include "explain.h"
#include "strongest.h"
#include "weirflow/kernels.hpp"

namespace weirflow::ml {

namespace {

/// N-grams in each of the results `strongest_for` and `strongest_against`.
constexpr size_t kStrongestShown = 25;

/// The rows of a spool as training rows, batch by batch.
class SpoolRows final : public RowSource {
 public:
  SpoolRows(const wf::Spool& spool, const wf::Host& host, int features, int label)
      : spool_(spool), host_(host), features_(features), label_(label) {}

  /// Looks for the number of columns and for labels that are neither 0 nor 1.
  wf::Status inspect() {
    WF_TRY(rewind());
    RowBlock block;
    for (;;) {
      WF_ASSIGN(const bool more, next(block));
      if (!more) return {};
      for (const int32_t index : block.rows.indices) columns_ = std::max(columns_, index + 1);
    }
  }
  /// The dimension that the field's metadata tells, if it does.
  void set_columns(int32_t columns) { columns_ = std::max(columns_, columns); }

  [[nodiscard]] int32_t columns() const override { return columns_; }
  wf::Status rewind() override {
    WF_ASSIGN(auto reader, spool_.open());
    reader_.emplace(std::move(reader));
    row_ = 0;
    return {};
  }
  wf::Result<bool> next(RowBlock& block) override {
    if (host_.is_cancelled()) return wf::cancelled("cancelled");
    WF_ASSIGN(batch_, reader_->next());
    if (!batch_) return false;
    view_.emplace(*batch_->column(features_));
    const CsrView rows = sparse_rows(*view_, offsets_);
    const LabelView labels(*batch_->column(label_));
    labels_.clear();
    for (int64_t i = 0; i < batch_->rows(); ++i, ++row_) {
      const int label = labels[i];
      if (label < 0) return bad_training_label(row_, label);
      labels_.push_back(static_cast<uint8_t>(label));
    }
    block = {rows, labels_, {}};
    return true;
  }

 private:
  const wf::Spool& spool_;
  const wf::Host& host_;
  const int features_, label_;
  int32_t columns_ = 0;
  int64_t row_ = 0;
  std::optional<wf::Spool::Reader> reader_;
  std::optional<wf::Batch> batch_;
  std::optional<wf::SparseView> view_;
  std::vector<int64_t> offsets_;
  std::vector<uint8_t> labels_;
};

}  // namespace

wf::Result<LogisticOptions> LogisticRegression::options() const {
  const LogisticConfig& c = config();
  LogisticOptions o;
  o.bias = c.bias == "none" ? Bias::none : c.bias == "penalised" ? Bias::penalised : Bias::free;
  o.c = c.c;
  o.regularisation = c.regularisation.value_or(-1);
  o.l1_ratio = c.l1_ratio;
  o.standardise = c.standardise;
  o.class_weighting =
      c.class_weight == "balanced" ? ClassWeighting::balanced : ClassWeighting::none;
  o.solver = c.solver == "dual"        ? Solver::dual
             : c.solver == "newton_cg" ? Solver::newton_cg
             : c.solver == "lbfgs"     ? Solver::lbfgs
                                       : Solver::automatic;
  o.tolerance = c.tolerance;
  o.max_iterations = static_cast<uint32_t>(c.max_iterations);
  o.seed = static_cast<uint64_t>(c.seed);
  // The ranges of the fields leave only what a solver cannot do.
  WF_TRY(at_key(o.validate(), "solver"));
  return o;
}

wf::Status LogisticRegression::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_TRY(options().status());
  WF_ASSIGN(features_, require_column(in, config().features, "features",
                                      "list<struct<index: int32, value: float64>>"));
  label_ = -1;
  if (in.index_of(config().label) >= 0) {
    WF_ASSIGN(label_, require_column(in, config().label, "label", LabelView::kTypes));
  }
  const auto find = [&](const std::string& name, wf::Type item) {
    const int column = in.index_of(name);
    return column >= 0 && in.field(column).type == wf::DataType::list_of(item) ? column : -1;
  };
  terms_ = find("terms", wf::Type::utf8);
  tokens_ = find(config().tokens, wf::Type::utf8);
  token_offsets_ = find(config().tokens + "_offsets", wf::Type::int32);
  WF_TRY(add_column(out, {config().score, wf::Type::float64}, "score"));
  WF_TRY(out.add({"probability", wf::Type::float64}));
  WF_TRY(out.add({"decision", wf::Type::boolean}));
  WF_TRY(out.add({"threshold", wf::Type::float64}));
  WF_TRY(out.add({"model_version", wf::Type::utf8}));
  WF_ASSIGN(wf::DataType contributions, wf::parse_type(kContributionsType));
  return out.add({"contributions", std::move(contributions)});
}

wf::Status LogisticRegression::fit(const wf::Spool& in, std::string& state) {
  if (label_ < 0) return input_schema()->require(config().label, "label").status();
  if (in.rows() == 0) return wf::invalid_data("there are no rows to learn from").retryable(false);
  WF_ASSIGN(LogisticOptions chosen, options());
  chosen.threads = host().task().threads;
  chosen.memory = static_cast<size_t>(std::max<int64_t>(host().memory_budget(), 1 << 20));
  SpoolRows rows(in, host(), features_, label_);
  WF_TRY(rows.inspect());
  rows.set_columns(sparse_size(input_schema()->field(features_)));
  WF_ASSIGN(const LogisticFit fitted, fit_logistic_regression(rows, chosen));
  host().gauge("iterations", fitted.report.iterations);
  host().gauge("objective", fitted.report.objective);
  if (!fitted.report.converged)
    host().log(wf::LogLevel::warning, "stopped after " + std::to_string(fitted.report.iterations) +
                                          " iterations before the tolerance was reached");
  if (terms_ >= 0) {
    WF_ASSIGN(Strongest strongest,
              strongest_ngrams(in, features_, terms_, fitted.weights, kStrongestShown));
    WF_TRY(host().set_result("strongest_for", std::move(strongest.raising)));
    WF_TRY(host().set_result("strongest_against", std::move(strongest.lowering)));
  }
  const std::vector<std::byte> bytes = make_linear_state(fitted, chosen, {}, config().threshold);
  state.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

wf::Status LogisticRegression::load(std::span<const std::byte> state) {
  WF_ASSIGN(LinearModel opened, LinearModel::open(state));
  model_ = std::move(opened);
  return {};
}

wf::Result<wf::Batch> LogisticRegression::score_rows(const wf::Batch& in, wf::Emitter& out,
                                                     std::vector<double>& scores) const {
  std::vector<int64_t> offsets;
  const wf::SparseView sparse = in.sparse(features_);
  const CsrView rows = sparse_rows(sparse, offsets);
  std::vector<uint8_t> keep(static_cast<size_t>(in.rows()), 1);
  for (size_t i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    for (size_t k = 0; k < row.size; ++k)
      if (row.indices[k] < 0 || row.indices[k] >= model_->columns())
        return wf::invalid_data("row " + std::to_string(i) + " of a batch has the feature " +
                                std::to_string(row.indices[k]) + ", but the model was fitted on " +
                                std::to_string(model_->columns()) +
                                ": its features come from another fit");
    const double score = model_->score(row);
    if (std::isfinite(score)) {
      scores.push_back(score);
    } else {
      keep[i] = 0;
      out.refuse(static_cast<int64_t>(i), "bad_features", "a feature is NaN or too large");
    }
  }
  return scores.size() == rows.rows() ? in : wf::filter(in, keep);
}

wf::ArrayPtr LogisticRegression::contributions(const wf::Batch& in) const {
  std::vector<int64_t> offsets;
  const wf::SparseView sparse = in.sparse(features_);
  const CsrView rows = sparse_rows(sparse, offsets);
  const auto most = static_cast<size_t>(config().contributions);
  std::optional<wf::ListView> terms;
  std::optional<wf::StringView> texts;
  if (terms_ >= 0) texts.emplace(*terms.emplace(in.lists(terms_)).items());
  std::optional<WordPlaces> places;
  if (tokens_ >= 0 && token_offsets_ >= 0)
    places.emplace(*in.column(tokens_), *in.column(token_offsets_));
  wf::ListBuilder<ContributionsBuilder> list;
  for (int64_t i = 0; i < in.rows(); ++i, list.append()) {
    if (most == 0) continue;
    const SparseRow row = rows.row(static_cast<size_t>(i));
    const bool named = terms && terms->end(i) - terms->begin(i) == static_cast<int64_t>(row.size);
    const WordPlaces* open = named && places && places->open_row(i) ? &*places : nullptr;
    const Explanation why = explain(row, model_->weights(), most);
    for (const auto* sign : {&why.raising, &why.lowering})
      for (const Contribution& c : *sign) {
        const auto k =
            std::lower_bound(row.indices, row.indices + row.size, c.column) - row.indices;
        if (named)
          list.items().append((*texts)[terms->begin(i) + k], c.contribution, open);
        else
          list.items().append("#" + std::to_string(c.column), c.contribution, nullptr);
      }
  }
  return list.finish();
}

wf::Status LogisticRegression::process(const wf::Batch& in, wf::Emitter& out) {
  if (!model_) return wf::internal_error("ml.logistic_regression is applied without a state");
  std::vector<double> scores;
  WF_ASSIGN(const wf::Batch rows, score_rows(in, out, scores));
  const wf_task task = host().task();
  const std::string_view version = wf::view(task.model_version);
  wf::Float64Builder score, probability, threshold;
  wf::BoolBuilder decision;
  wf::StringBuilder model;
  for (const double s : scores) {
    const double p = sigmoid(s);
    score.append(s);
    probability.append(p);
    decision.append(model_->decide(p));
    threshold.append(model_->threshold());
    model.append(version);
  }
  out.emit(
      rows.with_columns(out.schema(), {score.finish(), probability.finish(), decision.finish(),
                                       threshold.finish(), model.finish(), contributions(rows)}));
  return {};
}

}  // namespace weirflow::ml
