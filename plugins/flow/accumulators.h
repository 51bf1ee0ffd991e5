// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The functions of flow.aggregate, each over any number of groups at once.
///
/// Nulls are not counted by any but count(). Sums and means of floats are compensated (Neumaier
/// 1974); variance and standard deviation are the sample's (n - 1), by Welford's recurrence;
/// quantiles are exact, between two values linear (numpy's default, Hyndman and Fan's type 7).
/// min and max order values as flow.sort does: NaN above all numbers.
///
/// approx_quantile, approx_distinct and top_k hold a sketch of bounded size, see sketches.h. What
/// any of them answers depends on the order of the values of a group, never on how they were cut
/// into batches or on how often the state was saved and restored.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::flow {

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  /// From now on there are `groups` groups.
  virtual void grow(size_t groups) = 0;
  /// Value i belongs to group groups[i]. `values` is null for count() of rows.
  virtual wf::Status add(const wf::Array* values, std::span<const uint32_t> groups) = 0;
  /// One value per group.
  virtual wf::ArrayPtr finish() = 0;
  /// Bytes held.
  [[nodiscard]] virtual int64_t bytes() const = 0;
  /// Appends what a group holds.
  virtual void save(uint32_t group, std::string& out) const = 0;
  /// The group gets what was saved, as if it came behind its own values, and `in` loses it. A group
  /// without values becomes exactly what was saved. invalid_data when it is damaged.
  virtual wf::Status merge(uint32_t group, std::string_view& in) = 0;
};

/// One entry of `aggregates`, read and checked.
struct Aggregate {
  std::string name;      ///< of the new column
  std::string function;  ///< "mean"
  std::string argument;  ///< expression, empty for count()
  double quantile = 0.5;
  int64_t k = 0;               ///< top_k: how many
  size_t argument_offset = 0;  ///< where the argument begins in the text
};

/// Reads "mean(score)", "count()", "quantile(score, 0.9)", "top_k(author, 3)". invalid_config with
/// offset and length.
wf::Result<Aggregate> parse_aggregate(std::string name, std::string_view text);
/// The type of the answer, or a refusal when the function does not take such values.
wf::Result<wf::DataType> aggregate_type(const Aggregate& aggregate, const wf::DataType& argument);
std::unique_ptr<Accumulator> make_accumulator(const Aggregate& aggregate,
                                              const wf::DataType& argument);

}  // namespace weirflow::flow
