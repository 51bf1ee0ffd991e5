// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The enumerations of the DAG format and the words that stand for them in a file.

#include <cstdint>
#include <string>
#include <vector>

namespace weirflow::dag {

enum class TriggerRule : uint8_t {
  all_success,
  all_failed,
  all_done,
  all_done_min_one_success,
  all_skipped,
  one_failed,
  one_success,
  one_done,
  none_failed,
  none_failed_min_one_success,
  none_skipped,
  always,
  all_done_setup_success,
};
enum class Mode : uint8_t { fit, apply };
enum class OnMissing : uint8_t { fail, skip };
enum class OnError : uint8_t { fail, dead_letter, skip };
enum class Backoff : uint8_t { constant, exponential };
enum class WhenFull : uint8_t { block, spill, shed };
enum class Isolation : uint8_t { none, process };
enum class ParamType : uint8_t { string, integer, floating, boolean, path, list };

/// The words of the file for these, in the order of the enumerators.
const std::vector<std::string>& words(TriggerRule);
const std::vector<std::string>& words(Mode);
const std::vector<std::string>& words(OnMissing);
const std::vector<std::string>& words(OnError);
const std::vector<std::string>& words(Backoff);
const std::vector<std::string>& words(WhenFull);
const std::vector<std::string>& words(Isolation);
const std::vector<std::string>& words(ParamType);

template <typename E>
requires requires(E value) { words(value); }
const std::string& to_string(E value) { return words(value)[static_cast<size_t>(value)]; }

}  // namespace weirflow::dag
