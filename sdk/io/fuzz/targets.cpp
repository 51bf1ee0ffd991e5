// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "targets.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "weirflow/io/csv.hpp"
#include "weirflow/io/json.hpp"
#include "weirflow/io/output.hpp"

namespace wf::io {
namespace {

/// Everything that a reader answered, as text.
template <typename Open>
std::string transcript(Open&& open) {
  std::string text;
  auto reader = open([&](const BadRecord& bad) {
    text += "bad " + std::to_string(bad.line) + " " + std::string(bad.code) + "\n";
    return Status();
  });
  if (!reader.ok()) return "refused " + reader.error().message();
  std::unique_ptr<RowEncoder> encoder =
      std::move(make_jsonl_encoder(*(*reader)->schema(), {})).value();
  std::string rows;
  Batch batch;
  for (;;) {
    const auto next = (*reader)->next(&batch);
    if (!next.ok()) return text + rows + "failed " + next.error().message();
    if (*next == Next::end) return text + rows;
    if (*next == Next::batch) encoder->append(batch, 0, batch.rows(), &rows);
  }
}

/// Both transcripts must be equal; tells them apart before it aborts.
void expect_same(const std::string& small, const std::string& large) {
  if (small == large) return;
  std::fprintf(stderr, "--- small buffer\n%s\n--- large buffer\n%s\n", small.c_str(),
               large.c_str());
  std::abort();
}

CsvOptions dialect(const uint8_t* bits) {
  CsvOptions options;
  options.delimiter = ",;\t|"[bits[0] & 3];
  if (bits[0] & 4) options.escape = '\\';
  if (bits[0] & 8) options.comment = '#';
  options.trim = bits[0] & 16;
  options.multi_line = !(bits[0] & 32);
  options.header = !(bits[0] & 64);
  options.skip_blank_lines = !(bits[0] & 128);
  options.quotes = static_cast<CsvQuotes>(bits[1] % 3);
  options.ragged = static_cast<CsvRagged>(bits[1] / 3 % 3);
  options.infer = bits[1] & 64 ? CsvInfer::head : CsvInfer::none;
  static const char* const kEncodings[] = {"utf-8", "utf-8|cp1252", "latin-1", "replace"};
  options.encoding = EncodingList::parse(kEncodings[bits[2] & 3]).value();
  options.max_field = 1 + (bits[2] >> 2);
  options.sample_rows = 1 + (bits[3] >> 4);
  return options;
}

}  // namespace

int fuzz_csv(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  CsvOptions options = dialect(data);
  const std::string text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const auto read = [&](size_t buffer) {
    options.buffer_size = buffer;
    return transcript([&](BadRecordSink sink) {
      return open_csv(memory_input(text), "fuzz", options, {}, std::move(sink));
    });
  };
  expect_same(read(1 + (data[3] & 15)), read(1 << 16));
  return 0;
}

int fuzz_json(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  JsonlOptions options;
  options.misfits_are_null = data[0] & 1;
  if (data[0] & 2) options.encoding = EncodingList::parse("utf-8|cp1252").value();
  if (data[0] & 4)
    options.columns = {{"a", "/a/b", DataType(Type::int64), false},
                       {"l", "", DataType::list_of(Type::float64), false},
                       {"v", "", DataType::sparse(), false},
                       {"t", "", DataType(Type::timestamp), (data[0] & 8) != 0}};
  options.max_record = data[0] & 16 ? 40 : 1 << 20;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto read = [&](size_t buffer) {
    options.buffer_size = buffer;
    return transcript([&](BadRecordSink sink) {
      return open_jsonl(memory_input(text), "fuzz", options, {}, std::move(sink));
    });
  };
  expect_same(read(1 + (data[0] >> 5)), read(1 << 16));
  return 0;
}

}  // namespace wf::io
