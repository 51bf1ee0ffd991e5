// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "logistic_component.h"

#include "explain.h"

namespace weirflow::ml {

namespace {

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
      if (label < 0)
        return wf::invalid_data("row " + std::to_string(row_) + ": the label is " +
                                (label == -1 ? "null" : "neither 0 nor 1"));
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

/// Builder of list<struct<ngram: utf8, contribution: float64>>.
class Evidence {
 public:
  void append(std::string_view ngram, double contribution) {
    ngram_.append(ngram);
    contribution_.append(contribution);
  }
  [[nodiscard]] int64_t length() const { return ngram_.length(); }
  static wf::DataType type() {
    return wf::DataType::struct_of(
        {{"ngram", wf::Type::utf8}, {"contribution", wf::Type::float64}});
  }
  wf::ArrayPtr finish() {
    auto array = std::make_shared<wf::Array>();
    array->type = type();
    array->length = ngram_.length();
    array->null_count_cache = 0;
    array->children = {ngram_.finish(), contribution_.finish()};
    return array;
  }

 private:
  wf::StringBuilder ngram_;
  wf::Float64Builder contribution_;
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
  WF_TRY(o.validate());
  return o;
}

wf::Status LogisticRegression::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_TRY(options().status());
  WF_ASSIGN(features_, in.require(config().features, "features"));
  label_ = in.index_of(config().label);
  if (label_ >= 0) {
    const wf::Type type = in.field(label_).type.id();
    if (type != wf::Type::boolean && type != wf::Type::int32 && type != wf::Type::int64 &&
        type != wf::Type::float64)
      return wf::invalid_config("label column '" + config().label + "' is " +
                                in.field(label_).type.to_string() +
                                ", but must be bool, int32, int64 or float64")
          .at({"label", 0, 0, ""});
  }
  terms_ = in.index_of("terms");
  if (terms_ >= 0 && !(in.field(terms_).type == wf::DataType::list_of(wf::Type::utf8))) terms_ = -1;
  WF_TRY(out.add({config().score, wf::Type::float64}));
  WF_TRY(out.add({"probability", wf::Type::float64}));
  WF_TRY(out.add({"decision", wf::Type::boolean}));
  WF_TRY(out.add({"threshold", wf::Type::float64}));
  WF_TRY(out.add({"model_version", wf::Type::utf8}));
  return out.add({"contributions", wf::DataType::list_of(Evidence::type())});
}

wf::Status LogisticRegression::fit(const wf::Spool& in, std::string& state) {
  if (label_ < 0)
    return wf::invalid_config("there is no column '" + config().label + "' to learn from")
        .at({"label", 0, 0, ""});
  WF_ASSIGN(LogisticOptions chosen, options());
  chosen.threads = host().task().threads;
  chosen.memory = static_cast<size_t>(std::max<int64_t>(host().memory_budget(), 1 << 20));
  SpoolRows rows(in, host(), features_, label_);
  WF_TRY(rows.inspect());
  const std::string_view extension = input_schema()->field(features_).meta(wf::kExtensionMetadata);
  if (const size_t at = extension.find("\"size\":"); at != std::string_view::npos)
    rows.set_columns(static_cast<int32_t>(
        std::strtol(std::string(extension.substr(at + 7)).c_str(), nullptr, 10)));
  WF_ASSIGN(const LogisticFit fitted, fit_logistic_regression(rows, chosen));
  host().gauge("iterations", fitted.report.iterations);
  host().gauge("objective", fitted.report.objective);
  if (!fitted.report.converged)
    host().log(wf::LogLevel::warning, "stopped after " + std::to_string(fitted.report.iterations) +
                                          " iterations before the tolerance was reached");
  const std::vector<std::byte> bytes = make_linear_state(fitted, chosen, {}, config().threshold);
  state.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

wf::Status LogisticRegression::load(std::span<const std::byte> state) {
  WF_ASSIGN(LinearModel opened, LinearModel::open(state));
  model_ = std::move(opened);
  return {};
}

wf::Status LogisticRegression::process(const wf::Batch& in, wf::Emitter& out) {
  if (!model_) return wf::internal_error("ml.logistic_regression is applied without a state");
  std::vector<int64_t> offsets;
  const wf::SparseView sparse = in.sparse(features_);
  const CsrView rows = sparse_rows(sparse, offsets);
  for (const int32_t index : rows.indices)
    if (index < 0 || index >= model_->columns())
      return wf::invalid_data("a feature has index " + std::to_string(index) +
                              ", but the model has " + std::to_string(model_->columns()));
  const wf_task task = host().task();
  const std::string_view version = wf::view(task.model_version);
  wf::Float64Builder score, probability, threshold;
  wf::BoolBuilder decision;
  wf::StringBuilder model;
  wf::ListBuilder<Evidence> contributions;
  std::optional<wf::ListView> terms;
  std::optional<wf::StringView> texts;
  if (terms_ >= 0) {
    terms.emplace(in.lists(terms_));
    texts.emplace(*terms->items());
  }
  for (int64_t i = 0; i < in.rows(); ++i) {
    const SparseRow row = rows.row(static_cast<size_t>(i));
    const double s = model_->score(row), p = sigmoid(s);
    score.append(s);
    probability.append(p);
    decision.append(model_->decide(p));
    threshold.append(model_->threshold());
    model.append(version);
    if (config().contributions > 0) {
      const Explanation why =
          explain(row, model_->weights(), static_cast<size_t>(config().contributions));
      for (const auto* list : {&why.raising, &why.lowering})
        for (const Contribution& c : *list) {
          const auto k =
              std::lower_bound(row.indices, row.indices + row.size, c.column) - row.indices;
          if (texts && terms->end(i) - terms->begin(i) == static_cast<int64_t>(row.size))
            contributions.items().append((*texts)[terms->begin(i) + k], c.contribution);
          else
            contributions.items().append("#" + std::to_string(c.column), c.contribution);
        }
    }
    contributions.append();
  }
  out.emit(
      in.with_columns(out.schema(), {score.finish(), probability.finish(), decision.finish(),
                                     threshold.finish(), model.finish(), contributions.finish()}));
  return {};
}

}  // namespace weirflow::ml
