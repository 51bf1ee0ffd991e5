// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Configuration keys that mean the same in every source of lines: how they become columns, which
/// columns are added, and which of them is the time of the event.

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "weirflow/batch.hpp"
#include "weirflow/config.hpp"
#include "weirflow/io/lines.hpp"
#include "weirflow/watermark.hpp"

namespace wf::io {

struct LineConfig {
  std::string format = "json";
  Map<Value> columns;
  std::string misfits = "refuse";
  std::string encoding = "utf-8";
  std::string event_time;
  Duration out_of_order{0};
  Duration idle_after = std::chrono::seconds(10);
};

/// invalid_config with the key that is wrong.
Result<LineRows> make_line_rows(const LineConfig& config);

/// The columns of `rows` and behind them those that the key `add` names. invalid_config when two
/// have one name.
Status add_line_columns(const LineRows& rows, const std::vector<Field>& added, SchemaBuilder* out);

/// The column with the time of the event, for a source that has a WatermarkTracker. One thread.
class EventTime {
 public:
  /// Of no column.
  EventTime() = default;
  /// `column` empty: none. invalid_config (key `event_time`) when it is not there or no timestamp.
  static Result<EventTime> make(const std::string& column, const Schema& schema);
  /// Tells the tracker of rows that the split brought.
  void see(const Batch& batch, const std::string& split, WatermarkTracker* tracker) const;

 private:
  int column_ = -1;
};

/// The fields of LineConfig for a Config derived from it.
template <typename Config>
constexpr auto line_fields() {
  return std::tuple_cat(
      fields(field<Config>("format", static_cast<std::string Config::*>(&Config::format))
                 .one_of("line", "json")
                 .help("line: one column `line`; json: objects, see columns")
                 .example("\"line\"")),
      fields(
          field<Config>("columns", static_cast<Map<Value> Config::*>(&Config::columns))
              .help("JSON: columns by name, each a type or a table with path (JSON pointer), "
                    "type, required")
              .example("{ id = \"int64\", at = { path = \"/meta/at\", type = \"timestamp\" } }")),
      fields(field<Config>("misfits", static_cast<std::string Config::*>(&Config::misfits))
                 .one_of("refuse", "null")
                 .help("JSON: a value that does not fit its column: the row is bad, or the value "
                       "is null")
                 .example("\"null\"")),
      fields(field<Config>("encoding", static_cast<std::string Config::*>(&Config::encoding))
                 .help("utf-8, latin-1, cp1252 or replace; joined by | the first that fits is "
                       "taken")
                 .example("\"utf-8|cp1252\"")),
      fields(field<Config>("event_time", static_cast<std::string Config::*>(&Config::event_time))
                 .help("Column with the time of the event (timestamp); without it there is no "
                       "watermark")
                 .example("\"at\"")),
      fields(field<Config>("out_of_order", static_cast<Duration Config::*>(&Config::out_of_order))
                 .at_least(0)
                 .help("How far behind the highest time so far a row may be and not be late")
                 .example("\"30s\"")),
      fields(field<Config>("idle_after", static_cast<Duration Config::*>(&Config::idle_after))
                 .at_least(0)
                 .help("What has brought no rows for so long does not hold the watermark back")
                 .example("\"1m\"")));
}

}  // namespace wf::io
