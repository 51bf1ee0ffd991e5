// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "comment_lines.h"
#include "csv_preset.h"
#include "extract.h"
#include "weirflow/io/common_fields.hpp"
#include "weirflow/io/source.hpp"

namespace weirflow::reddit {
namespace {

using wf::Result;
using wf::Schema;
using wf::Status;
namespace io = wf::io;

constexpr std::string_view kVersion = "1.0.0";

struct CsvConfig : io::ReadConfig {
  CsvConfig() { encoding = "utf-8|cp1252"; }
  std::vector<std::string> select;
  std::string removed = "int";
  int64_t max_field = 64 << 20;
};

class Csv final : public io::FileSource<CsvConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("reddit.csv")
          .version(kVersion)
          .blocking()
          .infers_schema()
          .summary("Reads the CSV files of Reddit comments that the classifier was published with");
  static constexpr auto kConfig =
      std::tuple_cat(io::read_fields<CsvConfig>(),
                     wf::fields(wf::field("select", &CsvConfig::select)
                                    .help("Columns to give, in this order; empty: all")
                                    .example("[\"body\", \"removed\"]"),
                                wf::field("removed", &CsvConfig::removed)
                                    .one_of("int", "bool")
                                    .help("Type of the label `removed`")
                                    .example("\"bool\""),
                                wf::field("max_field", &CsvConfig::max_field)
                                    .size()
                                    .range(1, 1 << 30)
                                    .help("A record with a larger field is a bad line")
                                    .example("\"1MiB\"")));

 protected:
  const std::vector<std::string>& path_patterns() const override { return config().path; }
  Status prepare() override {
    WF_TRY(io::apply_read_config(config(), &options_));
    options_.select = config().select;
    options_.max_field = config().max_field;
    return io::check_csv_options(options_);
  }
  std::optional<Schema> declared_schema() const override { return {}; }
  Result<Schema> read_schema(const std::vector<std::string>& paths) const override {
    WF_ASSIGN(const io::CsvOptions options, preset_options(options_, paths, removed_type()));
    return io::csv_schema(paths, options);
  }
  Result<std::unique_ptr<io::RecordReader>> open_reader(const std::vector<std::string>& paths,
                                                        const Schema& schema,
                                                        io::BadRecordSink sink) const override {
    WF_ASSIGN(const io::CsvOptions options, preset_options(options_, paths, removed_type()));
    return io::open_csv(paths, options, schema, std::move(sink));
  }

 private:
  [[nodiscard]] wf::Type removed_type() const {
    return config().removed == "bool" ? wf::Type::boolean : wf::Type::int64;
  }
  io::CsvOptions options_;
};

struct DumpConfig : io::ReadConfig {
  std::vector<std::string> columns;
  int64_t max_record = 64 << 20;
};

class Dump final : public io::FileSource<DumpConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("reddit.dump")
          .version(kVersion)
          .blocking()
          .summary(
              "Reads monthly dumps of comments (RC_*.zst) or other files of one comment a line");
  static constexpr auto kConfig =
      std::tuple_cat(io::read_fields<DumpConfig>(),
                     wf::fields(wf::field("columns", &DumpConfig::columns)
                                    .help("Columns of a comment to give, in this order; empty: all")
                                    .example("[\"id\", \"created_utc\", \"body\", \"removed\"]"),
                                wf::field("max_record", &DumpConfig::max_record)
                                    .size()
                                    .range(1, 1 << 30)
                                    .help("A longer line is a bad line")
                                    .example("\"1MiB\"")));

 protected:
  const std::vector<std::string>& path_patterns() const override { return config().path; }
  Status prepare() override {
    WF_TRY(io::apply_read_config(config(), &options_));
    options_.max_record = config().max_record;
    WF_ASSIGN(schema_, dump_schema(config().columns));
    return {};
  }
  std::optional<Schema> declared_schema() const override { return schema_; }
  Result<Schema> read_schema(const std::vector<std::string>&) const override { return schema_; }
  Result<std::unique_ptr<io::RecordReader>> open_reader(const std::vector<std::string>& paths,
                                                        const Schema&,
                                                        io::BadRecordSink sink) const override {
    return open_dump(paths, config().columns, options_, std::move(sink));
  }

 private:
  io::JsonlOptions options_;
  Schema schema_;
};

struct ExtractConfig {
  std::string column = "value";
  std::vector<std::string> columns;
  bool keep_json = false;
};

class Extract final : public wf::Transform<ExtractConfig> {
 public:
  static constexpr auto kInfo = wf::component("reddit.extract")
                                    .version(kVersion)
                                    .concurrent()
                                    .summary("Makes typed columns of the raw JSON of comments");
  static constexpr auto kConfig = wf::fields(
      wf::field("column", &ExtractConfig::column)
          .column()
          .help("Column with the JSON of one comment a row (utf8 or binary)")
          .example("\"value\""),
      wf::field("columns", &ExtractConfig::columns)
          .help("Columns of a comment to add, in this order; empty: all")
          .example("[\"id\", \"created_utc\", \"body\"]"),
      wf::field("keep_json", &ExtractConfig::keep_json)
          .help(
              "Keep the column with the JSON; false: it goes, its values stand in the new columns")
          .example("true"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("column", "utf8|binary", "one comment as JSON"),
                wf::output("out").summary("the input's columns and the comment's"));

 protected:
  Status bind(const Schema& in, wf::SchemaBuilder& out) override {
    WF_ASSIGN(json_, in.require(config().column, "column"));
    const wf::Type type = in.field(json_).type.id();
    if (type != wf::Type::utf8 && type != wf::Type::binary && type != wf::Type::large_utf8 &&
        type != wf::Type::large_binary)
      return wf::invalid_config("column '" + config().column + "' is " +
                                in.field(json_).type.to_string() + ", not utf8 or binary")
          .at({"column", 0, 0, ""});
    WF_ASSIGN(reader_, CommentReader::make(config().columns));
    if (!config().keep_json) out.remove(config().column);
    keep_.clear();
    for (int i = 0; i < in.size(); ++i)
      if (i != json_ || config().keep_json) keep_.push_back(i);
    for (const wf::Field& field : reader_->fields())
      if (Status s = out.add(field); !s.ok())
        return std::move(s)
            .with_context("the input and the comment both have a column")
            .at({"columns", 0, 0,
                 "name the columns to add, or rename the input's with flow.select"});
    return {};
  }
  Status process(const wf::Batch& in, wf::Emitter& out) override {
    out.emit(extract_comments(in, json_, keep_, out.schema(), *reader_,
                              [&](int64_t row, std::string_view code, std::string_view message) {
                                out.refuse(row, code, message);
                              }));
    return {};
  }

 private:
  int json_ = 0;
  std::vector<int> keep_;
  std::unique_ptr<CommentReader> reader_;
};

}  // namespace
}  // namespace weirflow::reddit

WF_PLUGIN(weirflow::reddit::Csv, weirflow::reddit::Dump, weirflow::reddit::Extract)
