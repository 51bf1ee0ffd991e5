// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "trained.h"

#include <stdexcept>
#include <unordered_map>

#include "golden_files.h"
#include "program.h"

namespace weirflow::goldens {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

void learn(Trained& model, size_t index, const std::string& term, double weight) {
  if (model.vocabulary.size() <= index) {
    model.vocabulary.resize(index + 1);
    model.weights.resize(index + 1);
  }
  std::string& known = model.vocabulary[index];
  if (!known.empty() && known != term)
    throw std::runtime_error("index " + std::to_string(index) + " is '" + known + "' and '" + term +
                             "'");
  known = term;
  model.weights[index] = weight;
}

void read_training_row(Trained& model, const json& row) {
  std::unordered_map<std::string, double> contributions;
  for (const json& c : row["contributions"])
    contributions.emplace(c["ngram"].get<std::string>(), c["contribution"].get<double>());
  const json &terms = row["terms"], &features = row["features"];
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto term = terms[k].get<std::string>();
    const auto found = contributions.find(term);
    if (found == contributions.end())
      throw std::runtime_error("'" + term + "' has a value but no contribution");
    learn(model, features[k]["index"].get<size_t>(), term,
          found->second / features[k]["value"].get<double>());
  }
  model.train_tokens.push_back(row["tokens"].get<std::vector<std::string>>());
}

void read_test_row(Trained& model, const json& row) {
  ScoredRow& out = model.test.emplace_back();
  out.row = row["row"].get<int64_t>();
  out.tokens = row["tokens"].get<std::vector<std::string>>();
  for (const json& f : row["features"])
    out.features.emplace_back(f["index"].get<int32_t>(), f["value"].get<double>());
  out.score = row["model_score"].get<double>();
  out.probability = row["probability"].get<double>();
  out.decision = row["decision"].get<bool>();
  if (model.test.size() > 1) return;
  model.bias = out.score;
  for (const json& c : row["contributions"]) model.bias -= c["contribution"].get<double>();
}

Trained read_model(const fs::path& folder, const std::string& name) {
  Trained model;
  for_each_line(folder / (name + "_train.jsonl"),
                [&](const json& row) { read_training_row(model, row); });
  for_each_line(folder / (name + "_test.jsonl"),
                [&](const json& row) { read_test_row(model, row); });
  for_each_line(folder / (name + "_quality.jsonl"), [&](const json& row) {
    model.quality[row["metric"].get<std::string>()] = row["value"].get<double>();
  });
  return model;
}

}  // namespace

Models train(int64_t max_features) {
  const program::ScratchFolder scratch;
  const fs::path dag = program::source_folder() / "tests/pipelines/goldens/goldens.toml";
  const std::string line = "weirflow run -q '" + dag.string() + "' --set params.comments='" +
                           (data_folder() / "reddit_rscience.csv").string() +
                           "' --set params.out='" + scratch.path().string() +
                           "' --set params.max_features=" + std::to_string(max_features);
  const auto ran =
      program::run_shell(line, {scratch.path(), program::user_environment(scratch.path())});
  if (!ran.ok()) throw std::runtime_error(ran.status().message());
  if (ran->code != 0)
    throw std::runtime_error("code " + std::to_string(ran->code) + ": " + ran->out + ran->err);
  return {read_model(scratch.path(), "free"), read_model(scratch.path(), "penalised")};
}

}  // namespace weirflow::goldens
