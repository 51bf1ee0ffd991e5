// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One run of goldens.toml, and what its files say of the models.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weirflow::goldens {

/// A row as it left the DAG.
struct ScoredRow {
  int64_t row = 0;
  std::vector<std::string> tokens;
  std::vector<std::pair<int32_t, double>> features;
  double score = 0;
  double probability = 0;
  bool decision = false;
};

/// One of the two models of a run.
struct Trained {
  std::vector<std::string> vocabulary;  ///< by index; empty where no row has the term
  std::vector<double> weights;          ///< contribution / value
  double bias = 0;                      ///< score - sum of the contributions
  std::vector<ScoredRow> test;
  std::vector<std::vector<std::string>> train_tokens;
  std::map<std::string, double> quality;
};

/// The free and the penalised bias, from one run of the program with that many terms at most.
/// Throws std::runtime_error with what the program said when it fails.
struct Models {
  Trained free, penalised;
};
Models train(int64_t max_features);

}  // namespace weirflow::goldens
