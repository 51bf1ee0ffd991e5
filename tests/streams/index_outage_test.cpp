// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Kafka into an index and into another topic at once, while the index is away, slow, full, or says
// no: the run goes on by itself, and nothing is lost or doubled.

#include <csignal>
#include <nlohmann/json.hpp>

#include "sender.h"
#include "services.h"
#include "support.h"

namespace weirflow::faults {
namespace {

using kafka::testing::Peer;
using kafka::testing::Seen;

class IndexOutage : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_ = testing::shared_service(testing::ServiceKind::kafka);
    node_ = testing::shared_service(testing::ServiceKind::opensearch);
    ASSERT_TRUE(broker_ && node_);
    auto proxy = testing::TcpProxy::start(node_->port());
    ASSERT_TRUE(proxy.ok()) << proxy.error().message();
    proxy_.emplace(std::move(*proxy));
    name_ = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char c : name_) index_ += static_cast<char>(std::tolower(c));
    folder_.write(
        "copy.toml",
        "[dag]\nname = \"" + index_ + R"("
[checkpoint]
interval = "200ms"
[task.in]
uses = "kafka.source"
with = { brokers = ")" +
            broker_->address() + R"(", topics = [")" + name_ +
            R"(-in"], format = "utf8", add = ["kafka_partition", "kafka_offset"] }
[task.out]
uses = "kafka.sink"
from = "in"
with = { brokers = ")" +
            broker_->address() + R"(", topic = ")" + name_ +
            R"(-out", format = "utf8", value = "value", delivery = "exactly_once", create_topic = { partitions = 1 } }
[task.index]
uses = "elasticsearch.sink"
from = "in"
[task.index.with]
hosts         = ["http://127.0.0.1:)" +
            std::to_string(proxy_->port()) + R"("]
index         = ")" +
            index_ + R"("
id            = "{kafka_partition}-{kafka_offset}"
pending_limit = "64KiB"
flush_timeout = "100ms"
)");
    folder_.write("make.toml", R"([dag]
name = "make"
[task.none]
uses = "demo.comments"
with = { rows = 1 }
[task.no]
uses = "flow.filter"
from = "none"
with = { where = "false" }
[task.topic]
uses = "kafka.sink"
from = "no"
with = { brokers = ")" + broker_->address() +
                                   R"(", topic = ")" + name_ +
                                   R"(-in", create_topic = { partitions = 3 } }
)");
    const Ran made = shell(folder_, "$W run -q make.toml");
    ASSERT_EQ(made.code, 0) << made.out;
  }
  std::string ask(const std::string& path, const std::string& options = "") const {
    return shell(folder_, "curl -sS --noproxy '*' -m 20 " + options + " 'http://" +
                              node_->address() + "/" + path + "'")
        .out;
  }
  int64_t documents() const {
    ask(index_ + "/_refresh", "-X POST");
    const auto reply = nlohmann::json::parse(ask(index_ + "/_count"), nullptr, false);
    return reply.is_object() ? reply.value("count", int64_t{-1}) : -1;
  }
  void set(const std::string& setting, const std::string& value) const {
    const std::string reply =
        ask(index_ + "/_settings",
            "-X PUT -H 'Content-Type: application/json' -d '{\"" + setting + "\": " + value + "}'");
    EXPECT_NE(reply.find("\"acknowledged\":true"), std::string::npos) << reply;
  }
  std::vector<int64_t> committed() const {
    std::vector<int64_t> numbers;
    Peer peer({{"bootstrap.servers", broker_->address()}});
    for (const Seen& record : peer.read(name_ + "-out", 1))
      numbers.push_back(std::stoll(*record.value));
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  [[nodiscard]] bool logged(const std::string& text) const {
    return folder_.read("output").value_or("").find(text) != std::string::npos;
  }
  /// Everything that was sent is on both sides, once, and the run ends as it should.
  void expect_all(Process& run, int64_t sent) {
    EXPECT_TRUE(wait_until([&] { return documents() >= sent; })) << documents() << " of " << sent;
    EXPECT_TRUE(wait_until([&] { return static_cast<int64_t>(committed().size()) >= sent; }));
    run.signal(SIGINT);
    const Ran ran = run.wait();
    EXPECT_EQ(ran.code, 0) << ran.out;
    std::vector<int64_t> all;
    for (int64_t n = 0; n < sent; ++n) all.push_back(n);
    EXPECT_EQ(committed(), all);
    EXPECT_EQ(documents(), sent);
  }

  testing::Service* broker_ = nullptr;
  testing::Service* node_ = nullptr;
  std::optional<testing::TcpProxy> proxy_;
  Folder folder_;
  std::string name_, index_;
};

TEST_F(IndexOutage, GoneAndBack) {
  Process run(folder_, {"run", "copy.toml"});
  Sender sender(broker_->address(), name_ + "-in");
  ASSERT_TRUE(wait_until([&] { return documents() > 500; }));
  ASSERT_TRUE(node_->kill().ok());
  // Until its documents have filled the bound, and the sources rest for them.
  const int64_t before = sender.sent();
  ASSERT_TRUE(wait_until([&] { return sender.sent() > before + 20'000; }));
  const int64_t sent = sender.end();
  EXPECT_LT(static_cast<int64_t>(committed().size()), sent) << "nothing held the sources back";
  ASSERT_TRUE(node_->restart().ok());
  expect_all(run, sent);
}

TEST_F(IndexOutage, CutSlowAndSilent) {
  Process run(folder_, {"run", "copy.toml"});
  Sender sender(broker_->address(), name_ + "-in");
  ASSERT_TRUE(wait_until([&] { return documents() > 200; }));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(proxy_->cut_after(5000, testing::TcpProxy::Way::down).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    ASSERT_TRUE(proxy_->pass().ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  ASSERT_TRUE(proxy_->throttle(20'000).ok());
  std::this_thread::sleep_for(std::chrono::seconds(2));
  ASSERT_TRUE(proxy_->cut().ok());
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ASSERT_TRUE(proxy_->pass().ok());
  expect_all(run, sender.end());
}

TEST_F(IndexOutage, FullAndForbidden) {
  Process run(folder_, {"run", "copy.toml"});
  Sender sender(broker_->address(), name_ + "-in");
  ASSERT_TRUE(wait_until([&] { return documents() > 200; }));
  for (const char* block : {"index.blocks.read_only_allow_delete", "index.blocks.write"}) {
    set(block, "true");  // 429 for each document; 403
    const int64_t before = sender.sent();
    ASSERT_TRUE(wait_until([&] { return sender.sent() > before + 4000; }));
    set(block, "null");
  }
  EXPECT_TRUE(wait_until([&] { return logged("documents are accepted again"); }));
  expect_all(run, sender.end());
}

TEST_F(IndexOutage, KilledWhileDocumentsWait) {
  {
    Process run(folder_, {"run", "-q", "copy.toml"});
    Sender first(broker_->address(), name_ + "-in");
    ASSERT_TRUE(wait_until([&] { return documents() > 200; }));
  }
  const auto sent = static_cast<int64_t>([&] {
    size_t records = 0;
    Peer peer({{"bootstrap.servers", broker_->address()}});
    for (const Seen& record : peer.read(name_ + "-in", 3)) records += record.value ? 1 : 0;
    return records;
  }());
  ASSERT_TRUE(proxy_->cut().ok());
  for (int i = 0; i < 3; ++i) {
    Process run(folder_, {"run", "-q", "copy.toml"});
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    run.signal(SIGKILL);
    run.wait();
  }
  ASSERT_TRUE(proxy_->pass().ok());
  Process last(folder_, {"run", "copy.toml"});
  expect_all(last, sent);
}

}  // namespace
}  // namespace weirflow::faults
