// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The ways to join behind Joiner::make().

#include "joiner.h"

namespace weirflow::flow {

/// The right side is read to its end; then each row of the left meets what it has under its key.
/// Rows of the left that come before are kept in their order.
class LookupJoiner final : public Joiner {
 public:
  using Joiner::Joiner;
  wf::Result<bool> end_of(Side side, JoinedRows& out) override;

 protected:
  [[nodiscard]] bool is_late(int64_t t) const override;
  wf::Status add_row(Side side, std::optional<std::string_view> key, int64_t t,
                     std::string_view row, JoinedRows& out) override;
  wf::Status start() override;

 private:
  wf::Status look_up(std::optional<std::string_view> key, std::string_view row, JoinedRows& out);
  bool built_ = false, known_ = false;
  std::string resume_from_;  ///< where end_of() goes on among the rows that wait
};

/// Rows of the same key and window meet when the window is closed. A row is late when its window
/// is. Keys of the tables: [end][key][number].
class WindowJoiner final : public Joiner {
 public:
  using Joiner::Joiner;
  wf::Result<bool> advance(int64_t watermark, JoinedRows& out) override;

 protected:
  [[nodiscard]] bool is_late(int64_t t) const override;
  wf::Status add_row(Side side, std::optional<std::string_view> key, int64_t t,
                     std::string_view row, JoinedRows& out) override;

 private:
  [[nodiscard]] int64_t end_of_window(int64_t t) const;
  wf::Status join_row(std::string_view key, std::string_view row, JoinedRows& out);
  wf::Result<bool> forget_right(const std::string& to);
  std::string resume_from_;  ///< where advance() goes on among the rows of the left
};

/// Rows of the same key meet as they come, the right one's time being in [t - before, t + after] of
/// the left one's. A row is late when it is before the watermark: others may have forgotten it.
/// Keys of the tables: [key][time][number]; of the order: [when][side][key][time][number].
class IntervalJoiner final : public Joiner {
 public:
  using Joiner::Joiner;
  wf::Result<bool> advance(int64_t watermark, JoinedRows& out) override;

 protected:
  [[nodiscard]] bool is_late(int64_t t) const override;
  wf::Status add_row(Side side, std::optional<std::string_view> key, int64_t t,
                     std::string_view row, JoinedRows& out) override;

 private:
  wf::Result<bool> meet(Side side, std::string_view key, int64_t t, std::string_view row,
                        JoinedRows& out);
};

}  // namespace weirflow::flow
