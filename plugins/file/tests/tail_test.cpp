// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// file.tail with real files: growth, rotation in all its forms, snapshots at any point.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "weirflow/testing/harness.hpp"
#include "weirflow/testing/library.hpp"

namespace weirflow::file {
namespace {

namespace fs = std::filesystem;
using wf::Code;
using wf::Value;
using wf::testing::Harness;
using Strings = std::vector<std::string>;

const wf_component_class* tail() { return wf::testing::component_of("file.tail"); }

class TailTest : public ::testing::Test {
 protected:
  TailTest() {
    std::string name = (fs::temp_directory_path() / "weirflow-tail-XXXXXX").string();
    if (mkdtemp(name.data())) folder_ = name;
  }
  ~TailTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary | std::ios::app) << text;
  }
  void cut(const std::string& name) const { fs::resize_file(path(name), 0); }
  void move(const std::string& from, const std::string& to) const {
    fs::rename(path(from), path(to));
  }
  /// logrotate's copytruncate.
  void copy_and_cut(const std::string& from, const std::string& to) const {
    fs::copy_file(path(from), path(to));
    cut(from);
  }
  [[nodiscard]] Value::Table config(const std::string& pattern = "*.log",
                                    Value::Table more = {}) const {
    Value::Table table{{"path", path(pattern)}};
    for (auto& item : more) table.push_back(std::move(item));
    return table;
  }
  /// Reads until there is nothing for now.
  static void settle(Harness& h) {
    for (int i = 0; i < 10'000; ++i) {
      const auto answer = h.next();
      ASSERT_TRUE(answer.ok()) << answer.status().message();
      if (*answer != WF_SOURCE_MORE) return;
    }
    FAIL() << "it never comes to rest";
  }
  static void pass(Harness& h, int64_t us) { h.host().monotonic_us += us; }
  std::string folder_;
};

constexpr int64_t kSecond = 1'000'000;

TEST_F(TailTest, FollowsGrowthAndNewFiles) {
  append("a.log", "one\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"add", Value::List{"file", "offset", "time"}}})).ok());
  settle(h);
  append("a.log", "two\nthr");
  append("b.log", "other\n");
  settle(h);
  append("a.log", "ee\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "other", "three"}));
  EXPECT_EQ(h.column("offset"), (Strings{"0", "4", "0", "8"}));
  EXPECT_EQ(h.column("file")[2], path("b.log"));
  EXPECT_EQ(h.column("time")[0], "1700000000000000");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(TailTest, AFolderMeansAllFilesInIt) {
  fs::create_directory(path("logs"));
  append("logs/a.txt", "one\n");
  append("logs/b.txt.gz", "not text\n");
  fs::create_directory(path("logs/deeper"));
  Harness h(tail());
  ASSERT_TRUE(h.start(config("logs")).ok());
  settle(h);
  append("logs/c", "two\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two"}));
}

TEST_F(TailTest, FoldersMayComeLater) {
  Harness h(tail());
  ASSERT_TRUE(h.start(config("app/*/x.log")).ok());
  settle(h);
  fs::create_directories(path("app/one"));
  settle(h);
  append("app/one/x.log", "hello\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"hello"}));
}

TEST_F(TailTest, WithoutEventsFilesAreFoundByLookingAgain) {
  Harness h(tail());
  fs::create_directories(path("real"));
  fs::create_directory_symlink(path("real"), path("link"));
  ASSERT_TRUE(h.start(config("one.log")).ok());
  settle(h);
  // A link to a file in a folder that is not watched.
  fs::create_symlink(path("real/one.log"), path("one.log"));
  settle(h);
  append("real/one.log", "hello\n");
  settle(h);
  EXPECT_EQ(h.column("line"), Strings());
  pass(h, 11 * kSecond);
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"hello"}));
}

TEST_F(TailTest, StartAtTheEndTakesOldFilesFromTheirEndAndNewOnesWhole) {
  append("a.log", "old\nunder w");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"start", "end"}})).ok());
  settle(h);
  append("a.log", "ay\n");
  append("b.log", "new\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"under way", "new"}));
}

TEST_F(TailTest, StopAtTheEndIsBounded) {
  append("a.log", "one\ntwo");
  append("b.log", "three\n");
  append("c.log", "");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"stop", "end"}})).ok());
  EXPECT_TRUE(*h.drain(100));
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three"}));
  append("a.log", " and more\nfour\n");
  Harness later(tail());
  ASSERT_TRUE(later.start(config("*.log", {{"stop", "end"}})).ok());
  ASSERT_TRUE(later.restore(*h.snapshot()).ok());
  EXPECT_TRUE(*later.drain(100));
  EXPECT_EQ(later.column("line"), (Strings{"\" and more\"", "four"}));
}

TEST_F(TailTest, StopAtTheEndNeedsFiles) {
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"stop", "end"}})).ok());
  const auto answer = h.next();
  EXPECT_EQ(answer.status().code(), Code::not_found);
  EXPECT_EQ(answer.status().place()->key, "path");
}

TEST_F(TailTest, JsonLinesWithDeclaredColumns) {
  append("a.log", "{\"id\":1,\"d\":{\"t\":\"x\"}}\n\n{\"id\":\"y\"}\n{\"id\":3}\n{oops\n");
  Harness h(tail());
  ASSERT_TRUE(
      h.start(config("a.log", {{"format", "json"},
                               {"add", "offset"},
                               {"columns", Value::Table{{"id", "int64"},
                                                        {"t", Value::Table{{"path", "/d/t"},
                                                                           {"type", "utf8"}}}}}}))
          .ok());
  settle(h);
  EXPECT_EQ(h.text(), "id:int64 t:utf8 offset:int64\n1 | x | 0\n3 | null | 35\n");
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].code, "bad_value");
  EXPECT_EQ(h.refused()[0].position, path("a.log") + ":24");
  EXPECT_EQ(h.refused()[1].code, "bad_json");
  EXPECT_EQ(h.refused()[1].text, "{oops");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(TailTest, BadLinesAreRefusedWithTheirPlace) {
  append("a.log",
         "good\nb\xFF"
         "d\n0123456789\nfine\r\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log", {{"max_line", 8}})).ok());
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"good", "fine"}));
  ASSERT_EQ(h.refused().size(), 2u);
  EXPECT_EQ(h.refused()[0].code, "bad_encoding");
  EXPECT_EQ(h.refused()[0].position, path("a.log") + ":5");
  EXPECT_EQ(h.refused()[1].code, "too_long");
  EXPECT_EQ(h.refused()[1].position, path("a.log") + ":9");
  EXPECT_TRUE(h.conservation().ok()) << h.conservation().message();
}

TEST_F(TailTest, BadLinesMayEndTheRunOrBeCounted) {
  append("a.log", "b\xFF\ngood\n");
  Harness fails(tail()), skips(tail());
  ASSERT_TRUE(fails.start(config("a.log", {{"bad_lines", "fail"}})).ok());
  EXPECT_EQ(fails.next().status().code(), Code::invalid_data);
  ASSERT_TRUE(skips.start(config("a.log", {{"bad_lines", "skip"}})).ok());
  settle(skips);
  EXPECT_EQ(skips.column("line"), (Strings{"good"}));
  EXPECT_EQ(skips.counters().filtered, 1);
}

TEST_F(TailTest, WrongConfigurationNamesItsKey) {
  const auto key = [&](Value::Table more) {
    Harness h(tail());
    wf::Status status = h.configure(config("*.log", std::move(more)));
    if (status.ok()) status = h.bind();
    return status.place() ? status.place()->key : status.to_string();
  };
  EXPECT_EQ(key({{"format", "json"}}), "columns");
  EXPECT_EQ(key({{"columns", Value::Table{{"a", "int64"}}}}), "columns");
  EXPECT_EQ(key({{"format", "json"}, {"columns", Value::Table{{"a", ""}}}}), "columns");
  EXPECT_EQ(key({{"event_time", "at"}}), "event_time");
  EXPECT_EQ(key({{"event_time", "line"}}), "event_time");
  EXPECT_EQ(key({{"encoding", "utf-9"}}), "encoding");
  EXPECT_EQ(key({{"format", "json"}, {"columns", Value::Table{{"file", "utf8"}}}, {"add", "file"}}),
            "add");
}

TEST_F(TailTest, MoreFilesThanMayBeOpen) {
  constexpr int kFiles = 20;
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log*", {{"max_open", 3}})).ok());
  const auto name = [](int i) { return std::string(1, static_cast<char>('a' + i)) + ".log"; };
  Strings expected;
  const auto write = [&](const std::string& file, const std::string& line) {
    append(file, line + "\n");
    expected.push_back(line);
  };
  const auto open_files = [&] {
    std::error_code error;
    int open = 0;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd"))
      open += fs::read_symlink(entry.path(), error).string().starts_with(folder_) ? 1 : 0;
    return open;
  };
  for (int i = 0; i < kFiles; ++i) write(name(i), "first of " + name(i));
  settle(h);
  for (int round = 0; round < 3; ++round)
    for (int i = kFiles - 1; i >= 0; i -= round + 1) {
      write(name(i), std::to_string(round) + " of " + name(i));
      settle(h);
      EXPECT_LE(open_files(), 3);
    }
  // Renamed, cut, deleted and made anew while they are closed.
  for (int i = 0; i < kFiles; ++i) {
    write(name(i), "before " + name(i));
    settle(h);
  }
  move("a.log", "a.log.1");
  write("a.log", "new a");
  cut("b.log");
  write("b.log", "cut b");
  fs::remove(path("c.log"));
  write("c.log", "new c");
  copy_and_cut("d.log", "d.log.1");
  write("d.log", "cut d");
  settle(h);
  write("a.log.1", "late a");
  move("e.log", "e.old");
  settle(h);
  write("e.old", "late e");
  settle(h);
  auto lines = h.column("line");
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(lines, expected);
  Harness later(tail());
  ASSERT_TRUE(later.start(config("*.log*", {{"max_open", 3}})).ok());
  ASSERT_TRUE(later.restore(*h.snapshot()).ok());
  settle(later);
  EXPECT_EQ(later.column("line"), Strings());
}

TEST_F(TailTest, NamesNeedNotBeText) {
  const std::string name = "caf\xE9.log";
  append(name, "one\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"add", "file"}})).ok());
  settle(h);
  EXPECT_EQ(h.column("file"), (Strings{path("caf\xEF\xBF\xBD.log")}));
  append(name, "two\n");
  move(name, name + ".1");
  Harness later(tail());
  ASSERT_TRUE(later.start(config("*.log")).ok());
  ASSERT_TRUE(later.restore(*h.snapshot()).ok());
  settle(later);
  EXPECT_EQ(later.column("line"), (Strings{"two"}));
}

TEST_F(TailTest, PathsFromWhereItRuns) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  Harness h(tail());
  ASSERT_TRUE(h.start({{"path", Value::List{"./a.log", "logs/"}}, {"add", "file"}}).ok());
  fs::create_directory("logs");
  append("a.log", "one\n");
  append("logs/b", "two\n");
  settle(h);
  append("a.log", "three\n");
  append("logs/b", "four\n");
  settle(h);
  fs::current_path(before);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three", "four"}));
  EXPECT_EQ(h.column("file"), (Strings{"a.log", "logs/b", "a.log", "logs/b"}));
}

TEST_F(TailTest, ACopyThatTakesLongIsNoNewFile) {
  std::string old;
  for (int i = 0; i < 200; ++i) old += "line " + std::to_string(i) + "\n";
  append("a.log", old);
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log*")).ok());
  settle(h);
  ASSERT_EQ(h.column("line").size(), 200u);
  append("a.log.1", old.substr(0, 1000));
  settle(h);
  for (int i = 0; i < 4; ++i) {
    pass(h, 11 * kSecond);
    settle(h);
  }
  append("a.log.1", old.substr(1000));
  cut("a.log");
  append("a.log", "new\n");
  settle(h);
  EXPECT_EQ(h.column("line").size(), 201u);
  EXPECT_EQ(h.column("line").back(), "new");
}

TEST_F(TailTest, AllFilesIdleMakeTheSourceIdle) {
  Harness h(tail());
  append("a.log", "{\"at\":\"2026-01-01T00:00:00Z\"}\n");
  ASSERT_TRUE(h.start(config("*.log", {{"format", "json"},
                                       {"columns", Value::Table{{"at", "timestamp"}}},
                                       {"event_time", "at"},
                                       {"idle_after", 2 * kSecond}}))
                  .ok());
  settle(h);
  EXPECT_EQ(h.idle_watermarks(), 0);
  pass(h, 3 * kSecond);
  settle(h);
  EXPECT_GT(h.idle_watermarks(), 0);
}

// --- Rotation
// -------------------------------------------------------------------------------------

TEST_F(TailTest, ARenamedFileIsReadToItsEnd) {
  append("a.log", "one\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log")).ok());
  settle(h);
  append("a.log", "two\n");
  move("a.log", "a.log.1");
  append("a.log", "three\n");
  settle(h);
  append("a.log.1", "late\n");  // the writer has not reopened yet
  settle(h);
  pass(h, 30 * kSecond);
  settle(h);
  append("a.log.1", "later\n");
  settle(h);
  pass(h, 61 * kSecond);
  settle(h);
  EXPECT_NE(h.host().logs().back().find("it is given up"), std::string::npos);
  append("a.log.1", "given up\n");
  append("a.log", "four\n");
  settle(h);
  auto lines = h.column("line");
  EXPECT_EQ(lines, (Strings{"one", "two", "three", "late", "later", "four"}));
}

TEST_F(TailTest, ARenamedFileThatStillMatchesIsNoNewFile) {
  append("a.log", "one\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log*")).ok());
  settle(h);
  move("a.log", "a.log.1");
  append("a.log", "two\n");
  settle(h);
  append("a.log.1", "late\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "late"}));
}

TEST_F(TailTest, ADeletedFileIsReadToItsEndAndDropped) {
  append("a.log", "one\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config()).ok());
  settle(h);
  append("a.log", "two\nlast");
  fs::remove(path("a.log"));
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "last"}));
  EXPECT_EQ(h.host().metrics()["followed_files"], 0);
  append("a.log", "one\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "last", "one"}));
}

TEST_F(TailTest, ACutFileStartsAgain) {
  append("a.log", "one\ntwo\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config()).ok());
  settle(h);
  cut("a.log");
  settle(h);
  append("a.log", "three\n");
  settle(h);
  cut("a.log");
  append("a.log", "four and longer than before\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three", "four and longer than before"}));
}

TEST_F(TailTest, WhatACutFileHadIsReadFromItsCopy) {
  for (const std::string pattern : {"a.log", "a.log*"}) {
    append("a.log", "one\n");
    Harness h(tail());
    ASSERT_TRUE(h.start(config(pattern)).ok());
    settle(h);
    append("a.log", "two\nthr");
    copy_and_cut("a.log", "a.log.1");
    append("a.log", "four\n");
    settle(h);
    pass(h, 61 * kSecond);
    settle(h);
    auto lines = h.column("line");
    std::sort(lines.begin(), lines.end());
    const Strings expected =
        pattern == "a.log" ? Strings{"four", "one", "thr", "two"} : Strings{"four", "one", "two"};
    EXPECT_EQ(lines, expected) << pattern;
    fs::remove(path("a.log"));
    fs::remove(path("a.log.1"));
  }
}

TEST_F(TailTest, ACopyOfALiveFileIsNotReadTwice) {
  append("a.log", "one\ntwo\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log*")).ok());
  settle(h);
  fs::copy_file(path("a.log"), path("a.log.1"));
  settle(h);
  append("a.log", "three\n");
  settle(h);
  cut("a.log");
  append("a.log", "four\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three", "four"}));
}

TEST_F(TailTest, ACopyThatGrowsSlowlyWaits) {
  append("a.log", "one\ntwo\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log*")).ok());
  settle(h);
  append("a.log.1", "one\n");
  settle(h);
  append("a.log.1", "two\n");
  settle(h);
  cut("a.log");
  append("a.log", "three\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three"}));
}

TEST_F(TailTest, AFileThatOnlyBeginsLikeAnotherIsRead) {
  append("a.log", "header\none\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log")).ok());
  settle(h);
  append("a2.log", "header\n");
  settle(h);
  EXPECT_EQ(h.column("line").size(), 2u) << "it could become a copy";
  append("a2.log", "two which is longer\n");
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"header", "one", "header", "two which is longer"}));
  append("a3.log", "header\n");
  settle(h);
  pass(h, 11 * kSecond);
  settle(h);
  EXPECT_EQ(h.column("line").size(), 5u) << "it did not";
}

TEST_F(TailTest, AFileWrittenAnewUnderItsNameGoesOn) {
  append("a.log", "one\ntwo\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("a.log")).ok());
  settle(h);
  append("a.log.tmp", "one\ntwo\nthree\n");
  move("a.log.tmp", "a.log");
  settle(h);
  settle(h);
  EXPECT_EQ(h.column("line"), (Strings{"one", "two", "three"}));
}

// --- Snapshots
// ------------------------------------------------------------------------------------

TEST_F(TailTest, ASnapshotAtEveryPointLosesAndRepeatsNothing) {
  Strings expected;
  for (int f = 0; f < 3; ++f)
    for (int i = 0; i < 20; ++i) {
      const std::string line = std::to_string(f) + "." + std::to_string(i);
      append("f" + std::to_string(f) + ".log", line + "\n");
      expected.push_back(line);
    }
  std::sort(expected.begin(), expected.end());
  const auto table = config("*.log", {{"batch_rows", 7}});
  for (int calls = 0; calls < 12; ++calls) {
    Harness first(tail()), second(tail());
    ASSERT_TRUE(first.start(table).ok());
    for (int i = 0; i < calls; ++i) ASSERT_TRUE(first.next().ok());
    const auto snapshot = first.snapshot(1);
    ASSERT_TRUE(snapshot.ok());
    ASSERT_TRUE(second.start(table).ok());
    ASSERT_TRUE(second.restore(*snapshot).ok());
    EXPECT_EQ(*second.snapshot(), *snapshot) << "before it has read";
    settle(second);
    Strings lines = first.column("line");
    for (const std::string& line : second.column("line")) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, expected) << calls;
  }
}

TEST_F(TailTest, StartAtTheEndIsRememberedByTheSnapshot) {
  append("a.log", "old\n");
  const auto table = config("*.log", {{"start", "end"}});
  Harness first(tail()), second(tail());
  ASSERT_TRUE(first.start(table).ok());
  settle(first);
  append("a.log", "while down\n");
  append("b.log", "new file\n");
  ASSERT_TRUE(second.start(table).ok());
  ASSERT_TRUE(second.restore(*first.snapshot()).ok());
  settle(second);
  EXPECT_EQ(second.column("line"), (Strings{"while down", "new file"}));
}

class TailDownTest : public TailTest {
 protected:
  /// Reads "one", stops, lets `rotate` happen, and reads on.
  void run(const std::string& pattern, const std::function<void()>& rotate,
           const Strings& expected) {
    append("a.log", "one\n");
    Harness first(tail());
    ASSERT_TRUE(first.start(config(pattern)).ok());
    settle(first);
    EXPECT_EQ(first.column("line"), (Strings{"one"}));
    append("a.log", "two\n");
    const std::string snapshot = *first.snapshot(1);
    rotate();
    Harness second(tail());
    ASSERT_TRUE(second.start(config(pattern)).ok());
    ASSERT_TRUE(second.restore(snapshot).ok());
    settle(second);
    pass(second, 11 * kSecond);
    settle(second);
    Strings lines = second.column("line");
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, expected) << pattern;
    for (const std::string& text : second.host().logs()) logs_ += text + "\n";
    for (const auto& entry : fs::directory_iterator(folder_)) fs::remove_all(entry.path());
  }
  std::string logs_;
};

TEST_F(TailDownTest, RenamedWhileDown) {
  for (const std::string pattern : {"a.log", "a.log*"})
    run(pattern,
        [&] {
          append("a.log", "three\n");
          move("a.log", "a.log.1");
          append("a.log", "four\n");
        },
        {"four", "three", "two"});
}

TEST_F(TailDownTest, RenamedTwiceWhileDown) {
  run("a.log*",
      [&] {
        move("a.log", "a.log.1");
        append("a.log", "three\n");
        move("a.log.1", "a.log.2");
        move("a.log", "a.log.1");
        append("a.log", "four\n");
      },
      {"four", "three", "two"});
}

TEST_F(TailDownTest, CopiedAndCutWhileDown) {
  for (const std::string pattern : {"a.log", "a.log*"})
    run(pattern,
        [&] {
          append("a.log", "three\n");
          copy_and_cut("a.log", "a.log.1");
          append("a.log", "four longer than what was there\n");
        },
        {"four longer than what was there", "three", "two"});
}

TEST_F(TailDownTest, CopiedToAnotherFileSystemWhileDown) {
  run("a.log",
      [&] {
        append("b", "one\ntwo\nthree\n");
        move("b", "a.log");  // another inode of the same content
      },
      {"three", "two"});
}

TEST_F(TailDownTest, GoneWhileDown) {
  run("a.log",
      [&] {
        fs::remove(path("a.log"));
        append("a.log", "other\n");
      },
      {"other"});
  EXPECT_NE(logs_.find("up to byte 4 is gone"), std::string::npos) << logs_;
}

TEST_F(TailTest, ADamagedSnapshotIsRefused) {
  Harness h(tail());
  ASSERT_TRUE(h.start(config()).ok());
  EXPECT_EQ(h.restore("nonsense").code(), Code::invalid_data);
}

// --- Time
// -----------------------------------------------------------------------------------------

TEST_F(TailTest, TheWatermarkIsThatOfTheSlowestFile) {
  append("a.log", "{\"at\":100}\n{\"at\":200}\n");
  append("b.log", "{\"at\":150}\n");
  Harness h(tail());
  ASSERT_TRUE(h.start(config("*.log", {{"format", "json"},
                                       {"columns", Value::Table{{"at", "timestamp"}}},
                                       {"event_time", "at"},
                                       {"idle_after", 10 * kSecond},
                                       {"out_of_order", 5 * kSecond}}))
                  .ok());
  settle(h);
  EXPECT_EQ(h.watermarks(), (std::vector<int64_t>{145 * kSecond}));
  append("a.log", "{\"at\":300}\n");
  settle(h);
  EXPECT_EQ(h.watermarks().back(), 145 * kSecond) << "b holds it";
  pass(h, 11 * kSecond);
  append("a.log", "{\"at\":310}\n");
  settle(h);
  EXPECT_EQ(h.watermarks().back(), 305 * kSecond) << "b is idle";

  append("b.log", "{\"at\":306}\n");
  Harness later(tail());
  later.host().monotonic_us = 5;
  ASSERT_TRUE(later
                  .start(config("*.log", {{"format", "json"},
                                          {"columns", Value::Table{{"at", "timestamp"}}},
                                          {"event_time", "at"},
                                          {"out_of_order", 5 * kSecond}}))
                  .ok());
  ASSERT_TRUE(later.restore(*h.snapshot()).ok());
  settle(later);
  EXPECT_EQ(later.watermarks().front(), 305 * kSecond) << "a restore does not go back";
}

// --- Races
// ----------------------------------------------------------------------------------------

/// A writer that rotates as fast as it can while the source reads: every line once.
void race(const std::string& folder, const Value::Table& table,
          const std::function<void(int)>& rotate, bool with_restarts) {
  constexpr int kLines = 3000;
  Strings lines;
  auto h = std::make_unique<Harness>(tail());
  ASSERT_TRUE(h->start(table).ok());
  ASSERT_TRUE(h->next().ok());  // what was rotated before the first look cannot be known
  std::thread writer([&] {
    std::mt19937 random(7);
    for (int i = 0; i < kLines; ++i) {
      std::ofstream(folder + "/a.log", std::ios::app) << "line " << i << "\n";
      if (random() % 100 == 0) rotate(i);
    }
  });
  int quiet = 0;
  size_t before = 0;
  for (int calls = 0; quiet < 200 && calls < 1'000'000; ++calls) {
    const auto answer = h->next(wf::Duration(1000));
    ASSERT_TRUE(answer.ok()) << answer.status().message();
    const size_t have = lines.size() + h->column("line").size();
    quiet = have == before ? quiet + 1 : 0;
    before = have;
    if (!with_restarts || calls % 50 != 49) continue;
    const std::string snapshot = *h->snapshot(1);
    for (auto& line : h->column("line")) lines.push_back(std::move(line));
    h = std::make_unique<Harness>(tail());
    ASSERT_TRUE(h->start(table).ok());
    ASSERT_TRUE(h->restore(snapshot).ok());
  }
  writer.join();
  for (int calls = 0; calls < 100; ++calls) ASSERT_TRUE(h->next().ok());
  for (auto& line : h->column("line")) lines.push_back(std::move(line));
  std::map<std::string, int> counts;
  for (const std::string& line : lines) ++counts[line];
  int missing = 0, repeated = 0;
  for (int i = 0; i < kLines; ++i) {
    const int n = counts["line " + std::to_string(i)];
    missing += n == 0;
    repeated += n > 1;
  }
  EXPECT_EQ(missing, 0);
  EXPECT_EQ(repeated, 0);
}

TEST_F(TailTest, RaceWithRenames) {
  const auto rotate = [&](int i) { move("a.log", "a.log." + std::to_string(i)); };
  race(folder_, config("a.log"), rotate, false);
}

TEST_F(TailTest, RaceWithRenamesAndRestarts) {
  const auto rotate = [&](int i) { move("a.log", "a.log." + std::to_string(i)); };
  race(folder_, config("a.log*"), rotate, true);
}

TEST_F(TailTest, RaceWithCopiesAndTruncation) {
  const auto rotate = [&](int i) { copy_and_cut("a.log", "a.log." + std::to_string(i)); };
  race(folder_, config("a.log*"), rotate, true);
}

}  // namespace
}  // namespace weirflow::file
