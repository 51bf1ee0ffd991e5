// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/check_drive.h"

#include <algorithm>
#include <fstream>

namespace weirflow::plugin {

namespace {

using wf::testing::Harness;

constexpr int kRows = 6;

/// Cells of each type, as batch text; the third row is null.
std::string cell(const std::string& type, int row) {
  static const char* const kText[] = {
      "a plain comment", "\"ünïcödé, 日本語\"", "null", "\"line\\nbreak | \"", "\"\"", "🙂 last"};
  if (row == 2) return "null";
  const std::string n = std::to_string(row + 1);
  if (type == "utf8" || type == "binary" || type == "large_utf8") return kText[row];
  if (type == "int64" || type == "int32") return n;
  if (type == "float64" || type == "float32") return n + ".5";
  if (type == "bool") return row % 2 ? "true" : "false";
  if (type == "timestamp") return "170000000000000" + n;
  if (type == "list<utf8>") return "[one, two, w" + n + "]";
  if (type == "list<int32>" || type == "list<float32>" || type == "list<float64>")
    return "[1, " + n + "]";
  if (type == "sparse") return "{0:1.5 " + n + ":2}";
  return "null";
}

struct Column {
  std::string name, type;
};
const std::vector<Column>& usual_columns() {
  static const std::vector<Column> kColumns = {
      {"id", "int64"},     {"text", "utf8"},       {"score", "float64"}, {"flag", "bool"},
      {"at", "timestamp"}, {"tags", "list<utf8>"}, {"vector", "sparse"}, {"label", "bool"}};
  return kColumns;
}

std::string first_type(const std::string& types) {
  std::string one = types.substr(0, types.find('|'));
  return one == wf::DataType::sparse().to_string() ? "sparse" : one;
}

/// The usual columns, and those that the inputs require by name.
wf::Result<wf::Batch> make_sample(const ComponentInfo& info) {
  std::vector<Column> columns = usual_columns();
  for (const PortInfo& port : info.inputs)
    for (const ColumnInfo& need : port.columns) {
      if (need.name.empty()) continue;
      const Column column{need.name, need.type.empty() ? "utf8" : first_type(need.type)};
      const auto same = std::find_if(columns.begin(), columns.end(),
                                     [&](const Column& c) { return c.name == column.name; });
      if (same == columns.end())
        columns.push_back(column);
      else
        *same = column;
    }
  std::string text;
  for (const Column& c : columns) text += c.name + ":" + c.type + " ";
  for (int row = 0; row < kRows; ++row) {
    text += "\n";
    for (size_t c = 0; c < columns.size(); ++c)
      text += (c ? " | " : "") + cell(columns[c].type, row);
  }
  return wf::testing::parse_batch(text);
}

/// What a trial fills the open places of a configuration with.
struct Trial {
  std::string column, expression, file;
  std::string optional;  ///< a key that is set though it need not be
};

class ConfigMaker {
 public:
  ConfigMaker(const ComponentInfo& info, Trial trial) : info_(info), trial_(std::move(trial)) {}
  [[nodiscard]] wf::Value::Table required(const std::vector<FieldInfo>& fields) const {
    wf::Value::Table table;
    for (const FieldInfo& field : fields) {
      // A default such as "body" names a column that the sample may not have.
      const bool names_column = field.type == FieldType::column && field.default_value.string() &&
                                !field.default_value.string()->empty();
      if (field.required || names_column || field.key == trial_.optional)
        table.emplace_back(field.key, value(field, field.type));
    }
    return table;
  }

 private:
  [[nodiscard]] wf::Value value(const FieldInfo& field, FieldType type) const {
    const double low = field.min.value_or(1), high = field.max.value_or(std::max(low, 1.0));
    const double number = std::min(std::max(low, 1.0), high);
    switch (type) {
      case FieldType::boolean:
        return wf::Value(true);
      case FieldType::integer:
        return wf::Value(static_cast<int64_t>(number));
      case FieldType::number:
        return wf::Value(number);
      case FieldType::duration:
        return wf::Value(int64_t{1'000'000});
      case FieldType::size:
        return wf::Value(int64_t{1} << 20);
      case FieldType::column:
        return wf::Value(column_for(field.key));
      case FieldType::expression:
        return wf::Value(trial_.expression);
      case FieldType::path:
        return wf::Value(info_.kind == Kind::source ? trial_.file : "written.out");
      case FieldType::list: {
        const auto count = static_cast<size_t>(std::clamp(field.min.value_or(1), 1.0, 16.0));
        return wf::Value(wf::Value::List(count, value(field, field.item_type)));
      }
      case FieldType::map:
        return wf::Value(wf::Value::Table{{"made", value(field, field.item_type)}});
      case FieldType::table:
        return wf::Value(required(field.fields));
      case FieldType::string:
      case FieldType::any:
      case FieldType::none:
        break;
    }
    return wf::Value(field.allowed.empty() ? column_for(field.key) : field.allowed.front());
  }
  [[nodiscard]] std::string column_for(const std::string& key) const {
    for (const PortInfo& port : info_.inputs)
      for (const ColumnInfo& column : port.columns)
        if (column.from_key == key && !column.type.empty())
          for (const Column& usual : usual_columns())
            if (usual.type == first_type(column.type)) return usual.name;
    return trial_.column;
  }
  const ComponentInfo& info_;
  Trial trial_;
};

/// The required keys with each column, expression and file; then one further key at a time.
std::vector<Trial> trials(const ComponentInfo& info) {
  std::vector<Trial> list;
  for (const char* file : kSampleFiles)
    for (const char* expression : {"id > 2", "id", "mean(score)"})
      for (const Column& column : usual_columns())
        list.push_back({column.name, expression, file, ""});
  for (const FieldInfo& field : info.fields)
    if (!field.required) list.push_back({"text", "id > 2", kSampleFiles[0], field.key});
  return list;
}

void write_samples() {
  std::ofstream(kSampleFiles[0]) << "id,body,text,score,removed,label,author,created_utc\n"
                                    "1,one,a,0.5,0,true,x,1500000000\n"
                                    "2,\"two, too\",b,1.5,1,false,y,1500000001\n"
                                    "3,,,,0,,z,1500000002\n";
  std::ofstream(kSampleFiles[1]) << R"({"id": 1, "body": "one", "score": 0.5})"
                                 << "\n"
                                 << R"({"id": 2, "body": "two", "score": null})"
                                 << "\n";
}

wf::Status try_drive(Drive& drive) {
  Harness harness(drive.cls);
  if (drive.info->kind != Kind::estimator) {
    WF_TRY(harness.configure(drive.config));
    return harness.bind(bind_inputs(drive));
  }
  WF_TRY(harness.start(drive.config, bind_inputs(drive)));
  WF_ASSIGN(drive.state, harness.fit({drive.sample}));
  Harness apply(drive.cls);
  return start(apply, drive);
}

}  // namespace

bool is_harmless(const ComponentInfo& info) {
  return info.kind != Kind::action && !info.can(WF_ABILITY_EXEC) && !info.can(WF_ABILITY_NET);
}

std::vector<std::optional<wf::Schema>> bind_inputs(const Drive& drive) {
  return std::vector<std::optional<wf::Schema>>(drive.info->inputs.size(), drive.sample.schema());
}

wf::Result<Drive> find_drive(const Library& library, const ComponentInfo& info) {
  Drive drive;
  drive.info = &info;
  drive.cls = library.find(info.id)->self;
  if (!info.inputs.empty()) {
    WF_ASSIGN(drive.sample, make_sample(info));
  }
  if (info.kind == Kind::source) write_samples();
  wf::Status first;
  for (const Trial& trial : trials(info)) {
    drive.config = ConfigMaker(info, trial).required(info.fields);
    wf::Status status = try_drive(drive);
    if (status.ok()) return drive;
    if (first.ok()) first = std::move(status);
  }
  return first;
}

wf::Status start(Harness& harness, const Drive& drive) {
  WF_TRY(harness.configure(drive.config));
  if (drive.info->kind == Kind::estimator) WF_TRY(harness.load(drive.state));
  WF_TRY(harness.bind(bind_inputs(drive)));
  return harness.open();
}

Outcome run_drive(const Drive& drive, const std::vector<wf::Batch>& batches) {
  Outcome outcome;
  Harness harness(drive.cls);
  outcome.status = [&]() -> wf::Status {
    WF_TRY(start(harness, drive));
    if (drive.info->kind == Kind::source) {
      WF_TRY(harness.drain(1000).status());
    }
    for (const wf::Batch& batch : batches) WF_TRY(harness.push(batch));
    WF_TRY(harness.finish());
    return harness.commit();
  }();
  const wf::Status closed = harness.close();
  if (outcome.status.ok()) outcome.status = closed;
  for (size_t i = 0; i < harness.output_names().size(); ++i)
    outcome.text += harness.output_names()[i] + ":\n" + harness.text(static_cast<int>(i));
  for (const auto& refused : harness.refused())
    outcome.text += "refused " + refused.code + ": " + refused.text + "\n";
  outcome.conservation = harness.conservation();
  outcome.unreleased = harness.unreleased();
  outcome.released_twice = harness.released_twice();
  return outcome;
}

wf::Batch all_null(const wf::Batch& batch, int64_t rows) {
  static const wf::Value kNull;
  const wf::testing::detail::Cells cells(static_cast<size_t>(rows), &kNull);
  std::vector<wf::ArrayPtr> columns;
  for (const wf::Field& field : batch.schema().fields())
    columns.push_back(wf::testing::detail::build(field.type, cells));
  return {batch.schema_ptr(), rows, std::move(columns)};
}

}  // namespace weirflow::plugin
