// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/task_timers.h"

namespace weirflow::engine {

namespace {

uint32_t table_of(wf::TimeKind time) {
  return time == wf::TimeKind::event ? TaskTimers::kEventTable : TaskTimers::kProcessingTable;
}

/// Ordered as bytes as the numbers are: big-endian, the sign flipped.
std::string entry_of(int64_t at_us, std::string_view key) {
  const uint64_t bits = static_cast<uint64_t>(at_us) ^ (uint64_t{1} << 63);
  std::string entry;
  for (int shift = 56; shift >= 0; shift -= 8) entry += static_cast<char>(bits >> shift);
  entry += key;
  return entry;
}

TaskTimers::Due due_of(std::string_view entry) {
  uint64_t bits = 0;
  for (size_t i = 0; i < 8; ++i) bits = bits << 8 | static_cast<unsigned char>(entry[i]);
  return {static_cast<int64_t>(bits ^ (uint64_t{1} << 63)), std::string(entry.substr(8))};
}

}  // namespace

wf::Status TaskTimers::set(wf::TimeKind time, int64_t at_us, std::string_view key) {
  // The inputs have ended: a timer that sets itself anew would never be the last.
  if (time == wf::TimeKind::event && watermark_ == std::numeric_limits<int64_t>::max()) return {};
  return store_.put(table_of(time), entry_of(at_us, key), "");
}

wf::Status TaskTimers::cancel(wf::TimeKind time, int64_t at_us, std::string_view key) {
  return store_.erase(table_of(time), entry_of(at_us, key));
}

wf::Result<std::optional<TaskTimers::Due>> TaskTimers::first(wf::TimeKind time, int64_t up_to_us) {
  std::optional<Due> due;
  WF_TRY(store_.scan(table_of(time), "", "", [&](std::string_view entry, std::string_view) {
    if (entry.size() >= 8) due = due_of(entry);
    return false;
  }));
  if (due && due->at_us > up_to_us) due.reset();
  return due;
}

wf::Result<int64_t> TaskTimers::count() {
  WF_ASSIGN(const auto event, store_.size(kEventTable));
  WF_ASSIGN(const auto processing, store_.size(kProcessingTable));
  return event.entries + processing.entries;
}

}  // namespace weirflow::engine
