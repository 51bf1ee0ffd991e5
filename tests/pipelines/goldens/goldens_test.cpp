// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// goldens.toml, run by the real program, gives the numbers of scikit-learn and spaCy within the
// tolerances of the goldens' README: for 1,000, 10,000 and all terms, with both bias objectives.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>

#include "golden_files.h"
#include "trained.h"

namespace weirflow::goldens {
namespace {

using nlohmann::json;
using Doubles = std::vector<double>;

struct Size {
  const char* name;  ///< of logreg_NAME.json.gz
  int64_t max_features;
  friend void PrintTo(const Size& size, std::ostream* out) { *out << size.name << " terms"; }
};

/// Runs are shared by the tests of a size.
const Models& models(const Size& size) {
  static std::map<std::string, Models> trained;
  const auto [at, fresh] = trained.try_emplace(size.name);
  if (fresh) at->second = train(size.max_features);
  return at->second;
}

const json& vectoriser() {
  static const json file = golden("vectoriser_nolemma.json.gz");
  return file;
}

/// The kept terms as indices into all terms of the golden.
std::vector<size_t> columns(const json& model) {
  if (!model["columns"].is_null()) return model["columns"].get<std::vector<size_t>>();
  std::vector<size_t> all(vectoriser()["terms"].size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  return all;
}

double largest_difference(const Doubles& a, const Doubles& b) {
  if (a.size() != b.size()) return INFINITY;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // NaN, too
  }
  return largest;
}

Doubles probabilities(const Trained& model) {
  Doubles out;
  for (const ScoredRow& row : model.test) out.push_back(row.probability);
  return out;
}

class Goldens : public testing::TestWithParam<Size> {
 protected:
  void SetUp() override { file_ = golden(std::string("logreg_") + GetParam().name + ".json.gz"); }

  void expect_model(const Trained& model, const char* solver, double weights,
                    double probability) const {
    EXPECT_LE(largest_difference(model.weights, file_[solver]["weights"].get<Doubles>()), weights);
    EXPECT_NEAR(model.bias, file_[solver]["bias"].get<double>(), weights);
    EXPECT_LE(largest_difference(probabilities(model),
                                 file_["test"][std::string("p_") + solver].get<Doubles>()),
              probability);
  }
  void expect_quality(const Trained& model, const char* metrics, double tolerance) const {
    const std::pair<const char*, const char*> names[] = {{"accuracy", "accuracy"},
                                                         {"auc", "auc_scores"},
                                                         {"auc_hard", "auc_hard"},
                                                         {"log_loss", "log_loss"},
                                                         {"precision", "precision_removed"},
                                                         {"recall", "recall_removed"},
                                                         {"precision_0", "precision_kept"},
                                                         {"recall_0", "recall_kept"},
                                                         {"f1", "f1_removed"},
                                                         {"true_positives", "tp"},
                                                         {"false_positives", "fp"},
                                                         {"false_negatives", "fn"},
                                                         {"true_negatives", "tn"}};
    for (const auto& [own, theirs] : names)
      EXPECT_NEAR(model.quality.at(own), file_[metrics][theirs].get<double>(), tolerance) << own;
  }

  json file_;
};

TEST_P(Goldens, VocabularyIsEqual) {
  std::vector<std::string> expected;
  for (const size_t c : columns(file_))
    expected.push_back(vectoriser()["terms"][c].get<std::string>());
  EXPECT_EQ(expected.size(), file_["features"].get<size_t>());
  for (const Trained* model : {&models(GetParam()).free, &models(GetParam()).penalised})
    EXPECT_TRUE(model->vocabulary == expected)
        << model->vocabulary.size() << " terms, expected " << expected.size();
}

// The golden's rows are of all terms. With fewer, a row is what is left of it, divided by its own
// length again.
TEST_P(Goldens, TfidfIsWithin1e12) {
  std::map<int64_t, int32_t> kept;
  for (const size_t c : columns(file_))
    kept.emplace(static_cast<int64_t>(c), static_cast<int32_t>(kept.size()));
  const auto& rows = models(GetParam()).free.test;
  size_t at = 0, values = 0;
  for_each_line(data_folder() / "golden" / "tfidf_test200.jsonl.gz", [&](const json& line) {
    ASSERT_LT(at, rows.size());
    const ScoredRow& own = rows[at++];
    ASSERT_EQ(std::to_string(own.row), line["row"].get<std::string>());
    std::vector<std::pair<int32_t, double>> expected;
    double square = 0;
    for (size_t k = 0; k < line["indices"].size(); ++k) {
      const auto column = kept.find(line["indices"][k].get<int64_t>());
      if (column == kept.end()) continue;
      const auto value = line["values"][k].get<double>();
      expected.emplace_back(column->second, value);
      square += value * value;
    }
    ASSERT_EQ(own.features.size(), expected.size()) << own.row;
    for (size_t k = 0; k < expected.size(); ++k, ++values) {
      ASSERT_EQ(own.features[k].first, expected[k].first) << own.row;
      ASSERT_NEAR(own.features[k].second, expected[k].second / std::sqrt(square), 1e-12) << own.row;
    }
  });
  EXPECT_EQ(at, 200U);
  EXPECT_GT(values, 5000U);
}

TEST_P(Goldens, FreeBiasIsNewtonsOptimum) {
  const Trained& model = models(GetParam()).free;
  ASSERT_EQ(model.test.size(), 1091U);
  for (size_t i = 0; i < model.test.size(); ++i)
    ASSERT_EQ(std::to_string(model.test[i].row), file_["test"]["row"][i].get<std::string>());
  expect_model(model, "newton", 1e-9, 1e-9);
  expect_quality(model, "metrics_newton", 1e-9);
}

TEST_P(Goldens, PenalisedBiasIsLiblinears) {
  const Trained& model = models(GetParam()).penalised;
  expect_model(model, "liblinear", 1e-5, 3e-6);
  expect_quality(model, "metrics_liblinear", 3e-6);
}

TEST_P(Goldens, DecisionIsProbabilityAboveOneHalf) {
  for (const Trained* model : {&models(GetParam()).free, &models(GetParam()).penalised})
    for (const ScoredRow& row : model->test) {
      ASSERT_EQ(row.decision, row.probability > 0.5) << row.row;
      ASSERT_NEAR(row.probability, 1 / (1 + std::exp(-row.score)), 1e-15) << row.row;
    }
}

constexpr Size kSizes[] = {{"1000", 1000}, {"10000", 10000}, {"all", 1'000'000}};
INSTANTIATE_TEST_SUITE_P(Terms, Goldens, testing::ValuesIn(kSizes),
                         [](const auto& size) { return std::string(size.param.name); });

// Both exact optima of all terms are known to about 1e-15.
TEST(GoldensOfAllTerms, BothObjectivesAreExact) {
  const json exact = golden("model_nolemma.json.gz");
  for (const auto& [name, model] : {std::pair{"unpenalised", &models(kSizes[2]).free},
                                    {"penalised", &models(kSizes[2]).penalised}}) {
    const std::string kind = name;
    EXPECT_LE(largest_difference(model->weights, exact["weights_" + kind].get<Doubles>()), 1e-9)
        << kind;
    EXPECT_NEAR(model->bias, exact["bias_" + kind].get<double>(), 1e-9) << kind;
  }
}

// A token counts as equal where the same one stands at the same place of its row.
TEST(GoldensOfAllTerms, TokensAreSpacys) {
  const Trained& model = models(kSizes[2]).free;
  std::vector<std::vector<std::string>> own = model.train_tokens;
  for (const ScoredRow& row : model.test) own.push_back(row.tokens);
  size_t row = 0, equal = 0, all = 0;
  const auto compare = [&](const json& expected) {
    ASSERT_LT(row, own.size());
    const auto& tokens = own[row++];
    all += std::max(tokens.size(), expected.size());
    for (size_t k = 0; k < std::min(tokens.size(), expected.size()); ++k)
      equal += tokens[k] == expected[k].get<std::string>();
  };
  for_each_line(data_folder() / "golden" / "normalised_rscience.jsonl.gz",
                [&](const json& line) { compare(line["tokens"]); });
  EXPECT_EQ(row, own.size());
  EXPECT_EQ(all, 296371U);
  EXPECT_GE(static_cast<double>(equal), 0.999 * static_cast<double>(all)) << equal << " of " << all;
}

}  // namespace
}  // namespace weirflow::goldens
