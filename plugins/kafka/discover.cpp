// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "discover.h"

namespace weirflow::kafka {

PartitionWatch::PartitionWatch(Properties properties, std::map<std::string, int32_t> known,
                               wf::Duration every)
    : properties_(std::move(properties)),
      every_(every),
      known_(std::move(known)),
      thread_([this] { run(); }) {}

PartitionWatch::~PartitionWatch() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::map<std::string, int32_t> PartitionWatch::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(grown_, {});
}

void PartitionWatch::run() {
  // The reader's own connection reports what is wrong; this one keeps quiet.
  const auto client = Client::make(Client::Kind::consumer, properties_, nullptr);
  if (!client.ok()) return;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, every_, [this] { return ending_; })) {
    lock.unlock();
    ask(**client);
    lock.lock();
  }
}

void PartitionWatch::ask(Client& client) {
  std::map<std::string, int32_t> topics;
  {
    const std::lock_guard lock(mutex_);
    topics = known_;
  }
  for (const auto& [topic, before] : topics) {
    const auto now =
        client.partitions(topic, std::chrono::steady_clock::now() + kPatience, nullptr);
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    if (now.ok() && *now > before) known_[topic] = grown_[topic] = *now;
  }
}

}  // namespace weirflow::kafka
