// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "csv_config.h"
#include "jsonl_config.h"
#include "tail_source.h"
#include "weirflow/io/sink.hpp"
#include "weirflow/io/source.hpp"

namespace weirflow::file {
namespace {

using wf::Result;
using wf::Schema;
using wf::Status;
namespace io = wf::io;

constexpr std::string_view kVersion = "1.0.0";

class Csv final : public io::FileSource<CsvConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("file.csv")
          .version(kVersion)
          .blocking()
          .infers_schema()
          .summary(
              "Reads CSV files: RFC 4180, multi-line quoted fields, types declared or inferred");
  static constexpr auto kConfig = std::tuple_cat(
      io::read_fields<CsvConfig>(),
      wf::fields(
          wf::field("columns", &CsvConfig::columns)
              .help(
                  "Types by column; others are inferred. Without a header also the names, in order")
              .example("{ body = \"utf8\", removed = \"bool\" }"),
          wf::field("select", &CsvConfig::select)
              .help("Columns to give, in this order; empty: all")
              .example("[\"body\", \"removed\"]"),
          wf::field("header", &CsvConfig::header)
              .help("The first record of each file has the names")
              .example("false"),
          wf::field("delimiter", &CsvConfig::delimiter)
              .help("Character between fields; \"tab\" is a tab")
              .example("\";\""),
          wf::field("quote", &CsvConfig::quote)
              .help(
                  "Character around fields; doubled inside it stands for itself. \"\": no quoting")
              .example("\"'\""),
          wf::field("escape", &CsvConfig::escape)
              .help("Character that also protects a quote, or itself, inside quotes")
              .example("\"\\\\\""),
          wf::field("comment", &CsvConfig::comment)
              .help("Lines that begin with this character are passed over")
              .example("\"#\""),
          wf::field("multi_line", &CsvConfig::multi_line)
              .help("Line ends inside quotes are data; false: they end the record")
              .example("false"),
          wf::field("trim", &CsvConfig::trim)
              .help("Blanks and tabs around fields, and around their quotes, go")
              .example("true"),
          wf::field("skip_blank_lines", &CsvConfig::skip_blank_lines)
              .help("Empty lines are passed over; false: they are records with one empty field")
              .example("false"),
          wf::field("quotes", &CsvConfig::quotes)
              .one_of("strict", "standard", "lenient")
              .help("Quotes out of place: strict refuses all, standard those with text behind a "
                    "closing quote, lenient takes all as data")
              .example("\"lenient\""),
          wf::field("ragged", &CsvConfig::ragged)
              .one_of("refuse", "fill", "fit")
              .help("Another number of fields than columns: refuse; fill missing ones with null; "
                    "fit also drops those too many")
              .example("\"fill\""),
          wf::field("null_values", &CsvConfig::null_values)
              .help("Unquoted cells that are null")
              .example("[\"\", \"NA\"]"),
          wf::field("quoted_nulls", &CsvConfig::quoted_nulls)
              .help("Quoted cells of text columns can be null too")
              .example("true"),
          wf::field("infer", &CsvConfig::infer)
              .one_of("head", "all", "none")
              .help("Types that are not declared: from the first sample_rows records, from all, or "
                    "utf8")
              .example("\"none\""),
          wf::field("sample_rows", &CsvConfig::sample_rows)
              .range(1, 1e9)
              .help("Records looked at for types")
              .example("100000"),
          wf::field("max_field", &CsvConfig::max_field)
              .size()
              .range(1, 1 << 30)
              .help("A record with a larger field is a bad line")
              .example("\"1MiB\"")));

 protected:
  const std::vector<std::string>& path_patterns() const override { return config().path; }
  Status prepare() override {
    WF_ASSIGN(options_, csv_options(config()));
    return {};
  }
  std::optional<Schema> declared_schema() const override { return io::csv_schema_of(options_); }
  Result<Schema> read_schema(const std::vector<std::string>& paths) const override {
    return io::csv_schema(paths, options_);
  }
  Result<std::unique_ptr<io::RecordReader>> open_reader(const std::vector<std::string>& paths,
                                                        const Schema& schema,
                                                        io::BadRecordSink sink) const override {
    return io::open_csv(paths, options_, schema, std::move(sink));
  }

 private:
  io::CsvOptions options_;
};

class Jsonl final : public io::FileSource<JsonlConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("file.jsonl")
          .version(kVersion)
          .blocking()
          .infers_schema()
          .summary("Reads files of one JSON object a line, columns declared or inferred");
  static constexpr auto kConfig = std::tuple_cat(
      io::read_fields<JsonlConfig>(),
      wf::fields(
          wf::field("columns", &JsonlConfig::columns)
              .help("Columns by name: a type, or a table with path (JSON pointer), type, required; "
                    "empty: every key of the sampled objects")
              .example("{ id = \"utf8\", body = { path = \"/data/body\", type = \"utf8\" } }"),
          wf::field("misfits", &JsonlConfig::misfits)
              .one_of("refuse", "null")
              .help("A value that does not fit its column: the record is bad, or the value is null")
              .example("\"null\""),
          wf::field("sample_rows", &JsonlConfig::sample_rows)
              .range(1, 1e9)
              .help("Objects looked at for keys and types")
              .example("100000"),
          wf::field("max_record", &JsonlConfig::max_record)
              .size()
              .range(1, 1 << 30)
              .help("A longer line is a bad line")
              .example("\"1MiB\"")));

 protected:
  const std::vector<std::string>& path_patterns() const override { return config().path; }
  Status prepare() override {
    WF_ASSIGN(options_, jsonl_options(config()));
    return {};
  }
  std::optional<Schema> declared_schema() const override { return io::jsonl_schema_of(options_); }
  Result<Schema> read_schema(const std::vector<std::string>& paths) const override {
    return io::jsonl_schema(paths, options_);
  }
  Result<std::unique_ptr<io::RecordReader>> open_reader(const std::vector<std::string>& paths,
                                                        const Schema& schema,
                                                        io::BadRecordSink sink) const override {
    return io::open_jsonl(paths, options_, schema, std::move(sink));
  }

 private:
  io::JsonlOptions options_;
};

class CsvSink final : public io::FileSink<CsvSinkConfig> {
 public:
  static constexpr auto kInfo = wf::component("file.csv_sink")
                                    .version(kVersion)
                                    .blocking()
                                    .writes_files()
                                    .replay(wf::Replay::exact)
                                    .summary("Writes a CSV file that appears whole or not at all");
  static constexpr auto kConfig = std::tuple_cat(
      io::write_fields<CsvSinkConfig>(),
      wf::fields(
          wf::field("header", &CsvSinkConfig::header)
              .help("Write the names first")
              .example("false"),
          wf::field("delimiter", &CsvSinkConfig::delimiter)
              .help("Character between fields; \"tab\" is a tab")
              .example("\";\""),
          wf::field("quote", &CsvSinkConfig::quote)
              .help("Character around fields; doubled inside")
              .example("\"'\""),
          wf::field("quote_mode", &CsvSinkConfig::quote_mode)
              .one_of("minimal", "text", "all")
              .help("What is quoted: where needed, all text, all but null")
              .example("\"all\""),
          wf::field("null_value", &CsvSinkConfig::null_value)
              .help("What null is written as, unquoted")
              .example("\"NA\""),
          wf::field("crlf", &CsvSinkConfig::crlf).help("End lines with CR LF").example("true")));

 protected:
  const std::string& path() const override { return config().path; }
  Result<io::OutputOptions> output_options() const override {
    return io::output_options_of(config());
  }
  Result<std::unique_ptr<io::RowEncoder>> make_encoder(const Schema& schema) const override {
    WF_ASSIGN(const io::CsvWriteOptions options, csv_write_options(config()));
    return io::make_csv_encoder(schema, options);
  }
};

class JsonlSink final : public io::FileSink<JsonlSinkConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("file.jsonl_sink")
          .version(kVersion)
          .blocking()
          .writes_files()
          .replay(wf::Replay::exact)
          .summary("Writes a file of one JSON object a line that appears whole or not at all");
  static constexpr auto kConfig =
      std::tuple_cat(io::write_fields<JsonlSinkConfig>(),
                     wf::fields(wf::field("nulls", &JsonlSinkConfig::nulls)
                                    .help("Write null values; false: leave their keys out")
                                    .example("false")));

 protected:
  const std::string& path() const override { return config().path; }
  Result<io::OutputOptions> output_options() const override {
    return io::output_options_of(config());
  }
  Result<std::unique_ptr<io::RowEncoder>> make_encoder(const Schema& schema) const override {
    return io::make_jsonl_encoder(schema, {config().nulls});
  }
};

}  // namespace
}  // namespace weirflow::file

WF_PLUGIN(weirflow::file::Csv, weirflow::file::Jsonl, weirflow::file::CsvSink,
          weirflow::file::JsonlSink, weirflow::file::TailSource)
