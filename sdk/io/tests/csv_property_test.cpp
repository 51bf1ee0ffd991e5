// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// Random CSV: against a naive parser, for every buffer size, and back through the writer.
#include <gtest/gtest.h>

#include <random>

#include "read_all.h"
#include "weirflow/io/output.hpp"

namespace wf::io {
namespace {

using testing::read_csv;

struct NaiveRecord {
  std::vector<std::string> fields;
  int64_t line = 1;
  bool bad = false;
};

/// The grammar of csv.hpp, one byte after the other, written for being obviously right: RFC 4180
/// with doubled quotes, standard quote rule, blank lines passed over.
std::vector<NaiveRecord> naive_parse(const std::string& s) {
  std::vector<NaiveRecord> records;
  size_t i = 0;
  int64_t line = 1;
  const auto newline_at = [&](size_t k) { return k < s.size() && (s[k] == '\n' || s[k] == '\r'); };
  const auto pass_newline = [&] {
    i += s[i] == '\r' && i + 1 < s.size() && s[i + 1] == '\n' ? 2 : 1;
    ++line;
  };
  while (i < s.size()) {
    if (newline_at(i)) {
      pass_newline();
      continue;
    }
    NaiveRecord record;
    record.line = line;
    for (;;) {
      std::string field;
      if (i < s.size() && s[i] == '"') {
        ++i;
        bool closed = false;
        while (i < s.size()) {
          if (s[i] == '"' && i + 1 < s.size() && s[i + 1] == '"') {
            field += '"';
            i += 2;
          } else if (s[i] == '"') {
            ++i;
            closed = true;
            break;
          } else {
            if (s[i] == '\n' || (s[i] == '\r' && !(i + 1 < s.size() && s[i + 1] == '\n'))) ++line;
            field += s[i++];
          }
        }
        if (!closed) record.bad = true;
        while (i < s.size() && s[i] != ',' && !newline_at(i)) {
          record.bad = true;
          ++i;
        }
      } else {
        while (i < s.size() && s[i] != ',' && !newline_at(i)) field += s[i++];
      }
      record.fields.push_back(field);
      if (i < s.size() && s[i] == ',') {
        ++i;
        continue;
      }
      if (i < s.size()) pass_newline();
      break;
    }
    records.push_back(record);
  }
  return records;
}

std::string random_csv(std::mt19937& random, int length) {
  static const std::string kAlphabet = "ab,,\"\"\n\r x1";
  std::string text;
  for (int i = 0; i < length; ++i) text += kAlphabet[random() % kAlphabet.size()];
  return text;
}

CsvOptions text_options() {
  CsvOptions options;
  options.infer = CsvInfer::none;
  options.null_values = {};
  return options;
}

TEST(CsvProperty, AgreesWithANaiveParser) {
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    const std::string body = random_csv(random, 1 + static_cast<int>(random() % 150));
    const std::string text = "p,q\n" + body;
    std::vector<std::string> expected_bad;
    std::string expected = "p:utf8 q:utf8\n";
    std::vector<std::vector<std::string>> rows;
    for (const NaiveRecord& record : naive_parse(text)) {
      if (record.line == 1) continue;
      if (record.bad || record.fields.size() != 2)
        expected_bad.push_back(std::to_string(record.line));
      else
        rows.push_back(record.fields);
    }
    const auto got = read_csv(text, text_options());
    ASSERT_TRUE(got.status.ok()) << got.status.message();
    ASSERT_EQ(got.bad.size(), expected_bad.size()) << text;
    for (size_t i = 0; i < expected_bad.size(); ++i)
      ASSERT_EQ(got.bad[i].substr(0, got.bad[i].find(' ')), expected_bad[i]) << text;
    ASSERT_EQ(got.rows, static_cast<int64_t>(rows.size())) << text;
    size_t at = 0;
    for (const Batch& batch : got.batches)
      for (int64_t i = 0; i < batch.rows(); ++i, ++at) {
        ASSERT_EQ(batch.strings(0)[i], rows[at][0]) << text;
        ASSERT_EQ(batch.strings(1)[i], rows[at][1]) << text;
      }
  }
}

/// Every dialect: the rows do not depend on where the buffer ends.
TEST(CsvProperty, BufferSizesDoNotMatter) {
  std::mt19937 random(11);
  for (int round = 0; round < 60; ++round) {
    CsvOptions options = text_options();
    options.trim = random() % 2 == 0;
    options.multi_line = random() % 3 != 0;
    options.quotes = static_cast<CsvQuotes>(random() % 3);
    options.ragged = static_cast<CsvRagged>(random() % 3);
    if (random() % 2) options.escape = 'x';
    if (random() % 2) options.comment = '1';
    if (random() % 2) options.max_field = 5 + static_cast<int64_t>(random() % 20);
    const std::string text = "p,q\n" + random_csv(random, 300);
    const auto expected = read_csv(text, options);
    for (size_t size = 1; size <= 310; size += size < 70 ? 1 : 17) {
      options.buffer_size = size;
      options.limits.rows = 1 + static_cast<int64_t>(size % 5);
      const auto got = read_csv(text, options);
      ASSERT_EQ(got.status.message(), expected.status.message());
      ASSERT_EQ(got.text, expected.text) << "buffer of " << size << "\n" << text;
      ASSERT_EQ(got.bad, expected.bad) << "buffer of " << size << "\n" << text;
    }
  }
}

Batch random_batch(std::mt19937& random, int64_t rows) {
  StringBuilder text;
  Int64Builder number;
  Float64Builder real;
  BoolBuilder truth;
  TimestampBuilder time;
  static const std::string kAlphabet = "ab,\"\n\r\t \\x1é";
  for (int64_t i = 0; i < rows; ++i) {
    std::string s;
    for (uint32_t n = random() % 12; n > 0; --n) s += kAlphabet[random() % (kAlphabet.size() - 2)];
    if (random() % 9 == 0) s += "é";
    random() % 8 ? text.append(s) : text.append_null();
    random() % 8 ? number.append(static_cast<int64_t>(random()) * (random() % 2 ? 1 : -1000003))
                 : number.append_null();
    random() % 8 ? real.append(std::ldexp(static_cast<double>(random()),
                                          static_cast<int>(random() % 200) - 100))
                 : real.append_null();
    random() % 8 ? truth.append(random() % 2 == 0) : truth.append_null();
    random() % 8 ? time.append(static_cast<int64_t>(random()) * 1'000'003 - 1'000'000'000'000'000)
                 : time.append_null();
  }
  auto schema = std::make_shared<const Schema>(Schema{{"text", Type::utf8, true, {}},
                                                      {"number", Type::int64, true, {}},
                                                      {"real", Type::float64, true, {}},
                                                      {"truth", Type::boolean, true, {}},
                                                      {"time", Type::timestamp, true, {}}});
  return Batch(schema, rows,
               {text.finish(), number.finish(), real.finish(), truth.finish(), time.finish()});
}

TEST(CsvProperty, WhatIsWrittenReadsBack) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Batch batch = random_batch(random, 1 + random() % 40);
    CsvWriteOptions write;
    write.quote_mode = static_cast<QuoteMode>(random() % 3);
    write.crlf = random() % 2 == 0;
    write.delimiter = random() % 2 ? ',' : ';';
    if (random() % 2) write.null_value = "NULL";
    auto encoder = make_csv_encoder(batch.schema(), write);
    ASSERT_TRUE(encoder.ok());
    std::string text;
    (*encoder)->begin(&text);
    (*encoder)->append(batch, 0, batch.rows(), &text);
    CsvOptions options;
    options.delimiter = write.delimiter;
    options.null_values = {write.null_value};
    const auto got = read_csv(text, options, batch.schema());
    ASSERT_TRUE(got.status.ok() && got.bad.empty()) << got.bad.front();
    ASSERT_EQ(got.text, wf::testing::to_text({batch})) << text;
  }
}

TEST(JsonProperty, WhatIsWrittenReadsBack) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const Batch batch = random_batch(random, 1 + random() % 40);
    JsonlWriteOptions write;
    write.nulls = random() % 2 == 0;
    auto encoder = make_jsonl_encoder(batch.schema(), write);
    std::string text;
    (*encoder)->begin(&text);
    (*encoder)->append(batch, 0, batch.rows(), &text);
    for (const size_t size : {size_t{1}, size_t{17}, size_t{1} << 18}) {
      JsonlOptions options;
      options.buffer_size = size;
      const auto got = testing::read_jsonl(text, options, batch.schema());
      ASSERT_TRUE(got.status.ok() && got.bad.empty()) << got.bad.front();
      ASSERT_EQ(got.text, wf::testing::to_text({batch})) << text;
    }
  }
}

}  // namespace
}  // namespace wf::io
