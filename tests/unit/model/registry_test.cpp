// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/registry.h"

#include <sys/wait.h>

#include <cstdint>
#include <thread>

#include "core/digest.h"
#include "model/open_file.h"
#include "support.h"

namespace weirflow::model {
namespace {

namespace fs = std::filesystem;
using testing::Clock;
using testing::read_bytes;
using testing::some_version;
using testing::TemporaryHome;
using testing::write_bytes;

class RegistryTest : public ::testing::Test {
 protected:
  std::string store(std::string_view tfidf = "idf bytes") {
    auto version = registry.store(some_version(tfidf));
    EXPECT_TRUE(version.ok()) << version.status().message();
    return version.ok() ? *version : "";
  }
  std::string id_of(const std::string& reference) {
    const auto resolved = registry.resolve(reference);
    return resolved.ok() ? resolved->id : resolved.error().to_string();
  }
  fs::path folder_of(const std::string& reference) {
    return fs::path(home.path()) / "models" / kModel / "versions" / id_of(reference);
  }
  std::string promote(const std::string& reference, const std::string& alias = "champion",
                      const std::optional<std::string>& expected = std::nullopt) {
    const auto moved = registry.promote(reference, alias, {"ada", "better", "run-1"}, expected);
    return moved.ok() ? (moved->changed ? "moved" : "stays") : moved.error().to_string();
  }
  std::string roll_back(const std::string& alias = "champion") {
    const auto moved = registry.roll_back(kModel, alias, {"ada", "worse", ""});
    return moved.ok() ? moved->move.version : moved.error().to_string();
  }
  const std::string kModel = "comment-classifier";
  TemporaryHome home;
  Clock clock;
  Registry registry{home.path(), clock.options()};
};

TEST_F(RegistryTest, OpensWhatWasStored) {
  const std::string version = store();
  EXPECT_EQ(version.size(), kModel.size() + 1 + 16);
  const auto model = registry.open(version);
  ASSERT_TRUE(model.ok()) << model.error().message();
  EXPECT_EQ((*model)->version(), version);
  const auto state = (*model)->state("tfidf");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(state.data()), state.size()), "idf bytes");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(state.data()) % 64, 0u);
  EXPECT_TRUE((*model)->state("absent").empty());
  EXPECT_EQ((*model)->manifest().group_text, some_version().group_text);
  EXPECT_EQ((*model)->manifest().output[1].type, "float64");
}

TEST_F(RegistryTest, EqualWorkIsOneVersion) {
  const std::string first = store();
  EXPECT_EQ(store(), first);
  EXPECT_NE(store("other bytes"), first);
  EXPECT_EQ(registry.versions(kModel)->size(), 2u);
}

TEST_F(RegistryTest, AnEmptyStateAndNoStateAreVersionsToo) {
  EXPECT_TRUE(registry.open(store("")).ok());
  NewVersion stateless = some_version();
  stateless.states.clear();
  const auto version = registry.store(stateless);
  ASSERT_TRUE(version.ok());
  EXPECT_TRUE(registry.open(*version).ok());
}

TEST_F(RegistryTest, RefusesNamesThatAreNone) {
  NewVersion version = some_version();
  version.model = "../elsewhere";
  EXPECT_EQ(registry.store(version).status().code(), wf::Code::invalid_config);
  version = some_version();
  version.states[0].member = "../tfidf";
  EXPECT_EQ(registry.store(version).status().code(), wf::Code::internal);
  version = some_version();
  version.states[1].member = "tfidf";
  EXPECT_EQ(registry.store(version).status().code(), wf::Code::internal)
      << "two states of one name";
}

TEST_F(RegistryTest, EveryFlippedByteOfAVersionIsSeen) {
  const std::string version = store();
  for (const char* name : {"manifest.json", "tfidf.state", "score.state"}) {
    const fs::path file = folder_of(version) / name;
    const std::string bytes = read_bytes(file);
    ASSERT_FALSE(bytes.empty());
    for (size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
      write_bytes(file, damaged);
      const auto opened = registry.open(version);
      ASSERT_EQ(opened.status().code(), wf::Code::invalid_data) << name << " byte " << at;
      ASSERT_NE(opened.error().message().find(name), std::string::npos) << opened.error().message();
    }
    write_bytes(file, bytes + "x");
    EXPECT_FALSE(registry.open(version).ok()) << name << " longer";
    write_bytes(file, bytes.substr(1));
    EXPECT_FALSE(registry.open(version).ok()) << name << " shorter";
    fs::remove(file);
    EXPECT_EQ(registry.open(version).status().code(), wf::Code::invalid_data) << name << " absent";
    write_bytes(file, bytes);
    ASSERT_TRUE(registry.open(version).ok());
  }
}

TEST_F(RegistryTest, ADamagedVersionIsListedAndNeitherPromotedNorStoredAnew) {
  const std::string version = store();
  write_bytes(folder_of(version) / "tfidf.state", "idf bytez");
  EXPECT_EQ(promote(version).substr(0, 13), "invalid_data:");
  EXPECT_EQ(registry.store(some_version()).status().code(), wf::Code::invalid_data);
  write_bytes(folder_of(version) / "manifest.json", "{}");
  const auto listed = registry.versions(kModel);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().status.code(), wf::Code::invalid_data);
}

TEST_F(RegistryTest, AVersionUnderAnotherNameIsRefused) {
  const std::string version = store();
  fs::create_directories(fs::path(home.path()) / "models/other");
  fs::copy(folder_of(version).parent_path(), fs::path(home.path()) / "models/other/versions",
           fs::copy_options::recursive);
  EXPECT_EQ(registry.open("other@" + version.substr(version.find('@') + 1)).status().code(),
            wf::Code::invalid_data);
}

// A process that ends at each step in turn leaves no version, or the whole one.
TEST_F(RegistryTest, ACrashLeavesAllOrNothing) {
  bool finished = false;
  int whole = 0, none = 0;
  for (int last = 1; !finished; ++last) {
    ASSERT_LT(last, 30);
    const TemporaryHome crashed;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      RegistryOptions options = clock.options();
      int steps = 0;
      options.before_step = [&](std::string_view) {
        if (++steps == last) _exit(9);
      };
      Registry doomed(crashed.path(), options);
      _exit(doomed.store(some_version()).ok() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_NE(WEXITSTATUS(status), 1);
    finished = WEXITSTATUS(status) == 0;
    Registry after(crashed.path(), clock.options());
    const auto versions = after.versions(kModel);
    ASSERT_TRUE(versions.ok());
    for (const VersionSummary& v : *versions)
      EXPECT_TRUE(after.open(kModel + "@" + v.id).ok()) << "step " << last;
    ++(versions->empty() ? none : whole);
    EXPECT_EQ(after.models().size(), versions->size());
    const auto again = after.store(some_version());
    ASSERT_TRUE(again.ok()) << again.error().message();
    size_t entries = 0;
    for ([[maybe_unused]] const auto& entry :
         fs::directory_iterator(fs::path(crashed.path()) / "models" / kModel / "versions"))
      ++entries;
    EXPECT_EQ(entries, 1u) << "what the crash left is removed, step " << last;
  }
  EXPECT_GE(none, 5) << "crashes before the rename";
  EXPECT_EQ(whole, 2) << "a crash after it, and no crash";
}

TEST_F(RegistryTest, HalfWrittenFoldersAreNoVersions) {
  const std::string version = store();
  const fs::path versions = folder_of(version).parent_path();
  fs::copy(folder_of(version), versions / ".tmp-1-1");
  fs::create_directories(versions / "not-an-id");
  EXPECT_EQ(registry.versions(kModel)->size(), 1u);
}

TEST_F(RegistryTest, ALivingWritersFolderIsLeftAlone) {
  store();
  const std::string versions = home.path() + "/models/" + kModel + "/versions";
  auto living = make_temporary_folder(versions);
  ASSERT_TRUE(living.ok());
  store("second");
  EXPECT_TRUE(fs::exists(living->path));
  living->lock = OpenFile();
  store("third");
  EXPECT_FALSE(fs::exists(living->path));
}

TEST_F(RegistryTest, ManyWritersAgree) {
  std::vector<std::thread> writers;
  std::vector<std::string> answers(8);
  for (size_t i = 0; i < answers.size(); ++i)
    writers.emplace_back([&, i] {
      Registry mine(home.path());
      const auto version = mine.store(some_version(i % 2 ? "odd" : "even"));
      answers[i] = version.ok() ? *version : version.error().to_string();
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(registry.versions(kModel)->size(), 2u);
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i], answers[i % 2]);
    EXPECT_TRUE(registry.open(answers[i]).ok()) << answers[i];
  }
}

TEST_F(RegistryTest, AliasesMoveAndComeBack) {
  const std::string a = store("a"), b = store("b");
  EXPECT_EQ(promote(a), "moved");
  EXPECT_EQ(promote(a), "stays");
  EXPECT_EQ(id_of(kModel), id_of(a)) << "the name alone is its champion";
  EXPECT_EQ(promote(b), "moved");
  EXPECT_EQ(id_of(kModel + "@champion"), id_of(b));
  EXPECT_EQ(id_of(kModel + "@previous"), id_of(a));
  EXPECT_EQ(promote(a, "shadow"), "moved");
  EXPECT_EQ(id_of(kModel + "@previous"), id_of(a)) << "only champion moves it";

  EXPECT_EQ(roll_back(), id_of(a));
  EXPECT_EQ(id_of(kModel + "@champion"), id_of(a));
  EXPECT_EQ(id_of(kModel + "@previous"), id_of(b));
  EXPECT_EQ(roll_back(), id_of(b)) << "back and forth";

  const auto table = registry.aliases(kModel);
  ASSERT_TRUE(table.ok());
  ASSERT_EQ(table->moves().size(), 5u);
  EXPECT_EQ(table->moves()[0].actor, "ada");
  EXPECT_EQ(table->moves()[0].reason, "better");
  EXPECT_EQ(table->moves()[0].previous, "");
  EXPECT_LT(table->moves()[0].time_us, table->moves()[1].time_us);
  const auto versions = registry.versions(kModel);
  EXPECT_EQ(versions->front().id, id_of(b)) << "newest first";
  EXPECT_EQ(versions->front().aliases, (std::vector<std::string>{"champion"}));
}

TEST_F(RegistryTest, PromotionIsCompareAndSet) {
  const std::string a = store("a"), b = store("b");
  EXPECT_EQ(promote(a, "champion", ""), "moved") << "expected nowhere";
  EXPECT_EQ(promote(b, "champion", ""),
            "conflict: alias `champion` of model `comment-classifier` stands at " +
                a.substr(a.find('@') + 1) + ", not at no version: ada moved it");
  EXPECT_EQ(promote(b, "champion", id_of(b)).substr(0, 9), "conflict:");
  EXPECT_EQ(id_of(kModel), id_of(a));
  EXPECT_EQ(promote(b, "champion", id_of(a)), "moved");
}

// Whoever loses the race learns of it: of all moves from A only one can have happened.
TEST_F(RegistryTest, OfManyThatPromoteAtOnceOneWins) {
  const std::string a = store("a");
  std::vector<std::string> others;
  for (int i = 0; i < 8; ++i) others.push_back(store("x" + std::to_string(i)));
  promote(a);
  const std::string from = id_of(a);
  std::vector<std::string> answers(others.size());
  std::vector<std::thread> promoters;
  for (size_t i = 0; i < others.size(); ++i)
    promoters.emplace_back([&, i] { answers[i] = promote(others[i], "champion", from); });
  for (auto& t : promoters) t.join();
  EXPECT_EQ(std::count(answers.begin(), answers.end(), "moved"), 1);
  EXPECT_EQ(registry.aliases(kModel)->moves().size(), 2u);
}

TEST_F(RegistryTest, AliasesHaveRules) {
  const std::string a = store("a");
  EXPECT_EQ(promote(a, "abcdefabcdefabcd").substr(0, 15), "invalid_config:");
  EXPECT_EQ(promote(a, "Champion").substr(0, 15), "invalid_config:");
  EXPECT_EQ(promote(a, "previous").substr(0, 15), "invalid_config:");
  EXPECT_EQ(roll_back().substr(0, 10), "not_found:");
  promote(a);
  EXPECT_EQ(roll_back(),
            "not_found: alias `champion` of model `comment-classifier` has no earlier version");
  EXPECT_TRUE(registry.remove_alias(kModel, "champion", {"ada", "", ""}).ok());
  EXPECT_EQ(id_of(kModel).substr(0, 10), "not_found:");
  EXPECT_FALSE(registry.remove_alias(kModel, "champion", {"ada", "", ""}).ok());
  EXPECT_EQ(roll_back(), id_of(a)) << "a removal can be undone";
}

TEST_F(RegistryTest, ATornLineIsPassedOverReportedAndCutOff) {
  const std::string a = store("a"), b = store("b");
  promote(a);
  const fs::path log = fs::path(home.path()) / "models" / kModel / "aliases.jsonl";
  const std::string before = read_bytes(log);
  promote(b);
  const std::string after = read_bytes(log);
  const std::string line = after.substr(before.size());
  for (size_t cut = 1; cut < line.size(); ++cut) {
    write_bytes(log, before + line.substr(0, cut));
    const auto table = registry.aliases(kModel);
    ASSERT_TRUE(table.ok()) << cut;
    ASSERT_EQ(table->find("champion"), id_of(a)) << cut;
    ASSERT_NE(table->warning(), "") << cut;
  }
  write_bytes(log, before + std::string(40, '\0'));
  EXPECT_EQ(id_of(kModel), id_of(a)) << "zeros where the file system had not written yet";
  EXPECT_EQ(promote(b), "moved");
  EXPECT_EQ(registry.aliases(kModel)->warning(), "");
  EXPECT_EQ(registry.aliases(kModel)->moves().size(), 2u);
}

TEST_F(RegistryTest, ADamagedLineIsNeverPassedOver) {
  const std::string a = store("a"), b = store("b");
  promote(a);
  promote(b);
  const fs::path log = fs::path(home.path()) / "models" / kModel / "aliases.jsonl";
  const std::string bytes = read_bytes(log);
  for (size_t at = 0; at + 1 < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    write_bytes(log, damaged);
    ASSERT_EQ(registry.resolve(kModel).status().code(), wf::Code::invalid_data) << at;
    ASSERT_EQ(promote(a).substr(0, 13), "invalid_data:") << at;
    ASSERT_EQ(read_bytes(log), damaged) << at;
  }
}

TEST_F(RegistryTest, WhatIsNotThereIsAnsweredWithWhatIs) {
  const auto message = [&](const std::string& reference) {
    const auto resolved = registry.resolve(reference);
    return resolved.ok() ? "" : resolved.error().to_string();
  };
  EXPECT_EQ(message("spam"), "not_found: there is no model `spam`, and no other in " + home.path() +
                                 "/models; a group with `mode = \"fit\"` makes one");
  const std::string a = store("a");
  EXPECT_EQ(message("coment-classifier"),
            "not_found: there is no model `coment-classifier`; there is "
            "`comment-classifier`; did you mean `comment-classifier`?");
  EXPECT_EQ(
      message(kModel),
      "not_found: model `comment-classifier` has no alias yet; its newest version is `" + a + "`");
  promote(a);
  EXPECT_EQ(message(kModel + "@champio"),
            "not_found: model `comment-classifier` has no alias `champio`; it has "
            "`champion`; did you mean `champion`?");
  EXPECT_EQ(message(kModel + "@0000000000000000"),
            "not_found: model `comment-classifier` has no version `0000000000000000`; it has `" +
                a + "`");
  fs::remove_all(folder_of(a));
  store("b");
  EXPECT_EQ(message(kModel).substr(0, 10), "not_found:");
  EXPECT_NE(message(kModel).find("whose folder is not there"), std::string::npos)
      << message(kModel);
}

TEST_F(RegistryTest, APrefixOfTwoVersionsIsAConflict) {
  const std::string version = store();
  const std::string id = id_of(version);
  std::string twin = id;
  twin.back() = twin.back() == '0' ? '1' : '0';
  fs::copy(folder_of(version), folder_of(version).parent_path() / twin);
  EXPECT_EQ(registry.resolve(version).status().code(), wf::Code::conflict);
  EXPECT_EQ(id_of(kModel + "@" + id), id) << "all digits still name it";
  EXPECT_EQ(registry.store(some_version()).status().code(), wf::Code::conflict);
}

TEST_F(RegistryTest, RecordsGrowBesideTheVersion) {
  const auto version = registry.resolve(store());
  ASSERT_TRUE(version.ok());
  EXPECT_TRUE(registry.records(*version)->entries.empty());
  ASSERT_TRUE(registry.add_record(*version, {{"event", "fitted"}, {"run", "r1"}}).ok());
  ASSERT_TRUE(
      registry
          .add_record(*version, {{"event", "gate"}, {"metrics", wf::Value::Table{{"auc", 0.75}}}})
          .ok());
  const auto records = registry.records(*version);
  ASSERT_EQ(records->entries.size(), 2u);
  EXPECT_EQ(records->entries[0].find("event")->string()[0], "fitted");
  EXPECT_NE(records->entries[0].find("time_us"), nullptr);
  EXPECT_EQ(*records->entries[1].find("metrics")->find("auc")->number(), 0.75);
  EXPECT_TRUE(registry.open(version->version()).ok()) << "the version itself is untouched";
}

TEST_F(RegistryTest, ALockThatStaysHeldIsAConflict) {
  const std::string a = store();
  const std::string path = home.path() + "/models/" + kModel + "/lock";
  const auto held = hold_lock(path);
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(hold_lock(path, std::chrono::milliseconds(5)).status().code(), wf::Code::conflict);
}

TEST_F(RegistryTest, AFolderThatCannotBeWrittenIsNamed) {
  const Registry nowhere(home.path() + "/manifest-file/below");
  write_bytes(home.path() + "/manifest-file", "a file");
  Registry blocked(home.path() + "/manifest-file/below");
  const auto stored = blocked.store(some_version());
  ASSERT_FALSE(stored.ok());
  EXPECT_NE(stored.error().message().find("manifest-file"), std::string::npos);
  EXPECT_TRUE(nowhere.models().empty());
}

}  // namespace
}  // namespace weirflow::model
