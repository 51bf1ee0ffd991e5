// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/templates.h"

#include "cli/templates/classifier.h"
#include "cli/templates/csv_to_jsonl.h"
#include "cli/templates/hello.h"

namespace weirflow::cli {

const std::vector<Template>& templates() {
  static const std::vector<Template> all = {
      {"hello",
       "made-up comments, filtered and written; needs nothing",
       {{"hello.toml", kHelloDag}, {"README.md", kHelloReadme}},
       {"hello.toml"}},
      {"csv-to-jsonl",
       "a CSV file to JSON lines, bad records to a file of their own",
       {{"csv_to_jsonl.toml", kCsvToJsonlDag},
        {"comments.csv", kCsvToJsonlData},
        {"README.md", kCsvToJsonlReadme}},
       {"csv_to_jsonl.toml"}},
      {"classifier",
       "make data, train and check a text classifier, apply it",
       {{"make_data.toml", kClassifierData},
        {"classifier.toml", kClassifierGroup},
        {"train.toml", kClassifierTrain},
        {"score.toml", kClassifierScore},
        {"README.md", kClassifierReadme}},
       {"make_data.toml", "train.toml", "score.toml"}}};
  return all;
}

}  // namespace weirflow::cli
