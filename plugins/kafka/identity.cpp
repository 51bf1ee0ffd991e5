// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include <algorithm>

#include "weirflow/io/text.hpp"

namespace weirflow::kafka {

wf::Field IdentityColumns::field_of(Kind kind, const std::string& name) {
  using wf::Type;
  switch (kind) {
    case Kind::topic:
      return {name, Type::utf8, false, {}};
    case Kind::partition:
      return {name, Type::int32, false, {}};
    case Kind::offset:
      return {name, Type::int64, false, {}};
    case Kind::timestamp:
      return {name, Type::timestamp, true, {}};
    case Kind::key:
      return {name, Type::binary, true, {}};
    case Kind::headers:
      break;
  }
  return {name,
          wf::DataType::list_of(wf::DataType::struct_of(
              {{"key", Type::utf8, false, {}}, {"value", Type::binary, true, {}}})),
          false,
          {}};
}

wf::Result<IdentityColumns> IdentityColumns::make(const std::vector<std::string>& names) {
  static const std::vector<std::string> kNames{"kafka_topic",  "kafka_partition",
                                               "kafka_offset", "kafka_timestamp",
                                               "kafka_key",    "kafka_headers"};
  IdentityColumns made;
  for (const std::string& name : names) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    const bool twice = std::any_of(made.columns_.begin(), made.columns_.end(),
                                   [&](const Column& c) { return c.field.name == name; });
    if (found == kNames.end() || twice)
      return wf::invalid_config("'" + name +
                                (twice ? "' stands twice" : "' is no column that can be added"))
          .at({"add", 0, 0, ""});
    Column column;
    column.kind = static_cast<Kind>(found - kNames.begin());
    column.field = field_of(column.kind, name);
    WF_ASSIGN(column.builder, wf::io::make_column_builder(column.field.type));
    made.columns_.push_back(std::move(column));
  }
  return made;
}

std::vector<wf::Field> IdentityColumns::fields() const {
  std::vector<wf::Field> fields;
  for (const Column& column : columns_) fields.push_back(column.field);
  return fields;
}

void IdentityColumns::add(const Record& record, const Consumer& from) {
  for (Column& column : columns_) {
    wf::io::ColumnBuilder& to = *column.builder;
    switch (column.kind) {
      case Kind::topic:
        to.append_text(record.topic);
        break;
      case Kind::partition:
        to.append_int(record.partition);
        break;
      case Kind::offset:
        to.append_int(record.offset);
        break;
      case Kind::timestamp:
        record.timestamp_ms < 0 ? to.append_null() : to.append_int(record.timestamp_ms * 1000);
        break;
      case Kind::key:
        record.key ? to.append_text(*record.key) : to.append_null();
        break;
      case Kind::headers:
        from.headers([&](std::string_view name, std::optional<std::string_view> value) {
          wf::io::ColumnBuilder& item = to.child(0);
          // Whoever wrote it may not have kept to UTF-8.
          item.child(0).append_text(wf::io::valid_utf8(name) ? std::string(name)
                                                             : wf::io::printable(name));
          value ? item.child(1).append_text(*value) : item.child(1).append_null();
          item.append_children();
        });
        to.append_children();
        break;
    }
  }
}

std::vector<wf::ArrayPtr> IdentityColumns::finish() {
  std::vector<wf::ArrayPtr> arrays;
  for (Column& column : columns_) arrays.push_back(column.builder->finish());
  return arrays;
}

}  // namespace weirflow::kafka
