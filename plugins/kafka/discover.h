// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Finds partitions that are added to topics while they are read: a thread with a connection of
/// its own asks now and then, so that the reader never waits for an answer.

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "client.h"

namespace weirflow::kafka {

class PartitionWatch {
 public:
  /// Starts the thread. `known`: how many partitions each topic has.
  PartitionWatch(Properties properties, std::map<std::string, int32_t> known, wf::Duration every);
  /// Ends the thread; takes as long as a running question, at most kPatience.
  ~PartitionWatch();
  PartitionWatch(const PartitionWatch&) = delete;
  PartitionWatch& operator=(const PartitionWatch&) = delete;

  /// [any] Topics that have more partitions than when last asked, with their new numbers.
  std::map<std::string, int32_t> take();

 private:
  static constexpr std::chrono::milliseconds kPatience{2000};
  void run();
  void ask(Client& client);

  const Properties properties_;
  const wf::Duration every_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::map<std::string, int32_t> known_, grown_;
  std::thread thread_;
};

}  // namespace weirflow::kafka
