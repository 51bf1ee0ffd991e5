// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "vectoriser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include "column_sort.h"
#include "golden.h"
#include "vectoriser_fit.h"
#include "weirflow/murmur3.hpp"

namespace weirflow::ml {
namespace {

using golden::Documents;

VectoriserOptions reference_options() {
  VectoriserOptions options;
  options.max_n = 3;
  options.min_df = {false, 3};
  options.sublinear_tf = true;
  return options;
}

std::vector<std::byte> fit(const VectoriserOptions& options, const Documents& documents,
                           FitResources resources = {}, size_t batch_size = 0) {
  auto made = VectoriserFit::make(options, resources);
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  const size_t step = batch_size ? batch_size : std::max<size_t>(1, documents.size());
  for (size_t d = 0; d < documents.size(); d += step) {
    const wf::Status status =
        (*made)->add(documents.batch().slice(d, std::min(step, documents.size() - d)));
    EXPECT_TRUE(status.ok()) << status.to_string();
  }
  auto state = (*made)->finish();
  EXPECT_TRUE(state.ok()) << state.status().to_string();
  return state.ok() ? std::move(state).value() : std::vector<std::byte>{};
}

Vectoriser opened(std::vector<std::byte> state) {
  auto vectoriser = Vectoriser::adopt(std::move(state));
  EXPECT_TRUE(vectoriser.ok()) << vectoriser.status().to_string();
  return std::move(vectoriser).value();
}

Documents documents(const std::vector<std::vector<std::string>>& texts) {
  Documents out;
  for (const auto& tokens : texts) out.add(tokens);
  return out;
}

std::vector<std::string> terms_of(const Vectoriser& v) {
  std::vector<std::string> out;
  for (size_t i = 0; i < v.terms(); ++i) out.emplace_back(v.term(i));
  return out;
}

/// Dense rows, for comparisons with values worked out by hand or by scikit-learn.
std::vector<std::vector<double>> dense(const Vectoriser& v, const Documents& docs) {
  CsrMatrix rows;
  v.transform(docs.batch(), 1, rows);
  std::vector<std::vector<double>> out;
  for (size_t r = 0; r < rows.rows(); ++r) {
    out.emplace_back(static_cast<size_t>(v.columns()), 0.0);
    const SparseRow row = rows.view().row(r);
    for (size_t i = 0; i < row.size; ++i) {
      out.back()[static_cast<size_t>(row.indices[i])] = row.values[i];
    }
  }
  return out;
}

TEST(VectoriserGolden, VocabularyCountsAndIdfAreThoseOfScikitLearn) {
  const auto expected = golden::json("vectoriser_nolemma.json.gz");
  const Vectoriser v = opened(fit(reference_options(), golden::comments().train));
  EXPECT_EQ(v.documents(), 4362U);
  ASSERT_EQ(v.terms(), expected["terms"].size());
  for (size_t i = 0; i < v.terms(); ++i) {
    ASSERT_EQ(v.term(i), expected["terms"][i].get<std::string>());
    ASSERT_EQ(v.counts()[i], expected["count"][i].get<uint64_t>()) << v.term(i);
    ASSERT_EQ(v.document_frequencies()[i], expected["df"][i].get<uint64_t>()) << v.term(i);
    ASSERT_NEAR(v.idf()[i], expected["idf"][i].get<double>(), 1e-12) << v.term(i);
    ASSERT_EQ(v.find(v.term(i)), std::optional<int32_t>(static_cast<int32_t>(i)));
  }
}

TEST(VectoriserGolden, RowsAreThoseOfScikitLearn) {
  const Vectoriser v = opened(fit(reference_options(), golden::comments().train));
  CsrMatrix rows;
  v.transform(golden::comments().test.batch(), 1, rows);
  const auto expected = golden::json_lines("tfidf_test200.jsonl.gz");
  ASSERT_EQ(expected.size(), 200U);
  for (size_t r = 0; r < expected.size(); ++r) {
    const SparseRow row = rows.view().row(r);
    ASSERT_EQ(row.size, expected[r]["indices"].size()) << "row " << r;
    for (size_t i = 0; i < row.size; ++i) {
      ASSERT_EQ(row.indices[i], expected[r]["indices"][i].get<int32_t>()) << "row " << r;
      ASSERT_NEAR(row.values[i], expected[r]["values"][i].get<double>(), 1e-12) << "row " << r;
    }
  }
}

TEST(VectoriserGolden, MaxFeaturesKeepsTheMostFrequentAndTheAlphabeticalFirstOfEquals) {
  const auto all = golden::json("vectoriser_nolemma.json.gz");
  for (const uint64_t size : {1000, 10000}) {
    const auto expected = golden::json("logreg_" + std::to_string(size) + ".json.gz")["columns"];
    VectoriserOptions options = reference_options();
    options.max_features = size;
    const Vectoriser v = opened(fit(options, golden::comments().train));
    ASSERT_EQ(v.terms(), size);
    for (size_t i = 0; i < size; ++i) {
      ASSERT_EQ(v.term(i), all["terms"][expected[i].get<size_t>()].get<std::string>());
    }
  }
}

TEST(VectoriserGolden, ImportedTermsGiveTheRowsOfTheLemmaModel) {
  const auto model = golden::json("model_lemma.json.gz");
  const auto texts = model["terms"].get<std::vector<std::string>>();
  const auto df = model["df"].get<std::vector<uint64_t>>();
  const auto idf = model["idf"].get<std::vector<double>>();
  std::vector<TermCount> terms;
  for (size_t i = 0; i < texts.size(); ++i) terms.push_back({texts[i], df[i], df[i]});
  auto by_idf = make_vectoriser_state(reference_options(), 4362, terms, idf);
  auto by_df = make_vectoriser_state(reference_options(), 4362, terms);
  ASSERT_TRUE(by_idf.ok() && by_df.ok());
  const Vectoriser v = opened(std::move(by_idf).value());
  const Vectoriser w = opened(std::move(by_df).value());
  for (size_t i = 0; i < idf.size(); ++i) ASSERT_NEAR(v.idf()[i], w.idf()[i], 1e-12);
  for (const auto& line : golden::json_lines("rows_lemma.jsonl.gz")) {
    const auto own = documents({line["tokens"].get<std::vector<std::string>>()});
    CsrMatrix rows;
    v.transform(own.batch(), 1, rows);
    ASSERT_EQ(rows.indices, line["index"].get<std::vector<int32_t>>());
    for (size_t i = 0; i < rows.values.size(); ++i) {
      ASSERT_NEAR(rows.values[i], line["tfidf"][i].get<double>(), 1e-12);
    }
  }
}

/// A temporary file that is gone when the test ends.
struct TemporaryFile {
  std::FILE* file = std::tmpfile();
  ~TemporaryFile() { std::fclose(file); }
  [[nodiscard]] int descriptor() const { return fileno(file); }
};

TEST(VectoriserGolden, StateIsTheSameWhateverThreadsBatchesAndMemory) {
  VectoriserOptions options = reference_options();
  for (const uint64_t limit : {0, 1000}) {
    options.max_features = limit;
    const auto expected = fit(options, golden::comments().train);
    for (const size_t threads : {1, 2, 3}) {
      for (const size_t batch : {7, 1000, 4362}) {
        EXPECT_EQ(fit(options, golden::comments().train, {threads, size_t{1} << 30, -1}, batch),
                  expected);
        const TemporaryFile file;
        EXPECT_EQ(
            fit(options, golden::comments().train, {threads, 4 << 20, file.descriptor()}, batch),
            expected);
        std::fseek(file.file, 0, SEEK_END);
        EXPECT_GT(std::ftell(file.file), 1 << 20) << "nothing was spilled";
      }
    }
  }
}

TEST(VectoriserGolden, WithoutTemporaryFileTooManyTermsAreRefused) {
  auto made = VectoriserFit::make(reference_options(), {1, 1 << 20, -1});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ((*made)->add(golden::comments().train.batch()).code(), wf::Code::resource_exhausted);
}

TEST(VectoriserGolden, DamagedTemporaryFileIsAnError) {
  const TemporaryFile file;
  auto made = VectoriserFit::make(reference_options(), {1, 4 << 20, file.descriptor()});
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE((*made)->add(golden::comments().train.batch()).ok());
  ASSERT_EQ(ftruncate(file.descriptor(), 100), 0);
  EXPECT_FALSE((*made)->finish().ok());
}

TEST(VectoriserGolden, RowsAreTheSameWhateverThreadsAndBatches) {
  const Vectoriser v = opened(fit(reference_options(), golden::comments().train));
  const Documents& docs = golden::comments().test;
  CsrMatrix expected;
  std::vector<uint32_t> expected_unknown;
  v.transform(docs.batch(), 1, expected, &expected_unknown);
  for (const size_t threads : {1, 2, 5}) {
    for (const size_t step : {1, 100, 1091}) {
      CsrMatrix rows;
      std::vector<uint32_t> unknown;
      for (size_t d = 0; d < docs.size(); d += step) {
        v.transform(docs.batch().slice(d, std::min(step, docs.size() - d)), threads, rows,
                    &unknown);
      }
      EXPECT_EQ(rows.offsets, expected.offsets);
      EXPECT_EQ(rows.indices, expected.indices);
      EXPECT_EQ(rows.values, expected.values);
      EXPECT_EQ(unknown, expected_unknown);
    }
  }
}

/// Counts by texts in ordinary maps: slow, and obviously what is meant.
std::map<std::string, std::pair<uint64_t, uint64_t>> counted_simply(const Documents& docs,
                                                                    uint32_t min_n,
                                                                    uint32_t max_n) {
  std::map<std::string, std::pair<uint64_t, uint64_t>> totals;
  for (size_t d = 0; d < docs.size(); ++d) {
    const auto tokens = docs.tokens(d);
    std::set<std::string> seen;
    for (uint32_t n = min_n; n <= max_n; ++n) {
      for (size_t i = 0; i + n <= tokens.size(); ++i) {
        std::string text(tokens[i]);
        for (size_t j = i + 1; j < i + n; ++j) text += " " + std::string(tokens[j]);
        ++totals[text].first;
        if (seen.insert(text).second) ++totals[text].second;
      }
    }
  }
  return totals;
}

TEST(Vectoriser, OddTokensAreCountedByTheirText) {
  // Tokens with spaces, empty ones and control characters: several ways to the same term.
  const std::vector<std::string> alphabet = {"a",     "b",  "a b", "",  " ", "b a",
                                             "a\x01", "\n", "a ",  "é", "!"};
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    Documents docs;
    for (int d = 0; d < 40; ++d) {
      std::vector<std::string> tokens(random() % 9);
      for (auto& token : tokens) token = alphabet[random() % (round % 2 ? alphabet.size() : 3)];
      docs.add(tokens);
    }
    VectoriserOptions options;
    options.min_n = 1 + random() % 3;
    options.max_n = options.min_n + random() % 3;
    options.norm = Norm::none;
    options.idf = Idf::none;
    const auto expected = counted_simply(docs, options.min_n, options.max_n);
    const TemporaryFile file;
    const auto state = fit(options, docs);
    EXPECT_EQ(fit(options, docs, {1, 1, file.descriptor()}), state) << "a run for each document";
    const Vectoriser v = opened(state);
    ASSERT_EQ(v.terms(), expected.size());
    size_t i = 0;
    for (const auto& [text, counts] : expected) {
      ASSERT_EQ(v.term(i), text);
      ASSERT_EQ(v.counts()[i], counts.first) << text;
      ASSERT_EQ(v.document_frequencies()[i], counts.second) << text;
      ++i;
    }
    const auto rows = dense(v, docs);
    for (size_t d = 0; d < docs.size(); ++d) {
      Documents one;
      std::vector<std::string> tokens;
      for (const auto token : docs.tokens(d)) tokens.emplace_back(token);
      one.add(tokens);
      const auto own = counted_simply(one, options.min_n, options.max_n);
      for (size_t c = 0; c < v.terms(); ++c) {
        const auto found = own.find(std::string(v.term(c)));
        const auto count = found == own.end() ? 0.0 : static_cast<double>(found->second.first);
        ASSERT_EQ(rows[d][c], count) << "document " << d << " term " << v.term(c);
      }
    }
  }
}

TEST(Vectoriser, BoundsOfDocumentsAreInclusiveAsCountsAndShares) {
  const auto docs = documents({{"a", "b", "c", "d"}, {"a", "b", "c"}, {"a", "b"}, {"a"}});
  VectoriserOptions options;
  const auto terms = [&] { return terms_of(opened(fit(options, docs))); };
  options.min_df = {false, 2};
  EXPECT_EQ(terms(), (std::vector<std::string>{"a", "b", "c"}));
  options.max_df = {false, 3};
  EXPECT_EQ(terms(), (std::vector<std::string>{"b", "c"}));
  options.min_df = {true, 0.5};
  options.max_df = {true, 0.75};
  EXPECT_EQ(terms(), (std::vector<std::string>{"b", "c"}));
  options.min_df = {false, 1};
  options.max_df = {false, 1};
  EXPECT_EQ(terms(), (std::vector<std::string>{"d"}));
}

TEST(Vectoriser, WeightsAndNormsByHand) {
  const auto docs = documents({{"a", "a", "b"}, {"b", "c"}, {}});
  VectoriserOptions options;
  const double smooth_a = std::log(4.0 / 2) + 1, smooth_b = std::log(4.0 / 3) + 1;
  options.norm = Norm::l1;
  EXPECT_NEAR(dense(opened(fit(options, docs)), docs)[0][0],
              2 * smooth_a / (2 * smooth_a + smooth_b), 1e-15);
  options.norm = Norm::l2;
  EXPECT_NEAR(dense(opened(fit(options, docs)), docs)[0][1],
              smooth_b / std::hypot(2 * smooth_a, smooth_b), 1e-15);
  options.norm = Norm::none;
  options.idf = Idf::plain;
  EXPECT_NEAR(dense(opened(fit(options, docs)), docs)[0][0], 2 * (std::log(3.0) + 1), 1e-15);
  options.binary = true;
  EXPECT_NEAR(dense(opened(fit(options, docs)), docs)[0][0], std::log(3.0) + 1, 1e-15);
  options.idf = Idf::none;
  options.binary = false;
  options.sublinear_tf = true;
  EXPECT_NEAR(dense(opened(fit(options, docs)), docs)[0][0], 1 + std::log(2.0), 1e-15);
  EXPECT_EQ(dense(opened(fit(options, docs)), docs)[2], (std::vector<double>{0, 0, 0}));
}

TEST(Vectoriser, SparkPreset) {
  const auto docs = documents({{"a", "b", "a", "b"}, {"a", "b"}, {"b"}});
  const Vectoriser v = opened(fit(VectoriserOptions::spark(2), docs));
  EXPECT_EQ(terms_of(v), (std::vector<std::string>{"a b", "b a"}));
  const auto rows = dense(v, docs);
  EXPECT_NEAR(rows[0][0], 2 * std::log(4.0 / 3), 1e-15);
  EXPECT_NEAR(rows[0][1], std::log(4.0 / 2), 1e-15);
  EXPECT_EQ(rows[2], (std::vector<double>{0, 0}));

  VectoriserOptions options = VectoriserOptions::spark(2);
  options.min_tf = 0.5;  // of three 2-grams: at least 1.5
  options.idf_min_documents = 2;
  const auto filtered = dense(opened(fit(options, docs)), docs);
  EXPECT_NEAR(filtered[0][0], 2 * std::log(4.0 / 3), 1e-15);
  EXPECT_EQ(filtered[0][1], 0);
  EXPECT_EQ(opened(fit(options, docs)).idf()[1], 0) << "in fewer than idf_min_documents";
}

TEST(Vectoriser, HashingCountsCollisionsTogetherAndLearnsIdfByColumn) {
  const auto docs = documents({{"a", "b", "a"}, {"b"}, {}});
  VectoriserOptions options = VectoriserOptions::spark_hashing(1);
  const Vectoriser v = opened(fit(options, docs, {3}));
  EXPECT_EQ(v.columns(), 1 << 18);
  CsrMatrix rows;
  v.transform(docs.batch(), 2, rows);
  const int32_t a = wf::spark_feature_index("a", 1 << 18),
                b = wf::spark_feature_index("b", 1 << 18);
  ASSERT_EQ(rows.indices,
            a < b ? (std::vector<int32_t>{a, b, b}) : (std::vector<int32_t>{b, a, b}));
  EXPECT_NEAR(rows.values[a < b ? 0 : 1], 2 * std::log(4.0 / 2), 1e-15);
  EXPECT_NEAR(rows.values[2], std::log(4.0 / 3), 1e-15);
  options.hash_features = 1;
  const auto folded = dense(opened(fit(options, docs)), docs);
  EXPECT_NEAR(folded[0][0], 3 * std::log(4.0 / 3), 1e-15);
}

TEST(Vectoriser, MatchesSayWhichTokensMadeEachTerm) {
  const auto docs = documents({{"a", "b", "c"}, {"a", "b"}});
  VectoriserOptions options;
  options.max_n = 2;
  const Vectoriser v = opened(fit(options, docs));
  std::vector<std::string> seen;
  const std::vector<std::string_view> tokens{"x", "a", "b", "c"};
  for (const NgramMatch& match : v.matches(tokens)) {
    std::string text;
    for (uint32_t i = 0; i < match.tokens; ++i) {
      text += (i ? " " : "") + std::string(tokens[match.first_token + i]);
    }
    EXPECT_EQ(v.term(static_cast<size_t>(match.column)), text);
    seen.push_back(text);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b", "c", "a b", "b c"}));
}

TEST(Vectoriser, RefusesWhatItCannotLearnFrom) {
  const auto code = [](const VectoriserOptions& options, const Documents& docs) {
    auto made = VectoriserFit::make(options, {});
    if (!made.ok()) return made.status().code();
    EXPECT_TRUE((*made)->add(docs.batch()).ok());
    return (*made)->finish().status().code();
  };
  EXPECT_EQ(code({}, {}), wf::Code::invalid_data) << "no documents";
  EXPECT_EQ(code({}, documents({{}, {}})), wf::Code::invalid_data) << "no tokens";
  VectoriserOptions options;
  options.min_df = {false, 2};
  EXPECT_EQ(code(options, documents({{"a"}, {"b"}})), wf::Code::invalid_data) << "nothing left";
  options.max_df = {false, 1};
  EXPECT_EQ(code(options, documents({{"a"}, {"a"}})), wf::Code::invalid_data) << "bounds crossed";
  options = {};
  options.min_n = 0;
  EXPECT_EQ(code(options, {}), wf::Code::invalid_config);
  options.min_n = 2;
  EXPECT_EQ(code(options, {}), wf::Code::invalid_config);
  options = {};
  options.min_df = {true, 1.5};
  EXPECT_EQ(code(options, {}), wf::Code::invalid_config);
}

TEST(Vectoriser, BrokenTokenOffsetsAreRefused) {
  Documents docs = documents({{"a", "b"}, {"c"}});
  EXPECT_TRUE(docs.batch().validate().ok());
  docs.string_offsets[1] = 9;
  EXPECT_FALSE(docs.batch().validate().ok());
  docs = documents({{"a", "b"}, {"c"}});
  docs.list_offsets[2] = 7;
  EXPECT_FALSE(docs.batch().validate().ok());
  docs.list_offsets[0] = -1;
  EXPECT_FALSE(docs.batch().validate().ok());
}

TEST(Vectoriser, DamagedStatesAreRefusedOrHarmless) {
  const auto docs = documents({{"a", "b", "c", "b"}, {"a", "b"}, {"c", "a", "b"}});
  VectoriserOptions options;
  options.max_n = 3;
  const auto state = fit(options, docs);
  for (size_t size = 0; size < state.size(); ++size) {
    EXPECT_FALSE(Vectoriser::open(std::span(state).first(size)).ok()) << size;
  }
  std::mt19937 random(3);
  size_t harmless = 0;
  for (size_t round = 0; round < 20000; ++round) {
    auto bytes = state;
    const size_t at = round < state.size() ? round : random() % state.size();
    bytes[at] ^= static_cast<std::byte>(1 + random() % 255);
    EXPECT_FALSE(Vectoriser::open(bytes).ok()) << "a changed byte at " << at;
    reseal_blob(bytes);  // what stands behind the checksum
    if (random() % 2) {
      for (int i = 0; i < 3; ++i)
        bytes[64 + random() % (state.size() - 64)] = std::byte(random() % 256);
      reseal_blob(bytes);
    }
    const auto opened_anyway = Vectoriser::open(bytes);
    if (!opened_anyway.ok()) continue;
    ++harmless;
    CsrMatrix rows;
    opened_anyway->transform(docs.batch(), 1, rows);
    EXPECT_TRUE(check_rows(rows.view(), opened_anyway->columns(), 0).ok());
  }
  EXPECT_GT(harmless, 0U);
}

TEST(Vectoriser, StateNeedNotBeAligned) {
  const auto docs = documents({{"a", "b"}});
  const auto state = fit({}, docs);
  std::vector<std::byte> shifted(state.size() + 1);
  std::copy(state.begin(), state.end(), shifted.begin() + 1);
  const auto v = Vectoriser::open(std::span(shifted).subspan(1));
  ASSERT_TRUE(v.ok());
  EXPECT_EQ(terms_of(*v), (std::vector<std::string>{"a", "b"}));
}

TEST(ColumnSorter, SortsAnyNumberBelowAnyBound) {
  std::mt19937 random(7);
  ColumnSorter sorter;
  for (const uint32_t bound : {1U, 2U, 255U, 256U, 10'000U, 1U << 18, 0x7fffffffU})
    for (const size_t count : {0, 1, 23, 24, 25, 1000}) {
      std::vector<uint32_t> columns(count);
      for (uint32_t& column : columns) column = random() % bound;
      if (count > 0) columns.back() = bound - 1;
      std::vector<uint32_t> expected = columns;
      std::sort(expected.begin(), expected.end());
      sorter.sort(columns, bound);
      ASSERT_EQ(columns, expected) << count << " below " << bound;
    }
}

}  // namespace
}  // namespace weirflow::ml
