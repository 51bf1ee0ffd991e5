// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The Prometheus text format, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/): a writer, and a reader of what
/// it and other programs write. Threads: a writer belongs to one; the rest are pure functions.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram.h"
#include "weirflow/status.hpp"

namespace weirflow::metrics {

/// What a response with such text says of itself.
constexpr std::string_view kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A letter, digit or '_' for each byte of `text`: what may stand in a metric's name.
std::string name_of(std::string_view text);

/// The shortest text that reads back as the same double; whole numbers without a fraction, "NaN",
/// "+Inf", "-Inf".
std::string number_of(double value);

class TextWriter {
 public:
  enum class Type { counter, gauge, histogram };
  /// Begins a family: its samples follow, all of them. A family without samples is left out.
  void family(std::string_view name, std::string_view help, Type type);
  /// A sample of the family, or, with a suffix, of one of its parts.
  void sample(const Labels& labels, double value, std::string_view suffix = "");
  /// The same of whole millionths: microseconds as seconds, exact.
  void micros(const Labels& labels, int64_t us);
  void count(const Labels& labels, int64_t value);
  /// Buckets, sum and count.
  void histogram(const Labels& labels, const Histogram& h);
  [[nodiscard]] std::string finish() { return std::move(text_); }

 private:
  void line(const Labels& labels, std::string_view suffix, std::string_view value);
  std::string text_, name_, head_;  ///< head: HELP and TYPE, until the first sample
};

struct Sample {
  std::string name;
  Labels labels;
  double value = 0;
  /// The value of a label, "" when it is not there.
  [[nodiscard]] std::string_view label(std::string_view wanted) const;
};

/// All samples in order; comments and timestamps are passed over. invalid_data with the line.
wf::Result<std::vector<Sample>> read_text(std::string_view text);

}  // namespace weirflow::metrics
