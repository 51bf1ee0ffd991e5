// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "training.h"

namespace weirflow::faults {
namespace {

constexpr const char* kGroup = R"([group]
name    = "fruit"
inputs  = { in = "words.in" }
outputs = { out = { port = "score.out", add = ["probability"] } }
[task.words]
uses = "text.tokenize"
with = { column = "body" }
[task.weights]
uses = "ml.tfidf"
from = "words"
with = { min_df = 1 }
[task.score]
uses = "ml.logistic_regression"
from = "weights"
with = { label = "removed" }
)";

constexpr const char* kTrain = R"([dag]
name = "train"
[task.comments]
uses = "file.csv"
with = { path = "fruit.csv" }
[task.model]
group = "fruit.toml"
from  = "comments"
mode  = "fit"
model = "fruit"
[task.publish]
uses  = "model.publish"
after = ["model"]
with  = { version = "{{ tasks.model.version }}", alias = "champion" }
)";

}  // namespace

Training::Training(const Folder& folder) : folder_(folder) {
  folder.write("fruit.toml", kGroup);
  folder.write("train.toml", kTrain);
  std::string rows = "body,removed\n";
  for (int i = 0; i < 40; ++i)
    rows += i % 2 ? "a sour lemon " + std::to_string(i) + ",1\n"
                  : "a sweet apple " + std::to_string(i) + ",0\n";
  folder.write("fruit.csv", rows);
}

void Training::expect_no_model() const {
  const Ran list = shell(folder_, "$W model list");
  EXPECT_EQ(list.code, 0) << list.out;
  EXPECT_FALSE(list.says("fruit@")) << list.out;
  EXPECT_EQ(shell(folder_, "$W model show fruit@champion").code, 66);
}

void Training::expect_sound() const {
  const Ran list = shell(folder_, "$W model list --json");
  EXPECT_EQ(list.code, 0) << list.out;
  EXPECT_FALSE(list.says("\"error\":\"")) << list.out;
  const Ran show = shell(folder_, "$W model show fruit@champion");
  EXPECT_TRUE(show.code == 0 || show.code == 66) << show.out;
}

void Training::expect_run_publishes() const {
  const Ran run = shell(folder_, "$W run -q train.toml");
  EXPECT_EQ(run.code, 0) << run.out;
  const Ran show = shell(folder_, "$W model show fruit@champion");
  EXPECT_EQ(show.code, 0) << show.out;
}

}  // namespace weirflow::faults
