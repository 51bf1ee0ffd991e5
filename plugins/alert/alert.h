// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// An alert event: what alert.rules gives as a row, what the sinks send, and what their pending
/// alerts are in a checkpoint.
///
/// Threads: values and pure functions.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::alert {

using Labels = std::map<std::string, std::string>;

struct Alert {
  std::string id;  ///< of the event, the same whenever it is sent; "" until a sink takes it
  std::string fingerprint;  ///< of the labels
  bool resolved = false;
  std::string rule, severity, link;
  Labels labels, annotations;
  int64_t starts_us = 0;           ///< microseconds since 1970
  std::optional<int64_t> ends_us;  ///< of a resolved one
  std::optional<double> value;
  std::string evidence;  ///< JSON object, or "" for none
  int64_t taken_us = 0;  ///< when the sink took it, by the run's clock
};

inline std::string_view status_text(bool resolved) { return resolved ? "resolved" : "firing"; }

/// 16 hex digits: FNV-1a of the sorted labels, the number that Prometheus and Alertmanager have for
/// the same labels (prometheus/common, model.LabelSet.Fingerprint). Empty labels count as absent.
std::string fingerprint_of(const Labels& labels);

/// "2016-06-26T00:00:00Z".
std::string time_text(int64_t us);

/// One JSON object with everything, and back. invalid_data.
std::string to_json(const Alert& alert);
wf::Result<Alert> alert_from_json(std::string_view json);

/// An object of texts ("{\"a\":\"b\"}"); other values as their JSON. Nothing when it is no object.
std::optional<Labels> labels_from_json(std::string_view json);
std::string labels_json(const Labels& labels);

/// The columns of alert events, in the order of alert_row().
const wf::SchemaPtr& alert_schema();

/// Rows of alert_schema().
class AlertRows {
 public:
  void append(const Alert& alert);
  [[nodiscard]] int64_t size() const { return rows_; }
  wf::Batch finish();

 private:
  int64_t rows_ = 0;
  wf::StringBuilder fingerprint_, status_, rule_, severity_, labels_, annotations_, evidence_,
      link_;
  wf::TimestampBuilder starts_, ends_;
  wf::Float64Builder value_;
};

/// Finds the columns of alert events in the input of a sink.
class AlertReader {
 public:
  /// fingerprint, status and labels must be there, the others may. invalid_config.
  static wf::Result<AlertReader> make(const wf::Schema& schema);
  /// What is wrong with the row, or nothing.
  std::optional<std::string> read(const wf::Batch& batch, int64_t row, Alert* out) const;

 private:
  int fingerprint_ = -1, status_ = -1, rule_ = -1, severity_ = -1, labels_ = -1, annotations_ = -1,
      evidence_ = -1, link_ = -1, starts_ = -1, ends_ = -1, value_ = -1;
};

}  // namespace weirflow::alert
