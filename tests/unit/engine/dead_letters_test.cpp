// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Refused rows kept whole, read back, and chosen for a replay.

#include "engine/dead_letters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "batch/spool.h"
#include "core/file.h"
#include "core/scratch_folder.h"
#include "engine/refused_input.h"
#include "engine/replay.h"
#include "weirflow/builder.hpp"
#include "weirflow/print.hpp"

namespace weirflow::engine {
namespace {

wf::Batch numbers(const std::vector<std::optional<double>>& values) {
  wf::Float64Builder x;
  wf::StringBuilder name;
  for (const auto& value : values) {
    value ? x.append(*value) : x.append_null();
    name.append(value ? "row \xC3\xA9" : "");
  }
  const auto schema = std::make_shared<const wf::Schema>(
      wf::Schema{{"x", wf::Type::float64, true, {{"unit", "m"}}}, {"name", wf::Type::utf8, false}});
  return wf::Batch(schema, static_cast<int64_t>(values.size()), {x.finish(), name.finish()});
}

TEST(RefusedInput, ComesBackExactly) {
  const wf::Batch batch = numbers({1.5, std::nan(""), std::nullopt, -0.0});
  for (int64_t row = 0; row < batch.rows(); ++row) {
    const auto back = decode_input(encode_input(batch, row));
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_EQ(back->rows(), 1);
    EXPECT_EQ(back->schema(), batch.schema());
    EXPECT_EQ(back->schema().field(0).meta("unit"), "m");
    EXPECT_FALSE(back->schema().field(1).nullable);
    EXPECT_EQ(wf::row_to_json(*back, 0), wf::row_to_json(batch, row));
  }
  const auto nan = decode_input(encode_input(batch, 1));
  EXPECT_TRUE(std::isnan(wf::NumericView<double>(*nan->column(0))[0]));
  EXPECT_FALSE(nan->column(0)->is_null(0));
}

TEST(RefusedInput, IsSmall) { EXPECT_LT(encode_input(numbers({1.5}), 0).size(), 100U); }

TEST(RefusedInput, DamageIsSaid) {
  const std::string whole = encode_input(numbers({1.5}), 0);
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto back = decode_input(whole.substr(0, size));
    if (back.ok()) {
      EXPECT_EQ(back->rows(), 1) << size;  // only padding was cut
    } else {
      EXPECT_EQ(back.error().code(), wf::Code::invalid_data) << size;
    }
  }
  EXPECT_FALSE(decode_input("").ok());
  EXPECT_FALSE(decode_input(std::string("\0", 1)).ok());
}

class DeadLettersTest : public ::testing::Test {
 protected:
  DeadLettersTest() : home_((scratch_.path() / "home").string()) {
    std::filesystem::create_directories(scratch_.path() / "selected");
  }

  /// Letters of `task`, one for each value, in a file of their own.
  void write(const std::string& file, const std::string& task, const wf::Batch& rows,
             const EarlierAttempts* earlier = nullptr) {
    EnvelopeBuilder builder(task, "run-1", 1, earlier);
    for (int64_t i = 0; i < rows.rows(); ++i)
      builder.add({"odd", "is odd", "", wf::row_to_json(rows, i), "in", encode_input(rows, i), ""},
                  1'000'000 * i);
    add(file, builder);
  }
  void write_raw(const std::string& file, const std::string& task) {
    EnvelopeBuilder builder(task, "run-1", 1, nullptr);
    builder.add({"bad_json", "no JSON", "topic-0@7", "{", "", "", "{\xFF"}, 5'000'000);
    add(file, builder);
  }
  void mark(const std::string& run, const DeadLetter& letter) {
    const std::string path = mark_path(home_, "dag", run);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::app) << mark_line(letter);
  }
  std::vector<DeadLetter> all() {
    std::vector<DeadLetter> letters;
    problems_.clear();
    const wf::Status status = visit_letters(
        home_, "dag", [&](const DeadLetter& l) { return letters.push_back(l), true; }, problems_);
    EXPECT_TRUE(status.ok()) << status.message();
    return letters;
  }
  ReplaySelection select(const LetterFilter& filter) {
    auto selection =
        select_replay(home_, "dag", filter, (scratch_.path() / "selected").string(), problems_);
    EXPECT_TRUE(selection.ok()) << selection.status().message();
    return selection.ok() ? *selection : ReplaySelection();
  }

  const ScratchFolder scratch_{"weirflow-letters"};
  const std::string home_;
  std::vector<std::string> problems_;

 private:
  void add(const std::string& file, EnvelopeBuilder& builder) {
    DeadLetterFile letters(letters_folder(home_, "dag") + "/" + file);
    ASSERT_TRUE(letters.append(builder.finish(), 4).ok());
    ASSERT_TRUE(letters.publish().ok());
  }
};

TEST_F(DeadLettersTest, AreReadWithAllThatWasSaid) {
  write("r-0.jsonl", "map", numbers({1.0, 2.0}));
  write_raw("s-0.jsonl", "source");
  const auto letters = all();
  ASSERT_EQ(letters.size(), 3U);
  EXPECT_EQ(letters[0].task, "map");
  EXPECT_EQ(letters[0].code, "odd");
  EXPECT_EQ(letters[0].port, "in");
  EXPECT_EQ(letters[0].epoch, 4);
  EXPECT_EQ(letters[0].attempt, 1);
  EXPECT_EQ(letters[1].time, "1970-01-01T00:00:01.000000Z");
  EXPECT_EQ(wf::row_to_json(*decode_input(letters[1].input), 0), letters[1].row);
  EXPECT_EQ(letters[2].position, "topic-0@7");
  EXPECT_EQ(letters[2].raw, "{\xFF");
  EXPECT_TRUE(letters[2].input.empty());
  EXPECT_EQ(dags_with_letters(home_), std::vector<std::string>{"dag"});
}

TEST_F(DeadLettersTest, ALineThatIsNoneIsPassedOverAndSaid) {
  write("r-0.jsonl", "map", numbers({1.0}));
  std::ofstream(letters_folder(home_, "dag") + "/r-0.jsonl", std::ios::app)
      << "nonsense\n{\"half\": ";
  EXPECT_EQ(all().size(), 1U);
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_TRUE(problems_[0].ends_with("r-0.jsonl:2: is no dead letter")) << problems_[0];
}

TEST_F(DeadLettersTest, AMarkIsOfOneLetterAtOnePlace) {
  write("r-0.jsonl", "map", numbers({1.0, 2.0}));
  mark("replay-1", all()[0]);
  EXPECT_EQ(all()[0].replayed, "replay-1");
  EXPECT_EQ(all()[1].replayed, "");
  // Another letter at the same place, as a stream writes it that went back.
  std::filesystem::remove(letters_folder(home_, "dag") + "/r-0.jsonl");
  write("r-0.jsonl", "map", numbers({7.0, 2.0}));
  EXPECT_EQ(all()[0].replayed, "");
}

TEST_F(DeadLettersTest, ThoseOfAReplayCountOnceItIsCommitted) {
  write("r-0.jsonl", "map", numbers({1.0}));
  write("replay-2-0.jsonl", "map", numbers({1.0}));
  ASSERT_EQ(all().size(), 1U);
  mark("replay-2", all()[0]);
  EXPECT_EQ(all().size(), 2U);
  write("replay-3-0.jsonl", "map", numbers({1.0}));
  remove_uncommitted_replays(home_, "dag");
  EXPECT_FALSE(std::filesystem::exists(letters_folder(home_, "dag") + "/replay-3-0.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(letters_folder(home_, "dag") + "/replay-2-0.jsonl"));
}

TEST_F(DeadLettersTest, DamagedMarksAreNoReasonToPutRowsBackTwice) {
  write("r-0.jsonl", "map", numbers({1.0}));
  mark("replay-1", all()[0]);
  std::ofstream(mark_path(home_, "dag", "replay-1")) << "nonsense\n";
  const wf::Status status = visit_letters(
      home_, "dag", [](const DeadLetter&) { return true; }, problems_);
  EXPECT_EQ(status.code(), wf::Code::invalid_data);
}

TEST_F(DeadLettersTest, AReplayTakesWhatFitsAndWaits) {
  write("r-0.jsonl", "map", numbers({1.0, 2.0, 3.0}));
  write("r-1.jsonl", "other", numbers({4.0}));
  write_raw("s-0.jsonl", "map");
  mark("replay-1", all()[1]);
  ReplaySelection selection = select({"map", "", ""});
  EXPECT_EQ(selection.rows, 2);
  EXPECT_EQ(selection.raw, 1);
  ASSERT_EQ(selection.sets.size(), 1U);
  const auto spool = batch::Spool::open(selection.sets[0].spool);
  ASSERT_TRUE(spool.ok());
  batch::Spool::Reader reader(*spool);
  const auto batch = reader.next();
  ASSERT_TRUE(batch.ok() && *batch);
  EXPECT_EQ(wf::NumericView<double>(*(*batch)->column(0))[1], 3.0);
  EXPECT_EQ(select({"map", "even", ""}).rows, 0);
  EXPECT_EQ(select({"map", "", "1970-01-01T00:00:02"}).rows, 1);
}

TEST_F(DeadLettersTest, OtherColumnsAreAnotherSet) {
  write("r-0.jsonl", "map", numbers({1.0}));
  wf::Int64Builder n;
  n.append(5);
  write("r-1.jsonl", "map",
        wf::Batch(std::make_shared<const wf::Schema>(wf::Schema{{"n", wf::Type::int64}}), 1,
                  {n.finish()}));
  const ReplaySelection selection = select({"map", "", ""});
  ASSERT_EQ(selection.sets.size(), 2U);
  EXPECT_EQ(selection.sets[0].schema.to_string(), "x: float64, name: utf8");
  EXPECT_EQ(selection.sets[1].schema.to_string(), "n: int64");
}

TEST_F(DeadLettersTest, AttemptsGoOnFromTheLast) {
  write("r-0.jsonl", "map", numbers({1.0}));
  const EarlierAttempts first = select({"map", "", ""}).earlier;
  write("r-1.jsonl", "map", numbers({1.0, 2.0}), &first);
  const auto letters = all();
  ASSERT_EQ(letters.size(), 3U);
  EXPECT_EQ(letters[1].attempt, 2);
  EXPECT_EQ(letters[2].attempt, 1);
}

}  // namespace
}  // namespace weirflow::engine
