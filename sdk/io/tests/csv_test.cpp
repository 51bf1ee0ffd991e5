// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "read_all.h"

namespace wf::io {
namespace {

using testing::Folder;
using testing::read_csv;

using Lines = std::vector<std::string>;

TEST(Csv, InfersTypesAndReadsMultiLineQuotedFields) {
  const auto got = read_csv(
      "\"row\",\"x\",\"body\",\"ok\",\"when\"\n"
      "\"1\",\"0.5\",\"two\r\nlines, and \"\"quotes\"\"\",true,2016-06-26\n"
      "2,,plain,FALSE,2016-06-26T01:02:03.5+01:00\n");
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  EXPECT_EQ(got.text,
            "row:int64 x:float64 body:utf8 ok:bool when:timestamp\n"
            "1 | 0.5 | \"two\\r\\nlines, and \\\"quotes\\\"\" | true | 1466899200000000\n"
            "2 | null | plain | false | 1466899323500000\n");
}

TEST(Csv, LineEndsAndByteOrderMark) {
  const std::string expected = "a:int64 b:utf8\n1 | x\n2 | y\n";
  EXPECT_EQ(read_csv("a,b\n1,x\n2,y\n").text, expected);
  EXPECT_EQ(read_csv("a,b\n1,x\n2,y").text, expected);
  EXPECT_EQ(read_csv("a,b\r\n1,x\r\n2,y\r\n").text, expected);
  EXPECT_EQ(read_csv("a,b\r1,x\r2,y\r").text, expected);
  EXPECT_EQ(read_csv("\xEF\xBB\xBF"
                     "a,b\n\n1,x\r\n\r\n2,y\n\n")
                .text,
            expected);
}

TEST(Csv, RefusesUtf16ByName) {
  const auto got =
      read_csv(std::string("\xFF\xFE"
                           "a\0,\0",
                           6));
  EXPECT_EQ(got.status.code(), Code::invalid_data);
  EXPECT_NE(got.status.message().find("UTF-16"), std::string::npos);
}

TEST(Csv, EmptyFileAndHeaderAlone) {
  EXPECT_EQ(read_csv("").status.code(), Code::invalid_data);
  const auto got = read_csv("a,b\n");
  EXPECT_TRUE(got.status.ok());
  EXPECT_EQ(got.text, "a:utf8 b:utf8\n");
}

TEST(Csv, NullsQuotedAndNot) {
  CsvOptions options;
  options.null_values = {"", "NA"};
  options.columns = {{"n", Type::int64, true, {}}};
  EXPECT_EQ(read_csv("n,t\n1,NA\nNA,\"NA\"\n\"\",\"\"\n", options).text,
            "n:int64 t:utf8\n1 | null\nnull | NA\nnull | \"\"\n");
  options.quoted_nulls = true;
  EXPECT_EQ(read_csv("n,t\n1,\"NA\"\n", options).text, "n:int64 t:utf8\n1 | null\n");
}

TEST(Csv, HeaderNamesAreMadeUnique) {
  EXPECT_EQ(read_csv("a,,a,a_2,a\n1,2,3,4,5\n").text,
            "a:int64 column_2:int64 a_3:int64 a_2:int64 a_4:int64\n1 | 2 | 3 | 4 | 5\n");
}

TEST(Csv, WithoutHeader) {
  CsvOptions options;
  options.header = false;
  EXPECT_EQ(read_csv("1,x\n2,y\n", options).text, "column_1:int64 column_2:utf8\n1 | x\n2 | y\n");
  options.columns = {{"id", Type::int64, true, {}}, {"name", Type::null, true, {}}};
  EXPECT_EQ(read_csv("1,x\n2,y\n", options).text, "id:int64 name:utf8\n1 | x\n2 | y\n");
  options.select = {"name"};
  EXPECT_EQ(read_csv("1,x\n2,y\n", options).text, "name:utf8\nx\ny\n");
}

TEST(Csv, SelectGivesTheseColumnsInThisOrder) {
  CsvOptions options;
  options.select = {"c", "a"};
  EXPECT_EQ(read_csv("a,b,c\n1,2,3\n4,\"\"\"x\",6\n", options).text,
            "c:int64 a:int64\n3 | 1\n6 | 4\n");
}

TEST(Csv, UnknownColumnsNameTheNearest) {
  CsvOptions options;
  options.select = {"bodi"};
  auto got = read_csv("body,removed\nx,1\n", options);
  EXPECT_EQ(got.status.code(), Code::invalid_config);
  ASSERT_TRUE(got.status.place());
  EXPECT_EQ(got.status.place()->key, "select");
  EXPECT_EQ(got.status.place()->hint, "did you mean 'body'?");
  options.select = {};
  options.columns = {{"remove", Type::boolean, true, {}}};
  got = read_csv("body,removed\nx,1\n", options);
  EXPECT_EQ(got.status.place()->key, "columns");
}

TEST(Csv, MisfitsNameLineColumnTextAndType) {
  CsvOptions options;
  options.columns = {{"n", Type::int32, true, {}}, {"b", Type::boolean, true, {}}};
  const auto got = read_csv(
      "n,b,t\n1,yes,\"a\nb\"\n2,maybe,x\n9999999999,1,y\n3.5,0,\"z\nz\"\n4,F,end\n", options);
  EXPECT_EQ(got.text, "n:int32 b:bool t:utf8\n1 | true | \"a\\nb\"\n4 | false | end\n");
  EXPECT_EQ(
      got.bad,
      (Lines{"4 bad_value column 'b': 'maybe' is no bool (true, false, 1, 0, t, f, yes, no, y, n)",
             "5 bad_value column 'n': '9999999999' is no int32",
             "6 bad_value column 'n': '3.5' is no int32"}));
  EXPECT_EQ(got.raw[2], "3.5,0,\"z\nz\"");
  EXPECT_EQ(got.counts.records, 5);
  EXPECT_EQ(got.counts.refused, 3);
}

TEST(Csv, BadLinePolicies) {
  CsvOptions options;
  const std::string text = "a,b\n1,2\n3\n4,5\n";
  EXPECT_EQ(read_csv(text, options).bad,
            (Lines{"3 wrong_columns the record has 1 fields, the file has 2 columns"}));
  options.bad_lines = BadLines::skip;
  auto got = read_csv(text, options);
  EXPECT_EQ(got.text, "a:int64 b:int64\n1 | 2\n4 | 5\n");
  EXPECT_EQ(got.counts.skipped, 1);
  options.bad_lines = BadLines::fail;
  got = read_csv(text, options);
  EXPECT_EQ(got.status.message(), "in.csv:3: the record has 1 fields, the file has 2 columns");
}

TEST(Csv, RaggedRecords) {
  CsvOptions options;
  const std::string text = "a,b\n1\n2,3,4\n";
  options.ragged = CsvRagged::fill;
  auto got = read_csv(text, options);
  EXPECT_EQ(got.text, "a:int64 b:int64\n1 | null\n");
  EXPECT_EQ(got.bad.size(), 1u);
  options.ragged = CsvRagged::fit;
  EXPECT_EQ(read_csv(text, options).text, "a:int64 b:int64\n1 | null\n2 | 3\n");
}

TEST(Csv, QuoteRules) {
  CsvOptions options;
  const std::string text = "a,b\nx\"y,1\n\"q\"z,2\n";
  EXPECT_EQ(read_csv(text, options).text, "a:utf8 b:int64\nx\"y | 1\n");
  EXPECT_EQ(read_csv(text, options).bad,
            (Lines{"3 bad_quote there is text behind a closing quote"}));
  options.quotes = CsvQuotes::lenient;
  EXPECT_EQ(read_csv(text, options).text, "a:utf8 b:int64\nx\"y | 1\nqz | 2\n");
  options.quotes = CsvQuotes::strict;
  EXPECT_EQ(read_csv(text, options).bad.size(), 2u);
  options.quote.reset();
  EXPECT_EQ(read_csv(text, options).text, "a:utf8 b:int64\nx\"y | 1\n\"\\\"q\\\"z\" | 2\n");
}

TEST(Csv, EscapeCharacter) {
  CsvOptions options;
  options.escape = '\\';
  EXPECT_EQ(read_csv("a,b\n\"x\\\"y\\\\z\\n\",1\n\"d\"\"d\",2\n", options).text,
            "a:utf8 b:int64\nx\"y\\z\\n | 1\nd\"d | 2\n");
}

TEST(Csv, UnclosedQuoteIsOneBadRecord) {
  const auto got = read_csv("a,b\n1,x\n2,\"open\n3,z\n");
  EXPECT_EQ(got.rows, 1);
  EXPECT_EQ(got.bad, (Lines{"3 bad_quote a quote is opened and never closed"}));
}

TEST(Csv, MultiLineOffEndsTheRecordAtItsLine) {
  CsvOptions options;
  options.multi_line = false;
  const auto got = read_csv("a,b\n1,\"x\n2,y\n", options);
  EXPECT_EQ(got.text, "a:int64 b:utf8\n2 | y\n");
  EXPECT_EQ(got.bad,
            (Lines{"2 bad_quote a quote is not closed on its line (multi_line is false)"}));
}

TEST(Csv, CommentsTrimAndOtherDelimiters) {
  CsvOptions options;
  options.comment = '#';
  options.trim = true;
  options.delimiter = ';';
  EXPECT_EQ(read_csv("# one\n a ; b \n#two;\n 1 ; \"x \" \n", options).text,
            "a:int64 b:utf8\n1 | \"x \"\n");
  options.delimiter = '\t';
  EXPECT_EQ(read_csv("a\tb\n 1\t\t\n2\t x\n", options).bad.size(), 1u);
  EXPECT_EQ(read_csv("a\tb\n1\t\n2\t x\n", options).text, "a:int64 b:utf8\n1 | null\n2 | x\n");
}

TEST(Csv, EncodingsPerField) {
  CsvOptions options;
  const std::string text = "a,b\nna\xC3\xAFve,caf\xE9\nx,\x93q\x94\x81\n";
  auto got = read_csv(text, options);
  EXPECT_EQ(got.bad.size(), 2u);
  EXPECT_EQ(got.bad[0].substr(0, 16), "2 bad_encoding c");
  options.encoding = *EncodingList::parse("utf-8|cp1252");
  EXPECT_EQ(read_csv(text, options).text, "a:utf8 b:utf8\nnaïve | café\nx | “q”\xEF\xBF\xBD\n");
  options.encoding = *EncodingList::parse("latin-1");
  EXPECT_EQ(read_csv("a\ncaf\xE9\xA0\n", options).text, "a:utf8\ncafé\xC2\xA0\n");
  options.encoding = *EncodingList::parse("replace");
  EXPECT_EQ(read_csv("a\n\xE2\x82x\xFF\n", options).text, "a:utf8\n\xEF\xBF\xBDx\xEF\xBF\xBD\n");
}

TEST(Csv, EncodingNames) {
  EXPECT_FALSE(EncodingList::parse("utf-9").ok());
  EXPECT_FALSE(EncodingList::parse("").ok());
  EXPECT_FALSE(EncodingList::parse("latin-1|utf-8").ok());
  EXPECT_FALSE(EncodingList::parse("utf-8|utf-8").ok());
  EXPECT_TRUE(EncodingList::parse("UTF-8 | Windows-1252").ok());
}

TEST(Csv, NulBytesAreData) {
  const auto got = read_csv(std::string("a,b\n1,x\0y\n", 10));
  EXPECT_EQ(got.text, "a:int64 b:utf8\n1 | \"x\\x00y\"\n");
}

TEST(Csv, TenThousandColumns) {
  std::string text;
  for (int row = 0; row < 3; ++row)
    for (int c = 0; c < 10'000; ++c)
      text += (row ? std::to_string(c * row) : "c" + std::to_string(c)) + (c == 9'999 ? "\n" : ",");
  const auto got = read_csv(text);
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  ASSERT_EQ(got.rows, 2);
  EXPECT_EQ(got.batches[0].column_count(), 10'000);
  EXPECT_EQ(got.batches.back().numbers<int64_t>(9'999)[got.batches.back().rows() - 1], 19'998);
}

TEST(Csv, OversizedFieldIsOneBadRecordAndHoldsLittleMemory) {
  CsvOptions options;
  options.max_field = 1000;
  options.buffer_size = 512;
  std::string text = "a,b\n1,x\n2,\"";
  text.append(5'000'000, 'y');
  text += "\n\"\"\n\"\n3,z\n4,";
  text.append(1001, 'w');
  text += "\n5,v\n";
  const auto got = read_csv(text, options);
  EXPECT_EQ(got.text, "a:int64 b:utf8\n1 | x\n3 | z\n5 | v\n");
  ASSERT_EQ(got.bad.size(), 2u);
  EXPECT_EQ(got.bad[0].substr(0, 12), "3 too_large ");
  EXPECT_EQ(got.bad[1].substr(0, 12), "7 too_large ");
}

TEST(Csv, LateMisfitOfInferredTypeIsARowError) {
  CsvOptions options;
  options.sample_rows = 2;
  const auto got = read_csv("n\n1\n2\nthree\n4\n", options);
  EXPECT_EQ(got.text, "n:int64\n1\n2\n4\n");
  EXPECT_EQ(got.bad, (Lines{"4 bad_value column 'n': 'three' is no int64"}));
}

TEST(Csv, InferringFromTheWholeFileAndFromNothing) {
  Folder folder;
  const std::string a = folder.write("a.csv", "n,m\n1,1\n2,2\nthree,3\n");
  const std::string b = folder.write("b.csv", "n,m\n1,1\n2,2.5\n");
  CsvOptions options;
  options.sample_rows = 1;
  options.infer = CsvInfer::all;
  EXPECT_EQ(csv_schema({a, b}, options)->to_string(), "n: utf8, m: float64");
  options.infer = CsvInfer::head;
  EXPECT_EQ(csv_schema({a, b}, options)->to_string(), "n: int64, m: int64");
  options.infer = CsvInfer::none;
  EXPECT_EQ(csv_schema({a, b}, options)->to_string(), "n: utf8, m: utf8");
}

TEST(Csv, SeveralFilesWithColumnsInAnotherOrder) {
  Folder folder;
  const std::string a = folder.write("a.csv", "n,t\n1,x\n");
  const std::string b = folder.write("b.csv", "t,n\ny,2\n");
  const std::string c = folder.write("c.csv", "t,m\ny,2\n");
  const auto read = [&](const std::vector<std::string>& paths) {
    return testing::read_all([&](BadRecordSink sink) { return open_csv(paths, {}, {}, sink); });
  };
  EXPECT_EQ(read({a, b}).text, "n:int64 t:utf8\n1 | x\n2 | y\n");
  const auto wrong = read({a, c});
  EXPECT_EQ(wrong.status.code(), Code::invalid_data);
  EXPECT_NE(wrong.status.message().find("c.csv: the file has a column 'm'"), std::string::npos);
}

TEST(Csv, SchemaIsKnownWithoutReadingWhenAllIsDeclared) {
  CsvOptions options;
  EXPECT_FALSE(csv_schema_of(options));
  options.columns = {{"a", Type::int64, true, {}}};
  EXPECT_FALSE(csv_schema_of(options));
  options.select = {"a"};
  EXPECT_EQ(csv_schema_of(options)->to_string(), "a: int64");
  options.select = {"a", "b"};
  EXPECT_FALSE(csv_schema_of(options));
  options.infer = CsvInfer::none;
  EXPECT_EQ(csv_schema_of(options)->to_string(), "a: int64, b: utf8");
}

TEST(Csv, WrongOptionsAreRefusedWithTheirKey) {
  const auto key = [](auto&& change) {
    CsvOptions options;
    change(options);
    const Status status = check_csv_options(options);
    return status.place() ? status.place()->key : "";
  };
  EXPECT_EQ(key([](CsvOptions& o) { o.delimiter = '"'; }), "quote");
  EXPECT_EQ(key([](CsvOptions& o) { o.delimiter = '\n'; }), "delimiter");
  EXPECT_EQ(key([](CsvOptions& o) { o.escape = ','; }), "escape");
  EXPECT_EQ(key([](CsvOptions& o) { o.comment = '"'; }), "comment");
  EXPECT_EQ(key([](CsvOptions& o) { o.max_field = 0; }), "max_field");
  EXPECT_EQ(key([](CsvOptions& o) { o.select = {"a", "a"}; }), "select");
  EXPECT_EQ(key([](CsvOptions& o) {
              o.columns = {{"a", DataType::list_of(Type::utf8), true, {}}};
            }),
            "columns");
}

TEST(Csv, PositionsLeadBackBehindEachBatch) {
  Folder folder;
  std::string text = "n,t\n";
  for (int i = 0; i < 50; ++i) text += std::to_string(i) + ",\"a\nb" + std::to_string(i) + "\"\n";
  const std::vector<std::string> paths{folder.write("a.csv", text), folder.write("b.csv", text)};
  CsvOptions options;
  options.limits.rows = 7;
  const auto whole =
      testing::read_all([&](BadRecordSink s) { return open_csv(paths, options, {}, s); });
  auto reader = open_csv(paths, options, {}, {});
  ASSERT_TRUE(reader.ok());
  Batch batch;
  int64_t done = 0;
  std::vector<std::string> rest_texts;
  for (;;) {
    const auto next = (*reader)->next(&batch);
    ASSERT_TRUE(next.ok());
    if (*next == Next::end) break;
    done += batch.rows();
    const auto position = Position::parse((*reader)->position().to_string());
    ASSERT_TRUE(position.ok());
    EXPECT_EQ(*position, (*reader)->position());
    const auto rest =
        testing::read_all([&](BadRecordSink s) -> Result<std::unique_ptr<RecordReader>> {
          WF_ASSIGN(auto other, open_csv(paths, options, {}, s));
          WF_TRY(other->seek(*position));
          return other;
        });
    ASSERT_TRUE(rest.status.ok()) << rest.status.message();
    ASSERT_EQ(rest.rows, whole.rows - done);
    if (rest.rows > 0) {
      const Batch all = concat(whole.batches), tail = concat(rest.batches);
      EXPECT_TRUE(equal(all.slice(done, rest.rows), tail));
    }
  }
  EXPECT_EQ(done, 100);
}

TEST(Csv, PositionOfAChangedFileIsRefused) {
  Folder folder;
  const std::string path = folder.write("a.csv", "n\n1\n2\n3\n");
  CsvOptions options;
  options.limits.rows = 1;
  auto reader = open_csv({path}, options, {}, {});
  Batch batch;
  ASSERT_TRUE((*reader)->next(&batch).ok());
  const Position position = (*reader)->position();
  EXPECT_EQ(position.line, 3u);
  folder.write("a.csv", "n\n1\n2\n3\n4\n");
  auto other = open_csv({path}, options, {}, {});
  const Status status = (*other)->seek(position);
  EXPECT_EQ(status.code(), Code::invalid_data);
  EXPECT_FALSE(Position::parse("1 2 3").ok());
  EXPECT_FALSE(Position::parse("2 0 0 1 0 0").ok());
}

TEST(Csv, RedditFileOfFiveThousandComments) {
  const char* data = std::getenv("WEIRFLOW_DATA");
  const std::string path = std::string(data ? data : "") + "/reddit_rscience.csv";
  if (!std::filesystem::exists(path)) {
    // Its twin on written data is InfersTypesAndReadsMultiLineQuotedFields.
    SUCCEED();
    return;
  }
  CsvOptions options;
  options.encoding = *EncodingList::parse("utf-8|cp1252");
  const auto got =
      testing::read_all([&](BadRecordSink s) { return open_csv({path}, options, {}, s); });
  ASSERT_TRUE(got.status.ok()) << got.status.message();
  EXPECT_EQ(got.rows, 5453);
  EXPECT_TRUE(got.bad.empty());
  EXPECT_EQ(got.batches[0].schema().to_string(),
            "row: int64, x: int64, body: utf8, removed: int64");
  int64_t removed = 0, not_ascii = 0;
  for (const Batch& batch : got.batches)
    for (int64_t i = 0; i < batch.rows(); ++i) {
      removed += batch.numbers<int64_t>(3)[i];
      for (const char c : batch.strings(2)[i])
        if (c & 0x80) {
          ++not_ascii;
          break;
        }
    }
  EXPECT_EQ(not_ascii, 56);
  EXPECT_GT(removed, 1000);
  // Without the fallback exactly these are refused.
  options.encoding = {};
  const auto strict =
      testing::read_all([&](BadRecordSink s) { return open_csv({path}, options, {}, s); });
  EXPECT_EQ(strict.rows, 5397);
  EXPECT_EQ(strict.bad.size(), 56u);
}

}  // namespace
}  // namespace wf::io
