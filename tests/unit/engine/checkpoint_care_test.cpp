// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Savepoints, and what is lost with a checkpoint.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/scratch_folder.h"
#include "engine/checkpoint_losses.h"
#include "engine/checkpoint_store.h"

namespace weirflow::engine {
namespace {

namespace fs = std::filesystem;

class CheckpointCare : public ::testing::Test {
 protected:
  CheckpointCare() {
    auto store = CheckpointStore::open(home(), "dag", "0");
    EXPECT_TRUE(store.ok());
    store_ = std::move(*store);
  }
  [[nodiscard]] std::string home() const { return scratch_.path().string(); }

  void make(int64_t epoch, bool committed = true, bool decides = false,
            const std::string& component = "") {
    auto writer = store_->begin(epoch);
    ASSERT_TRUE(writer.ok());
    Manifest manifest;
    manifest.epoch = epoch;
    manifest.duration_us = 1234;
    TaskSnapshot& task = manifest.tasks.emplace_back();
    task.task = "a";
    auto part = (*writer)->add("a.state", std::string(10'000, static_cast<char>('a' + epoch % 20)));
    ASSERT_TRUE(part.ok());
    task.parts["state"] = *part;
    if (!component.empty())
      manifest.commits.push_back({"sink", component, "key", epoch, decides, {}});
    ASSERT_TRUE((*writer)->finish(manifest).ok());
    ASSERT_TRUE(!committed || store_->mark_committed(epoch).ok());
  }
  std::vector<CheckpointStore::Listed> list() {
    const auto all = store_->list();
    EXPECT_TRUE(all.ok());
    return *all;
  }
  std::vector<std::string> losses(size_t index) {
    return losses_of_deletion(list()[index], list(), registry_);
  }

  const ScratchFolder scratch_{"weirflow-care"};
  std::unique_ptr<CheckpointStore> store_;
  plugin::Registry registry_;
};

TEST_F(CheckpointCare, ASavepointOutlivesItsCheckpoint) {
  make(7);
  make(8, false);
  const auto saved = store_->save("before-upgrade");
  ASSERT_TRUE(saved.ok()) << saved.error().message();
  EXPECT_EQ(saved->checkpoint.epoch, 7);
  ASSERT_TRUE(store_->remove(list()[0]).ok());
  EXPECT_EQ(list().size(), 1U);
  const auto all = store_->savepoints();
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].name, "before-upgrade");
  const auto loaded = store_->load((*all)[0].checkpoint);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded->manifest.duration_us, 1234);

  const auto back = store_->bring_back((*all)[0]);
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(store_->load(*back)->hash, loaded->hash);
  EXPECT_TRUE(store_->bring_back((*all)[0]).ok()) << "it is there already";
  EXPECT_EQ(list().size(), 2U);
  ASSERT_TRUE(store_->remove((*all)[0]).ok());
  EXPECT_TRUE(store_->savepoints()->empty());
  EXPECT_TRUE(store_->load(*back).ok());
}

TEST_F(CheckpointCare, ANameIsTakenOnce) {
  make(1);
  ASSERT_TRUE(store_->save("one").ok());
  make(2);
  EXPECT_EQ(store_->save("one").error().code(), wf::Code::conflict);
  EXPECT_EQ(store_->save("two")->checkpoint.epoch, 2);
  EXPECT_EQ(store_->savepoints()->size(), 2U);
}

TEST_F(CheckpointCare, NothingToSave) {
  EXPECT_EQ(store_->save("one").error().code(), wf::Code::not_found);
  make(1, false);
  EXPECT_EQ(store_->save("one").error().code(), wf::Code::not_found);
  EXPECT_TRUE(store_->savepoints()->empty());
}

TEST_F(CheckpointCare, ADamagedOneIsNotSaved) {
  make(1);
  fs::remove(list()[0].path + "/a.state");
  std::ofstream(list()[0].path + "/a.state") << "other";
  const auto saved = store_->save("one");
  EXPECT_EQ(saved.status().code(), wf::Code::invalid_data);
  EXPECT_TRUE(store_->savepoints()->empty());
}

TEST_F(CheckpointCare, AnotherCheckpointOfTheNumberStays) {
  make(1);
  ASSERT_TRUE(store_->save("one").ok());
  ASSERT_TRUE(store_->remove(list()[0]).ok());
  make(1, true, true, "other.sink");
  const auto back = store_->bring_back((*store_->savepoints())[0]);
  EXPECT_EQ(back.status().code(), wf::Code::conflict);
}

TEST_F(CheckpointCare, NamesOfSavepoints) {
  for (const char* good : {"a", "before-upgrade", "v2_1"})
    EXPECT_TRUE(CheckpointStore::is_savepoint_name(good)) << good;
  for (const char* bad : {"", "1", "1a", "A", "none", "a b", "a/b", "a@1", ".a", "a.b"})
    EXPECT_FALSE(CheckpointStore::is_savepoint_name(bad)) << bad;
}

TEST_F(CheckpointCare, LookingAtNothingMakesNothing) {
  EXPECT_EQ(CheckpointStore::look_at(home(), "other", "0").status().code(), wf::Code::not_found);
  EXPECT_FALSE(fs::exists(home() + "/checkpoints/other"));
}

TEST_F(CheckpointCare, AnOldOneIsMissedByNobody) {
  make(1);
  make(2);
  EXPECT_TRUE(losses(0).empty());
  ASSERT_EQ(losses(1).size(), 1U);
  EXPECT_NE(losses(1)[0].find("go on from checkpoint 1"), std::string::npos);
}

TEST_F(CheckpointCare, TheOnlyOneIsAllTheState) {
  make(3);
  ASSERT_EQ(losses(0).size(), 1U);
  EXPECT_NE(losses(0)[0].find("begin anew"), std::string::npos);
}

TEST_F(CheckpointCare, WhatTheOtherSideMayHaveOnRecord) {
  make(1, true, true, "txn.sink");
  make(2, false, true, "txn.sink");
  EXPECT_EQ(losses(1).size(), 1U);
  EXPECT_EQ(losses(0).size(), 2U);
  make(3, false);
  EXPECT_TRUE(losses(2).empty());
}

TEST_F(CheckpointCare, WhatIsStillToBeSent) {
  make(1, true, false, "unknown.sink");
  make(2);
  ASSERT_EQ(losses(0).size(), 1U) << "a component that cannot be asked may still send";
  EXPECT_NE(losses(0)[0].find("`sink` has still to send"), std::string::npos);
  ASSERT_TRUE(store_->mark_delivered(1).ok());
  EXPECT_TRUE(losses(0).empty());
}

}  // namespace
}  // namespace weirflow::engine
