// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/publish_component.h"

#include "plugin/registry.h"
#include "support.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::model {
namespace {

using testing::some_version;
using testing::TemporaryHome;
using wf::Value;
using wf::testing::Harness;

Value table(Value::Table items) { return Value(std::move(items)); }

class PublishTest : public ::testing::Test {
 protected:
  PublishTest() : entry_(model_components(home_.path())) {}
  Harness harness() { return Harness(entry_->components[0]); }
  std::string store(std::string_view bytes) { return *registry_.store(some_version(bytes)); }
  wf::Status publish(Harness& h, Value::Table config) {
    WF_TRY(h.start(std::move(config)));
    return h.act();
  }
  std::string champion() {
    const auto resolved = registry_.resolve("comment-classifier");
    return resolved.ok() ? resolved->version() : "";
  }
  const Value gate_ = table({{"auc", table({{"min", 0.7}, {"max_drop", 0.02}})}});
  TemporaryHome home_;
  Registry registry_{home_.path()};
  const wf_entry* entry_;
};

TEST_F(PublishTest, MovesTheAliasAndTells) {
  const std::string a = store("a"), b = store("b");
  Harness first = harness();
  ASSERT_TRUE(
      publish(first, {{"version", a}, {"metrics", table({{"auc", 0.75}})}, {"gate", gate_}}).ok());
  EXPECT_EQ(champion(), a);
  EXPECT_EQ(first.result("version"), Value(a));
  EXPECT_EQ(first.result("alias"), Value("champion"));
  EXPECT_EQ(first.result("previous"), Value(""));
  EXPECT_EQ(first.result("published"), Value(true));

  Harness second = harness();
  const wf::Status status = publish(second, {{"version", b},
                                             {"metrics", table({{"auc", 0.74}})},
                                             {"baseline", table({{"auc", 0.75}})},
                                             {"gate", gate_},
                                             {"reason", "nightly"}});
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(champion(), b);
  EXPECT_EQ(second.result("previous"), Value(a));
  const auto aliases = registry_.aliases("comment-classifier");
  EXPECT_EQ(aliases->moves().back().actor, "dag test");
  EXPECT_EQ(aliases->moves().back().run, "run");
  EXPECT_EQ(aliases->moves().back().reason, "nightly");
}

TEST_F(PublishTest, ARefusalFailsAndLeavesTheAlias) {
  const std::string a = store("a"), b = store("b");
  ASSERT_TRUE(registry_.promote(a, "champion", {}).ok());
  Harness h = harness();
  const wf::Status status =
      publish(h, {{"version", b},
                  {"metrics", table({{"auc", 0.71}, {"roc", Value::List{1, 2}}})},
                  {"baseline", table({{"auc", 0.75}})},
                  {"gate", gate_}});
  EXPECT_EQ(status.code(), wf::Code::invalid_data);
  EXPECT_FALSE(status.retryable());
  EXPECT_EQ(status.message(),
            b + ": the gate refuses: `auc` went from 0.75 to 0.71, a drop of 0.04, 0.02 more "
                "than the 0.02 allowed");
  EXPECT_EQ(champion(), a);
  EXPECT_EQ(h.result("published"), Value());
  const auto records = registry_.records(*registry_.resolve(b));
  ASSERT_EQ(records->entries.size(), 1u);
  const Value& record = records->entries[0];
  EXPECT_EQ(*record.find("passed"), Value(false));
  EXPECT_EQ(*record.find("metrics"), table({{"auc", 0.71}})) << "curves are no metrics";
  EXPECT_EQ(*record.find("run"), Value("run"));
}

TEST_F(PublishTest, AGatedMetricThatIsMissingIsARefusal) {
  const std::string a = store("a");
  Harness h = harness();
  EXPECT_EQ(publish(h, {{"version", a}, {"gate", gate_}}).code(), wf::Code::invalid_data);
  EXPECT_EQ(champion(), "");
}

TEST_F(PublishTest, TheSameAgainChangesNothing) {
  const std::string a = store("a");
  for (int i = 0; i < 2; ++i) {
    Harness h = harness();
    ASSERT_TRUE(publish(h, {{"version", a}}).ok());
    EXPECT_EQ(h.result("published"), Value(true));
  }
  EXPECT_EQ(registry_.aliases("comment-classifier")->moves().size(), 1u);
}

TEST_F(PublishTest, AnAliasThatMovedMeanwhileIsAConflict) {
  const std::string a = store("a"), b = store("b"), c = store("c");
  ASSERT_TRUE(registry_.promote(a, "champion", {}).ok());
  Harness h = harness();
  ASSERT_TRUE(h.start({{"version", b}}).ok());
  ASSERT_TRUE(registry_.promote(c, "champion", {}).ok());
  EXPECT_EQ(h.act().code(), wf::Code::conflict);
  EXPECT_EQ(champion(), c);
}

TEST_F(PublishTest, AnotherAlias) {
  const std::string a = store("a");
  Harness h = harness();
  ASSERT_TRUE(publish(h, {{"version", a}, {"alias", "shadow"}}).ok());
  EXPECT_EQ(registry_.resolve("comment-classifier@shadow")->version(), a);
  EXPECT_EQ(champion(), "");
}

TEST_F(PublishTest, WrongConfigurationIsSaid) {
  const std::string a = store("a");
  const auto code = [&](Value::Table config) {
    Harness h = harness();
    return publish(h, std::move(config)).code();
  };
  EXPECT_EQ(code({}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"version", "comment-classifier@0000000000000000"}}), wf::Code::not_found);
  EXPECT_EQ(code({{"version", a}, {"metrics", 3}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"version", a}, {"alias", "abcdefabcdefabcd"}}), wf::Code::invalid_config);
  EXPECT_EQ(code({{"version", a}, {"gate", table({{"auc", table({})}})}}),
            wf::Code::invalid_config);
}

TEST_F(PublishTest, TheGateIsCheckedAtPlan) {
  Harness h = harness();
  ASSERT_TRUE(
      h.configure({{"version", "m"}, {"gate", table({{"auc", table({{"min", 2}, {"max", 1}})}})}})
          .ok());
  EXPECT_EQ(h.bind().code(), wf::Code::invalid_config);
}

TEST_F(PublishTest, TheHomeOfTheLastCallHolds) {
  const std::string a = store("a");
  const TemporaryHome other;
  Harness h = harness();
  EXPECT_EQ(model_components(other.path()), entry_);
  EXPECT_EQ(publish(h, {{"version", a}}).code(), wf::Code::not_found);
  model_components("");
  Harness none = harness();
  EXPECT_EQ(publish(none, {{"version", a}}).code(), wf::Code::internal);
}

TEST_F(PublishTest, TheHostTakesItAsAnyComponent) {
  plugin::Registry components;
  ASSERT_TRUE(components.add_builtin(entry_).ok());
  const plugin::ComponentInfo* info = components.find("model.publish");
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->kind, plugin::Kind::action);
  EXPECT_TRUE(info->can(WF_ABILITY_BLOCKING));
  EXPECT_EQ(components.libraries()[0].name, "model");
}

}  // namespace
}  // namespace weirflow::model
