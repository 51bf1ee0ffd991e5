// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A group in `apply` runs as it was fitted, whatever the group files say by now.

#include <fstream>
#include <sstream>

#include "program.h"

namespace weirflow::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInner = R"([group]
inputs  = { in = "clean.in" }
outputs = { out = "tokens" }

[task.clean]
uses = "text.clean"
with = { column = "body" }

[task.tokens]
uses = "text.tokenize"
from = "clean"
with = { column = "body", lower = true }
)";

constexpr const char* kGroup = R"([group]
inputs  = { in = "words.in" }
outputs = { out = { port = "score.out", add = ["probability"] } }

[params]
features = { default = 50 }

[task.words]
group = "inner.toml"

[task.tfidf]
uses = "ml.tfidf"
from = "words"
with = { max_features = "{{ params.features }}" }

[task.score]
uses = "ml.logistic_regression"
from = "tfidf"
with = { label = "removed" }
)";

constexpr const char* kTrain = R"([dag]
name = "train"

[task.comments]
uses = "demo.comments"
with = { rows = 500 }

[task.model]
group = "group.toml"
from  = "comments"
with  = { features = 70 }
mode  = "fit"
model = "m"

[task.check]
group = "group.toml"
from  = "comments"
mode  = "apply"
model = "{{ tasks.model.version }}"

[task.checked]
uses = "file.jsonl_sink"
from = "check"
with = { path = "checked.jsonl" }

[task.publish]
uses = "model.publish"
with = { version = "{{ tasks.model.version }}" }
)";

constexpr const char* kApply = R"([dag]
name = "apply"

[task.comments]
uses = "demo.comments"
with = { rows = 500 }

[task.scored]
group = "group.toml"
from  = "comments"
with  = { features = 70 }
mode  = "apply"
model = "m@champion"

[task.out]
uses = "file.jsonl_sink"
from = "scored"
with = { path = "scored.jsonl" }
)";

class StoredGroups : public ::testing::Test {
 protected:
  void SetUp() override {
    write("inner.toml", kInner);
    write("group.toml", kGroup);
    write("train.toml", kTrain);
    write("apply.toml", kApply);
    const Ran trained = run("train.toml");
    ASSERT_EQ(trained.code, 0) << trained.out;
    said_in_training_ = trained.out;
    ASSERT_EQ(run("apply.toml").code, 0);
    before_ = text("scored.jsonl");
    ASSERT_FALSE(before_.empty());
  }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(folder_.path() / name) << content;
  }
  /// Replaces a piece of one of the files.
  void change(const std::string& name, const std::string& from, const std::string& to) {
    std::string content = text(name);
    const size_t at = content.find(from);
    ASSERT_NE(at, std::string::npos);
    write(name, content.replace(at, from.size(), to));
  }
  std::string text(const std::string& name) {
    std::ifstream in(folder_.path() / name);
    return (std::stringstream() << in.rdbuf()).str();
  }
  Ran run(const std::string& file) {
    return shell("WEIRFLOW_HOME=home " + program() + " run -q " + file, folder_.path());
  }
  TemporaryFolder folder_;
  std::string before_, said_in_training_;
};

TEST_F(StoredGroups, WhatIsEqualIsNotMentioned) {
  const Ran ran = run("apply.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(ran.out.find("group-differs"), std::string::npos) << ran.out;
}

TEST_F(StoredGroups, ChangedFilesDoNotChangeTheModel) {
  change("inner.toml", "lower = true", "lower = false");
  change("group.toml", "default = 50", "default = 10");
  change("apply.toml", "with  = { features = 70 }\n", "");
  const Ran ran = run("apply.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(text("scored.jsonl"), before_);
  EXPECT_NE(ran.out.find("apply.toml:9:"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("`scored` runs the group as m@"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("fitted: with = { max_features = 70 }"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("file:   with = { max_features = 10 }"), std::string::npos) << ran.out;
}

TEST_F(StoredGroups, TheGroupFileIsNeededForItsPortsAlone) {
  write("group.toml", R"([group]
inputs  = { in = "any.in" }
outputs = { out = "any" }

[task.any]
uses = "text.clean"
with = { column = "body" }
)");
  change("apply.toml", "with  = { features = 70 }\n", "");
  EXPECT_EQ(run("apply.toml").code, 0);
  EXPECT_EQ(text("scored.jsonl"), before_);
}

TEST_F(StoredGroups, OtherPortsAreAnError) {
  change("group.toml", "outputs = { out =", "outputs = { scored =");
  const Ran ran = run("apply.toml");
  EXPECT_EQ(ran.code, 78) << ran.out;
  EXPECT_NE(ran.out.find("other inputs or outputs than that of m@"), std::string::npos) << ran.out;
}

TEST_F(StoredGroups, AFitInTheSameDagGivesItsParams) {
  EXPECT_NE(said_in_training_.find("`check` runs the group as `model` fits it"), std::string::npos)
      << said_in_training_;
  EXPECT_EQ(text("checked.jsonl"), before_);
}

TEST_F(StoredGroups, AVersionWithoutItsGroupSaysSo) {
  ASSERT_EQ(shell("rm home/models/m/versions/*/group.toml", folder_.path()).code, 0);
  EXPECT_EQ(run("apply.toml").code, 0) << "the files are as they were";
  change("group.toml", "default = 50", "default = 10");
  change("apply.toml", "features = 70", "features = 10");
  const Ran ran = run("apply.toml");
  EXPECT_EQ(ran.code, 78) << ran.out;
  EXPECT_NE(ran.out.find("which is not kept with it"), std::string::npos) << ran.out;
}

TEST_F(StoredGroups, ADamagedGroupIsRefused) {
  ASSERT_EQ(shell("chmod u+w home/models/m/versions/*/group.toml && "
                  "sed -i 's/lower = true/lower = false/' home/models/m/versions/*/group.toml",
                  folder_.path())
                .code,
            0);
  change("group.toml", "default = 50", "default = 10");
  change("apply.toml", "features = 70", "features = 10");
  const Ran ran = run("apply.toml");
  EXPECT_NE(ran.code, 0) << ran.out;
  EXPECT_NE(ran.out.find("fitted with another group"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace weirflow::cli
