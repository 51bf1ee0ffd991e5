// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Kafka to Kafka, exactly once, by the weirflow executable: killed, frozen, its broker taken away.

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>
#include <thread>

#include "plugins/kafka/tests/cluster.h"
#include "sender.h"
#include "services.h"
#include "support.h"

namespace weirflow::faults {
namespace {

using kafka::testing::Peer;
using kafka::testing::Seen;

class ExactlyOnce : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_ = testing::shared_service(testing::ServiceKind::kafka);
    ASSERT_TRUE(broker_);
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    in_ = "in-" + name;
    out_ = "out-" + name;
    shell(folder_, "kcat -b " + broker_->address() + " -L -t nothing >/dev/null 2>&1");
    folder_.write("copy.toml",
                  "[dag]\nname = \"copy\"\n[checkpoint]\ninterval = \"100ms\"\n" +
                      task("in", "kafka.source", "",
                           "topics = [\"" + in_ + "\"], format = \"utf8\", start = \"earliest\"") +
                      task("out", "kafka.sink", "in",
                           "topic = \"" + out_ +
                               "\", format = \"utf8\", value = \"value\", delivery = "
                               "\"exactly_once\", create_topic = { partitions = 2 }"));
    make_topic();
  }
  /// With three partitions, by a sink that makes it.
  void make_topic() {
    folder_.write(
        "make.toml",
        "[dag]\nname = \"make\"\n[task.none]\nuses = \"demo.comments\"\nwith = { rows = 1 "
        "}\n[task.no]\nuses = \"flow.filter\"\nfrom = \"none\"\nwith = { where = "
        "\"false\" }\n" +
            task("out", "kafka.sink", "no",
                 "topic = \"" + in_ +
                     "\", format = \"utf8\", value = \"body\", create_topic = { "
                     "partitions = 3 }"));
    const Ran made = shell(folder_, "$W run -q make.toml");
    ASSERT_EQ(made.code, 0) << made.out;
  }
  std::string task(const std::string& name, const std::string& uses, const std::string& from,
                   const std::string& with) const {
    return "[task." + name + "]\nuses = \"" + uses + "\"\n" +
           (from.empty() ? "" : "from = \"" + from + "\"\n") + "with = { brokers = \"" +
           broker_->address() + "\", " + with + " }\n";
  }
  /// What a reader of committed records sees, in order of the numbers.
  std::vector<int64_t> committed() const {
    std::vector<int64_t> numbers;
    Peer peer({{"bootstrap.servers", broker_->address()}});
    for (const Seen& record : peer.read(out_, 2)) numbers.push_back(std::stoll(*record.value));
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  /// Runs until everything that was sent has arrived, and stops.
  void finish(int64_t sent, const std::string& dag = "copy.toml") {
    Process last(folder_, {"run", dag});
    EXPECT_TRUE(wait_until([&] { return static_cast<int64_t>(committed().size()) >= sent; }));
    last.signal(SIGINT);
    const Ran ran = last.wait();
    EXPECT_EQ(ran.code, 0) << ran.out;
    std::vector<int64_t> all;
    for (int64_t n = 0; n < sent; ++n) all.push_back(n);
    EXPECT_EQ(committed(), all);
  }

  testing::Service* broker_ = nullptr;
  Folder folder_;
  std::string in_, out_;
};

TEST_F(ExactlyOnce, KilledAgainAndAgain) {
  Sender sender(broker_->address(), in_);
  std::mt19937 random(1);
  for (int kill = 0; kill < 12; ++kill) {
    Process run(folder_, {"run", "-q", "copy.toml"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 900));
    run.signal(SIGKILL);
    EXPECT_EQ(run.wait().code, 128 + SIGKILL);
  }
  finish(sender.end());
}

TEST_F(ExactlyOnce, TheBrokerIsKilledAndComesBack) {
  Process run(folder_, {"run", "copy.toml"});
  int64_t sent = 0;
  {
    Sender sender(broker_->address(), in_);
    ASSERT_TRUE(wait_until([&] { return committed().size() > 500; }));
    sent = sender.end();
  }
  ASSERT_TRUE(broker_->kill().ok());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  ASSERT_TRUE(broker_->restart().ok());
  const int64_t before = sent;
  {
    Peer peer({{"bootstrap.servers", broker_->address()}});
    std::vector<kafka::testing::Sent> more(100);
    for (auto& record : more) {
      record.topic = in_;
      record.value = std::to_string(sent++);
    }
    peer.send(more);
  }
  EXPECT_GT(sent, before);
  // The same process goes on by itself.
  EXPECT_TRUE(wait_until([&] { return static_cast<int64_t>(committed().size()) >= sent; }));
  run.signal(SIGINT);
  const Ran ran = run.wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(static_cast<int64_t>(committed().size()), sent);
}

TEST_F(ExactlyOnce, AFrozenProcessThatWasReplacedIsFenced) {
  Sender sender(broker_->address(), in_);
  Process first(folder_, {"run", "copy.toml"});
  ASSERT_TRUE(wait_until([&] { return committed().size() > 200; }));
  first.signal(SIGSTOP);
  // On another machine, with what the first has written: the same id, and no lock between them.
  fs::copy(folder_ / ".weirflow", folder_ / "other", fs::copy_options::recursive);
  const size_t before = committed().size();
  Process second(folder_, {"run", "copy.toml", "--home", "other"});
  ASSERT_TRUE(wait_until([&] { return committed().size() > before + 200; }));
  first.signal(SIGCONT);
  const Ran fenced = first.wait();
  EXPECT_EQ(fenced.code, 1) << fenced.out;
  const int64_t sent = sender.end();
  EXPECT_TRUE(wait_until([&] { return static_cast<int64_t>(committed().size()) >= sent; }));
  second.signal(SIGINT);
  EXPECT_EQ(second.wait().code, 0);
  std::vector<int64_t> all;
  for (int64_t n = 0; n < sent; ++n) all.push_back(n);
  EXPECT_EQ(committed(), all);
}

TEST_F(ExactlyOnce, WithoutABrokerTheStartSaysSo) {
  folder_.write("wrong.toml",
                "[dag]\nname = \"wrong\"\n[task.in]\nuses = \"kafka.source\"\nwith = { brokers = "
                "\"127.0.0.1:1\", topics = [\"x\"], format = \"utf8\", connect_timeout = \"1s\" "
                "}\n[task.out]\nuses = \"file.jsonl_sink\"\nfrom = \"in\"\nwith = { path = "
                "\"out.jsonl\" }\n");
  const Ran ran = shell(folder_, "$W run -q wrong.toml");
  EXPECT_NE(ran.code, 0);
  EXPECT_TRUE(ran.says("127.0.0.1:1")) << ran.out;
}

}  // namespace
}  // namespace weirflow::faults
