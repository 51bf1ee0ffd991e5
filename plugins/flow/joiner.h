// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The three ways of flow.join, each over rows kept in the host's state by key. Rows whose key has
/// a null meet none, as in SQL.
///
/// What there is to give out is put into JoinedRows. Tables: 0 rows of the left side, 1 of the
/// right, 2 when they are forgotten (interval), 3 numbers. Times in microseconds. Threads:
/// [worker]. Errors: of the state.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "key_encoder.h"
#include "memory.h"
#include "row_codec.h"
#include "weirflow/state.hpp"

namespace weirflow::flow {

enum class Side : int { left = 0, right = 1 };

struct JoinPlan {
  enum class Kind { lookup, window, interval } kind = Kind::lookup;
  bool keep_left = false;         ///< rows of the left side that meet none are given out too
  int64_t size = 0, offset = 0;   ///< of windows; 0 <= offset < size
  int64_t before = 0, after = 0;  ///< the right row's time is in [t - before, t + after]
  wf::Schema sides[2];            ///< of plain types
  std::vector<KeyColumn> keys[2];
  int times[2] = {-1, -1};
  std::vector<int> right_columns;  ///< those that come out
  wf::SchemaPtr output;
};

/// Rows that were put together, cut into batches.
class JoinedRows {
 public:
  explicit JoinedRows(std::shared_ptr<const JoinPlan> plan);
  /// `right`: nothing for a row that met none. `window_start`: of kind window.
  wf::Status add(std::string_view left, std::optional<std::string_view> right,
                 int64_t window_start = 0);
  /// There is a whole batch: take() it before there are more.
  [[nodiscard]] bool enough() const { return !done_.empty(); }
  /// The whole batches; `all`: also the rows of one that is not.
  std::vector<wf::Batch> take(bool all);

 private:
  static constexpr size_t kBatchBytes = size_t{1} << 20;
  void cut();
  std::shared_ptr<const JoinPlan> plan_;
  RowDecoder left_, right_;
  wf::TimestampBuilder starts_, ends_;
  std::vector<wf::Batch> done_;
  size_t bytes_ = 0;  ///< of the rows not yet in a batch
};

class Joiner {
 public:
  static std::unique_ptr<Joiner> make(const wf::Host& host, std::shared_ptr<const JoinPlan> plan);
  Joiner(const wf::Host& host, std::shared_ptr<const JoinPlan> plan);
  virtual ~Joiner() = default;
  Joiner(const Joiner&) = delete;
  Joiner& operator=(const Joiner&) = delete;

  /// The rows (of plain columns, those that `held` says) that come too late to meet all they could.
  wf::Result<std::vector<int64_t>> late_rows(Side side, const wf::Batch& rows,
                                             const std::vector<uint8_t>& held);
  /// Takes the rows that `held` says, from row `from` on, until enough are joined. Answers the row
  /// to go on with.
  wf::Result<int64_t> add(Side side, const wf::Batch& rows, const std::vector<uint8_t>& held,
                          int64_t from, JoinedRows& out);
  /// The watermark has advanced. True: call again, there is more.
  virtual wf::Result<bool> advance(int64_t watermark, JoinedRows& out);
  /// A side has ended. True: call again.
  virtual wf::Result<bool> end_of(Side side, JoinedRows& out);

 protected:
  [[nodiscard]] virtual bool is_late(int64_t t) const = 0;
  /// `key`: empty optional when it has a null. `t`: 0 of kind lookup.
  virtual wf::Status add_row(Side side, std::optional<std::string_view> key, int64_t t,
                             std::string_view row, JoinedRows& out) = 0;
  /// Reads the numbers once; also what derived classes keep.
  virtual wf::Status start();
  wf::StateTable& table(Side side) { return side == Side::left ? left_ : right_; }

  std::shared_ptr<const JoinPlan> plan_;
  wf::StateTable left_, right_, order_, about_;
  int64_t watermark_ = INT64_MIN;
  int64_t next_ = 0;  ///< a number for each kept row

 private:
  bool started_ = false;
};

}  // namespace weirflow::flow
