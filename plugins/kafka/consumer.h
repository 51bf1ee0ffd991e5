// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading of assigned partitions: records in order, ends of partitions, errors.
///
/// Threads: one, but for wake(). The consumer never joins a group: which partitions it reads is
/// said by assign() alone, so nothing is read twice because of a rebalance.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "client.h"
#include "refill.h"
#include "split.h"

struct rd_kafka_message_s;
struct rd_kafka_queue_s;

namespace weirflow::kafka {

/// What stands next in the queue; a view that pop() ends.
struct Record {
  enum class Kind : uint8_t {
    record,
    end,           ///< of the partition: nothing unread before `offset`
    out_of_range,  ///< the offset asked for is not there
    error,         ///< anything else: `error` and `text`
  };
  Kind kind = Kind::record;
  std::string_view topic;  ///< empty: of no topic in particular
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;  ///< since 1970; -1: none
  std::optional<std::string_view> key, value;
  int error = 0;
  std::string_view text;
};

/// Places that an offset can be asked for instead of a time.
inline constexpr int64_t kLatest = -1, kEarliest = -2;

class Consumer {
 public:
  /// Connects to nothing yet. Errors: Client::make().
  /// `queue_bytes`: fetched ahead, as the properties say.
  static wf::Result<std::unique_ptr<Consumer>> make(const Properties& properties,
                                                    int64_t queue_bytes, const wf::Host* host);
  ~Consumer();

  [[nodiscard]] Client& client() { return *client_; }

  /// The offset of each split at a time in ms since 1970, kLatest or kEarliest; kNoOffset when
  /// nothing is that young. unavailable, timeout, ... naming the split.
  wf::Result<std::vector<int64_t>> offsets(const std::vector<Split>& splits, int64_t at,
                                           SteadyTime deadline);
  /// Reads these from Split::next on besides those read already.
  wf::Status assign(const std::vector<Split>& splits);
  /// No longer reads them; what is queued of them is dropped.
  wf::Status unassign(const std::vector<Split>& splits);

  /// The next item, waiting at most `wait_ms` for one; null when there is none, or after wake().
  const Record* peek(int wait_ms);
  void pop();
  /// Key and value of each header of the record that peek() answered.
  void headers(
      const std::function<void(std::string_view, std::optional<std::string_view>)>& visit) const;

  /// The end of a split as last heard of; kNoOffset when not known. Asks nobody.
  int64_t known_end(const Split& split);
  /// Sends the offsets to the group's coordinator, without waiting.
  void commit(const std::vector<Split>& splits);
  /// [any] A waiting peek() returns.
  void wake();

 private:
  static constexpr size_t kPrefetch = 256;
  Consumer() = default;
  void release();
  /// Asks the brokers what partitions there are, so that the handle knows them.
  void refresh(const std::vector<Split>& splits);
  void load(rd_kafka_message_s* message);

  void ask_leaders();
  void count(const rd_kafka_message_s& message);

  std::unique_ptr<Client> client_;
  std::atomic<rd_kafka_queue_s*> queue_{nullptr};  ///< wake() may come before assign()
  std::vector<rd_kafka_message_s*> messages_;
  size_t at_ = 0;
  bool loaded_ = false;
  Record record_;
  std::atomic<bool> woken_{false};

  int64_t queue_bytes_ = 0;
  int64_t taken_bytes_ = 0, taken_records_ = 0;  ///< since the last nudge
  std::mutex assigned_mutex_;
  std::vector<Split> assigned_;
  std::unique_ptr<Refill> refill_;  // last: its thread uses the rest
};

}  // namespace weirflow::kafka
