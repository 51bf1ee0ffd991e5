// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "weirflow/io/line_fields.hpp"

#include "weirflow/io/json_columns.hpp"

namespace wf::io {

Result<LineRows> make_line_rows(const LineConfig& config) {
  JsonlOptions options;
  auto encoding = EncodingList::parse(config.encoding);
  if (!encoding.ok()) return std::move(encoding).status().at({"encoding", 0, 0, ""});
  options.encoding = std::move(*encoding);
  options.misfits_are_null = config.misfits == "null";
  WF_ASSIGN(options.columns, json_columns(config.columns));
  return LineRows::make(config.format == "json" ? LineFormat::json : LineFormat::line,
                        std::move(options));
}

Status add_line_columns(const LineRows& rows, const std::vector<Field>& added, SchemaBuilder* out) {
  for (const Field& field : rows.schema()->fields()) WF_TRY(out->add(field));
  for (const Field& field : added) {
    if (Status s = out->add(field); !s.ok())
      return std::move(s)
          .with_context("the lines and `add` both have a column")
          .at({"add", 0, 0, "give the column of the lines another name"});
  }
  return {};
}

Result<EventTime> EventTime::make(const std::string& column, const Schema& schema) {
  EventTime time;
  if (column.empty()) return time;
  WF_ASSIGN(time.column_, schema.require(column, "event_time"));
  const DataType& type = schema.field(time.column_).type;
  if (type.id() != Type::timestamp)
    return invalid_config("column '" + column + "' is " + type.to_string() + ", not timestamp")
        .at({"event_time", 0, 0, ""});
  return time;
}

void EventTime::see(const Batch& batch, const std::string& split, WatermarkTracker* tracker) const {
  int64_t highest = WatermarkTracker::kNone;
  if (column_ >= 0) {
    const auto times = batch.numbers<int64_t>(column_);
    for (int64_t i = 0; i < times.size(); ++i)
      if (!times.is_null(i)) highest = std::max(highest, times[i]);
  }
  if (highest == WatermarkTracker::kNone)
    tracker->see(split);
  else
    tracker->see(split, highest);
}

}  // namespace wf::io
