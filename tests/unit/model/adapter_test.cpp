// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/model_adapter.h"

#include "support.h"

namespace weirflow::cli {
namespace {

engine::FittedGroup some_group() {
  engine::FittedGroup group;
  group.model = "spam";
  group.group_text = "[task.tfidf]\n";
  group.states = {{"tfidf", "ml.tfidf", "1.0.0", "state bytes"}};
  group.input = wf::Schema{{"body", wf::Type::utf8}};
  group.output = wf::Schema{{"score", wf::Type::float64}};
  group.training_data = std::string(64, '0');
  group.training_rows = 3;
  group.run = "run-1";
  group.dag = "train";
  return group;
}

TEST(ModelAdapter, TheEngineOpensWhatItStored) {
  const model::testing::TemporaryHome home;
  StoredModels models(home.path());
  const auto version = models.store(some_group());
  ASSERT_TRUE(version.ok()) << version.error().message();
  const auto opened = models.open(*version);
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  EXPECT_EQ((*opened)->version(), *version);
  EXPECT_EQ((*opened)->group_text(), "[task.tfidf]\n");
  EXPECT_EQ((*opened)->state("tfidf").size(), 11u);
  EXPECT_EQ(models.open("spam").status().code(), wf::Code::not_found) << "a fit sets no alias";
}

TEST(ModelAdapter, RunAndDagAreRecordsNotIdentity) {
  const model::testing::TemporaryHome home;
  StoredModels models(home.path());
  engine::FittedGroup group = some_group();
  const auto first = models.store(group);
  group.run = "run-2";
  const auto second = models.store(group);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(*first, *second);
  const model::Registry registry(home.path());
  const auto records = registry.records(*registry.resolve(*first));
  ASSERT_EQ(records->entries.size(), 2u);
  EXPECT_EQ(*records->entries[1].find("run")->string(), "run-2");
  EXPECT_EQ(*records->entries[1].find("dag")->string(), "train");
}

}  // namespace
}  // namespace weirflow::cli
