// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which Idempotency-Keys were answered lately (draft-ietf-httpapi-idempotency-key-header).
///
/// Any thread. Times in microseconds since 1970.

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "weirflow/status.hpp"

namespace weirflow::http {

class IdempotencyKeys {
 public:
  struct Answered {
    int64_t time_us = 0;
    uint64_t body_hash = 0;
    size_t rows = 0;
  };
  enum class Verdict {
    fresh,       ///< the caller takes the request, and then calls answered() or gave_up()
    repeated,    ///< answer what was answered
    under_way,   ///< another request with this key has not been answered yet
    other_body,  ///< the key was used for something else
  };

  /// Keys older than `window_us`, and the oldest beyond `most`, are forgotten.
  IdempotencyKeys(int64_t window_us, size_t most) : window_us_(window_us), most_(most) {}

  Verdict begin(const std::string& key, uint64_t body_hash, int64_t now_us, Answered* before);
  void answered(const std::string& key, const Answered& answer);
  void gave_up(const std::string& key);

  /// Those that are kept are written to a file whole (tmp, fsync, rename); read back by load(),
  /// which takes a missing file for an empty one.
  wf::Status save(const std::string& path) const;
  wf::Status load(const std::string& path);
  [[nodiscard]] size_t size() const;

 private:
  struct Entry {
    bool under_way = true;
    Answered answer;
  };
  void forget(int64_t now_us);

  const int64_t window_us_;
  const size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::pair<std::string, int64_t>> by_time_;  ///< answered ones
};

}  // namespace weirflow::http
