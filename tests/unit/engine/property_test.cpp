// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Random graphs: what the engine delivers is what one thread computes node by node, for every
// number of threads and every size of queue, and nothing ever hangs.

#include <algorithm>
#include <random>

#include "components.h"

namespace weirflow::testing {
namespace {

using Rows = std::vector<int64_t>;

/// A random DAG as text, and what each of its sinks must get (as a multiset).
struct RandomDag {
  std::string text;
  std::map<std::string, Rows> expected;

  explicit RandomDag(uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto pick = [&](int64_t n) {
      return static_cast<int64_t>(random() % static_cast<uint64_t>(n));
    };
    std::vector<std::pair<std::string, Rows>> outputs;  // what can be read, and its rows
    std::vector<std::string> order;                     // tasks that may stand in `after`
    const int tasks = 3 + static_cast<int>(pick(9));
    for (int i = 0; i < tasks; ++i) {
      const std::string name = "t" + std::to_string(i);
      text += "[task." + name + "]\n";
      if (i == 0 || pick(6) == 0) {
        const int64_t rows = pick(300), start = pick(50);
        text += "uses = \"test.numbers\"\nwith = { rows = " + std::to_string(rows) +
                ", batch = " + std::to_string(1 + pick(40)) + ", start = " + std::to_string(start) +
                " }\n";
        Rows made;
        for (int64_t n = 0; n < rows; ++n) made.push_back(start + n);
        outputs.emplace_back(name, std::move(made));
      } else {
        Rows in;
        std::string from;
        for (int64_t n = 1 + (pick(3) == 0 ? pick(3) : 0); n > 0; --n) {
          const auto& [source, rows] =
              outputs[static_cast<size_t>(pick(static_cast<int64_t>(outputs.size())))];
          if (from.find("\"" + source + "\"") != std::string::npos) continue;  // once is enough
          from += (from.empty() ? "\"" : ", \"") + source + "\"";
          in.insert(in.end(), rows.begin(), rows.end());
        }
        text += "from = [" + from + "]\n";
        add_transform(name, pick(6), pick(9), in, outputs);
      }
      if (!order.empty() && pick(5) == 0)
        text += "after = [\"" +
                order[static_cast<size_t>(pick(static_cast<int64_t>(order.size())))] + "\"]\n";
      order.push_back(name);
    }
    int number = 0;
    for (const auto& [name, rows] : outputs) {
      const std::string sink = "sink" + std::to_string(number++);
      text += "[task." + sink + "]\nuses = \"test.keep\"\nfrom = \"" + name +
              "\"\nwith = { name = \"" + sink + "\" }\n";
      if (number % 4 == 1)
        text += "after = [\"" +
                order[static_cast<size_t>(pick(static_cast<int64_t>(order.size())))] + "\"]\n";
      Rows sorted = rows;
      std::sort(sorted.begin(), sorted.end());
      expected[sink] = std::move(sorted);
    }
  }

 private:
  void add_transform(const std::string& name, int64_t kind, int64_t by, const Rows& in,
                     std::vector<std::pair<std::string, Rows>>& outputs) {
    Rows out;
    switch (kind) {
      case 0:
        text += "uses = \"test.odd\"\n";
        std::copy_if(in.begin(), in.end(), std::back_inserter(out),
                     [](int64_t n) { return n % 2 != 0; });
        break;
      case 1: {
        text += "uses = \"test.split3\"\n";
        for (const char* port : {"a", "b", "c"}) {
          Rows part;
          std::copy_if(in.begin(), in.end(), std::back_inserter(part),
                       [&](int64_t n) { return ((n % 3) + 3) % 3 == port[0] - 'a'; });
          outputs.emplace_back(name + "." + port, std::move(part));
        }
        return;
      }
      case 2:
        text += "uses = \"test.double\"\n";
        out = in;
        out.insert(out.end(), in.begin(), in.end());
        break;
      case 3: {
        text += "uses = \"test.sum\"\n";
        int64_t sum = 0;
        for (const int64_t n : in) sum += n;
        out = {sum};
        break;
      }
      default:
        text += "uses = \"test.add\"\nwith = { by = " + std::to_string(by) + " }\n";
        for (const int64_t n : in) out.push_back(n + by);
    }
    outputs.emplace_back(name, std::move(out));
  }
};

class RandomDags : public EngineTest, public ::testing::WithParamInterface<int> {};

TEST_P(RandomDags, DeliverWhatOneThreadComputes) {
  const RandomDag dag(static_cast<uint64_t>(GetParam()));
  const auto made = plan(dag.text);
  ASSERT_TRUE(made) << dag.text;
  for (const auto& [threads, batches] : {std::pair{1, 1}, {1, 64}, {2, 1}, {4, 3}}) {
    options_.threads = threads;
    options_.queue.batches = batches;
    const auto report = run_plan(*made);
    ASSERT_TRUE(report.success) << report.error << "\n" << dag.text;
    for (const auto& [sink, rows] : dag.expected) {
      Rows got = rows_of(sink);
      std::sort(got.begin(), got.end());
      ASSERT_EQ(got, rows) << sink << " with " << threads << " threads\n" << dag.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomDags, ::testing::Range(0, 120));

}  // namespace
}  // namespace weirflow::testing
