// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The open windows of a task, kept in the host's state by key; see flow.window.
///
/// A window is [start, end). It is closed, and forgotten, when the watermark has reached its end
/// and `lateness` after it; a row that comes then is late for it. Changes are in the state when
/// add() returns, so that a checkpoint between any two batches is whole.
///
/// Tables: 0 [end][key][start of a session] -> what the aggregates hold; 1 the same keys of windows
/// that changed since they were last given out; 2 the watermark and how the state was made;
/// 3 sessions by key, [key][start] -> [end].
///
/// Times in microseconds. Threads: [worker]. Errors: of the state; invalid_data when it does not
/// fit; what an aggregate refuses (a sum out of range).

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "group_state.h"
#include "key_index.h"
#include "state_bytes.h"
#include "weirflow/state.hpp"

namespace weirflow::flow {

struct WindowSpec {
  int64_t size = 0, slide = 0;  ///< slide == size: tumbling
  int64_t offset = 0;           ///< 0 <= offset < slide
  int64_t gap = 0;              ///< > 0: sessions, the others being 0
  int64_t lateness = 0;

  /// Of the last window that holds `t`.
  [[nodiscard]] int64_t last_start(int64_t t) const {
    const int64_t past = (t - offset) % slide;
    return t - (past < 0 ? past + slide : past);
  }
};
/// Times that windows can be laid around without leaving the range of int64.
inline constexpr int64_t kLastTime = int64_t{1} << 61;
/// A million days: the longest window, lateness and the like.
inline constexpr double kLongestSpan = 86'400e6 * 1'000'000;

class Windows {
 public:
  /// `plan` has the columns of the keys and of the arguments, and as output: keys, window_start,
  /// window_end, aggregates and, when `tells_final`, is_final. `tracks_changes`: for
  /// next_changed().
  Windows(const wf::Host& host, WindowSpec spec, std::shared_ptr<const AggregatePlan> plan,
          std::vector<wf::Field> keys, bool tracks_changes, bool tells_final);

  /// A row that came too late for a window.
  struct Missed {
    int64_t row, start, end;
    bool everywhere;  ///< for all windows of the row
  };
  /// Columns of `rows`: the plan's, then the time (no nulls, within kLastTime). Appends to `late`.
  wf::Status add(const wf::Batch& rows, std::vector<Missed>& late);

  /// The next rows that watermark `w` brings, at most kBatchRows, in the order of end, then key.
  /// Nothing when all are out; from then on `w` decides what is late.
  wf::Result<std::optional<wf::Batch>> next_at(int64_t w);
  /// The next rows of windows that changed since they were given out; nothing when there are none.
  wf::Result<std::optional<wf::Batch>> next_changed();
  /// Whether add() left something for next_changed().
  [[nodiscard]] bool changed() const;

  /// The windows that are not in the state yet.
  [[nodiscard]] std::string snapshot() const;
  /// Before the first row; a damaged one is found then.
  void restore(std::string_view snapshot) { restored_ = snapshot; }
  /// Held in memory.
  [[nodiscard]] int64_t bytes() const;

 private:
  struct Entry {
    std::string key, value;
  };
  struct Session {
    int64_t start, end;
    uint32_t group;
    int64_t stored_start, stored_end;
    bool stored, touched;
  };
  /// The windows of one end that rows came for lately.
  struct Held {
    KeyIndex keys;  ///< the numbers are those of the groups
    GroupState state;
    std::vector<uint8_t> is_unwritten;
    bool unwritten = false;  ///< any
    bool complete = false;   ///< the state has no others of this end
  };

  wf::Status start();
  [[nodiscard]] std::string made_as() const;
  wf::Status take_restored();
  wf::Result<Held*> hold(int64_t end);
  wf::Result<uint32_t> group_of(int64_t end, Held& held, std::string_view key);
  wf::Status write(int64_t end, Held& held);
  wf::Status write_up_to(int64_t end);
  wf::Status put_window(std::string_view key, const GroupState& state, uint32_t group);
  wf::Status erase_window(std::string_view key);
  [[nodiscard]] bool is_late(int64_t end) const {
    return add_times(end, spec_.lateness) <= watermark_;
  }

  wf::Status add_fixed(const wf::Batch& rows, std::vector<Missed>& late);
  wf::Status add_sessions(const wf::Batch& rows, std::vector<Missed>& late);
  wf::Status load_sessions(std::string_view key, std::vector<Session>& sessions);
  wf::Status take_into_session(const wf::Batch& rows, int64_t row, int64_t t, std::string_view key,
                               std::vector<Session>& sessions, std::vector<Missed>& late);
  wf::Status store_sessions(std::string_view key, std::vector<Session>& sessions);
  wf::Status erase_session(std::string_view key, int64_t session_start, int64_t session_end);

  wf::Result<std::vector<Entry>> collect(const wf::StateTable& table, const std::string& from,
                                         const std::string& to) const;
  wf::Status add_values(std::vector<Entry>& entries) const;
  wf::Result<std::optional<wf::Batch>> rows_of(const std::vector<Entry>& entries, bool final_rows);

  WindowSpec spec_;
  std::shared_ptr<const AggregatePlan> plan_;
  std::vector<wf::Field> keys_;
  bool tracks_changes_, tells_final_;
  wf::StateTable windows_, changes_, about_, sessions_;
  KeyEncoder encoder_;
  bool started_ = false;
  bool changed_ = false;
  int64_t watermark_ = INT64_MIN;
  std::string resume_from_;  ///< where next_at() goes on among windows that stay

  std::map<int64_t, Held> held_;  ///< by end
  int64_t most_bytes_;
  std::string restored_;

  // Of the batch at hand.
  std::optional<GroupState> at_hand_;  ///< of sessions
  uint32_t next_group_ = 0;
  std::string key_, value_;
};

}  // namespace weirflow::flow
