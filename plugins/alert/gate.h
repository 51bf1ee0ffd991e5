// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which alerts a sink takes at all: not the silenced ones, and not those that it took before and
/// that are within `repeat`. Decided when the row comes, so that it is the same after a restart.
///
/// Threads: one at a time.

#include <string>
#include <unordered_map>

#include "silences.h"

namespace weirflow::alert {

class Gate {
 public:
  enum class Answer { take, silenced, duplicate, unwanted };

  /// `repeat_us`: 0, every event is taken. `resolved`: whether ends of alerts are wanted.
  Gate(Silences silences, int64_t repeat_us, bool resolved)
      : silences_(std::move(silences)), repeat_us_(repeat_us), resolved_(resolved) {}

  /// Looks whether the file of silences has changed; see Silences::refresh().
  wf::Status refresh() { return silences_.refresh(); }
  Answer admit(const Alert& alert, int64_t now_us);

  /// What was taken within `repeat`, as JSON, and back. invalid_data.
  [[nodiscard]] std::string memory(int64_t now_us);
  wf::Status restore(std::string_view memory);
  [[nodiscard]] size_t remembered() const { return last_.size(); }

 private:
  struct Last {
    bool resolved;
    int64_t at_us;
  };
  void forget(int64_t now_us);

  Silences silences_;
  int64_t repeat_us_;
  bool resolved_;
  std::unordered_map<std::string, Last> last_;  ///< by fingerprint
  size_t forget_at_ = 4096;
};

}  // namespace weirflow::alert
