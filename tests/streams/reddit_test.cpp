// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// dags/reddit/score.toml on a real broker: the same rows as from a file, versions of the model that
// change while it runs, and what is no comment.

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "plugins/kafka/tests/cluster.h"
#include "services.h"
#include "support.h"

namespace weirflow::faults {
namespace {

using kafka::testing::Peer;
using kafka::testing::Seen;
using nlohmann::json;

constexpr int kComments = 3000;

class Reddit : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_ = testing::shared_service(testing::ServiceKind::kafka);
    ASSERT_TRUE(broker_);
    name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    dags_ = fs::path(std::getenv("WEIRFLOW_SOURCE_DIR")) / "dags" / "reddit";
    folder_.write("made.toml", R"([dag]
name = "made"
[params]
rows = { default = 3000 }
seed = { default = 1 }
[task.comments]
uses = "demo.comments"
with = { rows = "{{ params.rows }}", seed = "{{ params.seed }}" }
[task.csv]
uses = "file.csv_sink"
from = "comments"
with = { path = "made.csv" }
[task.raw]
uses = "flow.map"
from = "comments"
with = { set = { name = "'t1_' || id" } }
[task.lines]
uses = "file.jsonl_sink"
from = "raw"
with = { path = "raw.jsonl" }
[task.none]
uses = "flow.filter"
from = "comments"
with = { where = "false" }
[task.topic]
uses = "kafka.sink"
from = "none"
with = { brokers = ")" + broker_->address() +
                                   "\", topic = \"" + name_ +
                                   R"(-in", create_topic = { partitions = 2 } }
)");
    // Two versions of the model; the first is the champion.
    for (const char* seed : {"1", "2"})
      must(std::string("$W run -q made.toml --set params.seed=") + seed + "; $W run -q " +
           (dags_ / "train.toml").string() + " --home home --set params.comments=made.csv || true");
    const json models = json::parse(must("$W model list --home home --json"));
    for (const json& version : models["versions"]) versions_.push_back(version["version"]);
    ASSERT_EQ(versions_.size(), 2u) << models.dump(1);
    must("$W model promote " + versions_[0] + " --home home");
  }
  std::string must(const std::string& lines) {
    const Ran ran = shell(folder_, lines);
    EXPECT_EQ(ran.code, 0) << lines << "\n" << ran.out;
    return ran.out;
  }
  /// Comments as Reddit gives them, `from` on, a line each.
  std::vector<std::string> comments() const {
    std::vector<std::string> lines;
    std::ifstream in(folder_ / "raw.jsonl");
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  void send(const std::vector<std::string>& lines) {
    std::vector<kafka::testing::Sent> records;
    for (const std::string& line : lines) {
      kafka::testing::Sent record;
      record.topic = name_ + "-in";
      record.value = line;
      record.partition = static_cast<int32_t>(sent_++ % 2);
      records.push_back(std::move(record));
    }
    Peer({{"bootstrap.servers", broker_->address()}}).send(records);
  }
  [[nodiscard]] std::vector<std::string> score(const std::string& out,
                                               const std::string& stop) const {
    return {"run",    (dags_ / "score.toml").string(),
            "--home", "home",
            "--set",  "params.brokers=" + broker_->address(),
            "--set",  "params.input=" + name_ + "-in",
            "--set",  "params.processed=" + name_ + out,
            "--set",  "params.alerts=" + name_ + out + "-alerts",
            "--set",  "params.stop=" + stop};
  }
  /// What readers of committed records see in a topic.
  std::vector<json> seen(const std::string& out, int partitions = 3) const {
    std::vector<json> rows;
    Peer peer({{"bootstrap.servers", broker_->address()}});
    for (const Seen& record : peer.read(name_ + out, partitions))
      rows.push_back(json::parse(*record.value));
    return rows;
  }
  /// By name, without what only a topic can tell.
  static std::map<std::string, json> by_name(const std::vector<json>& rows) {
    std::map<std::string, json> named;
    for (json row : rows) {
      for (const char* key : {"kafka_topic", "kafka_partition", "kafka_offset"}) row.erase(key);
      const std::string name = row["name"];
      EXPECT_TRUE(named.emplace(name, std::move(row)).second) << name << " is there twice";
    }
    return named;
  }

  testing::Service* broker_ = nullptr;
  Folder folder_;
  fs::path dags_;
  std::string name_;
  std::vector<std::string> versions_;
  int64_t sent_ = 0;
};

TEST_F(Reddit, AStreamGivesTheRowsOfTheFile) {
  folder_.write("file.toml", R"([dag]
name = "file"
[task.comments]
uses = "reddit.dump"
with = { path = "raw.jsonl", columns = ["name", "subreddit", "author", "created_utc", "permalink", "body"] }
[task.classified]
group = ")" + (dags_ / "comment_classifier.toml").string() +
                                 R"("
from = "comments"
mode = "apply"
model = "comment-classifier@champion"
[task.scored]
uses = "flow.select"
from = "classified"
with = { drop = ["contributions"] }
[task.out]
uses = "file.jsonl_sink"
from = "scored"
with = { path = "scored.jsonl" }
)");
  must("$W run -q file.toml --home home");
  std::vector<json> file_rows;
  std::ifstream in(folder_ / "scored.jsonl");
  for (std::string line; std::getline(in, line);) file_rows.push_back(json::parse(line));
  const auto expected = by_name(file_rows);
  ASSERT_EQ(expected.size(), static_cast<size_t>(kComments));

  std::vector<std::string> lines = comments();
  lines.insert(lines.begin() + 100, "{\"id\": ");
  lines.insert(lines.begin() + 200, R"({"kind": "t3", "data": {"id": "x"}})");
  lines.insert(lines.begin() + 300, R"({"id": "y", "body": "b", "created_utc": "soon"})");
  send(lines);
  const Ran bounded = Process(folder_, score("-bounded", "latest")).wait();
  EXPECT_EQ(bounded.code, 3) << bounded.out;  // finished, with dead letters
  EXPECT_EQ(by_name(seen("-bounded")), expected);

  // The same without an end, killed on the way, with state of its own.
  auto live = score("-live", "never");
  live[3] = "other";
  must("mkdir other && cp -r home/models other/");
  {
    Process first(folder_, live);
    ASSERT_TRUE(wait_until([&] { return !seen("-live").empty(); }));
    first.signal(SIGKILL);
    first.wait();
  }
  Process second(folder_, live);
  EXPECT_TRUE(wait_until([&] { return seen("-live").size() >= expected.size(); }));
  second.signal(SIGINT);
  EXPECT_EQ(second.wait().code, 3);
  EXPECT_EQ(by_name(seen("-live")), expected);
  EXPECT_EQ(seen("-live-alerts", 1).size(), seen("-bounded-alerts", 1).size());

  // What is no comment, with the reason and where it came from.
  for (const char* home : {"home", "other"}) {
    std::set<std::string> reasons;
    std::ifstream letters(folder_ / home / "dead_letters" / "reddit-score" / "0.jsonl");
    for (std::string line; std::getline(letters, line);) {
      const json letter = json::parse(line);
      EXPECT_EQ(letter["task"], "comments");
      EXPECT_EQ(json::parse(letter["row"].get<std::string>())["kafka_topic"], name_ + "-in");
      EXPECT_TRUE(reasons.insert(letter["code"]).second) << line;
    }
    EXPECT_EQ(reasons, (std::set<std::string>{"bad_json", "bad_value", "not_a_comment"}));
  }
}

TEST_F(Reddit, APromotedVersionScoresFromOneEpochOn) {
  const std::vector<std::string> lines = comments();
  const auto part = [&](size_t from) {
    return std::vector<std::string>(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                    lines.begin() + static_cast<std::ptrdiff_t>(from + 1000));
  };
  const auto all_there = [&](size_t rows) {
    return wait_until([&] { return seen("-out").size() >= rows; });
  };
  send(part(0));
  {
    Process first(folder_, score("-out", "never"));
    ASSERT_TRUE(all_there(1000));
    must("$W model promote " + versions_[1] + " --home home");
    ASSERT_TRUE(wait_until(
        [&] { return folder_.read("output")->find("works instead") != std::string::npos; }));
    send(part(1000));
    ASSERT_TRUE(all_there(2000));
    first.signal(SIGKILL);
    first.wait();
  }
  // The alias is elsewhere by the next start, which goes on as the checkpoint says, then follows.
  must("$W model promote " + versions_[0] + " --home home");
  send(part(2000));
  Process second(folder_, score("-out", "never"));
  ASSERT_TRUE(all_there(3000));
  second.signal(SIGINT);
  EXPECT_EQ(second.wait().code, 0);

  std::map<int64_t, std::map<int64_t, std::string>> by_split;  // version by partition and offset
  const auto rows = seen("-out");
  EXPECT_EQ(by_name(rows).size(), 3000u);
  for (const json& row : rows)
    by_split[row["kafka_partition"]][row["kafka_offset"]] = row["model_version"];
  for (const auto& [split, offsets] : by_split) {
    std::vector<std::string> order;
    for (const auto& [offset, version] : offsets)
      if (order.empty() || order.back() != version) order.push_back(version);
    ASSERT_GE(order.size(), 2u);
    EXPECT_EQ(order[0], versions_[0]);
    EXPECT_EQ(order[1], versions_[1]);
    EXPECT_LE(order.size(), 3u) << "a version came back";
    EXPECT_EQ(offsets.at(999 / 2), versions_[0]);
    EXPECT_EQ(offsets.at(1000 / 2), versions_[1]) << "the next row is the new version's";
  }
}

}  // namespace
}  // namespace weirflow::faults
