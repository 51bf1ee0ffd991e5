// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tfidf_component.h"

#include <cmath>

#include "component_test.h"

namespace weirflow::ml {
namespace {

constexpr const char* kRows = R"(id:int64 tokens:list<utf8>
1 | [a, b, a]
2 | [b, c]
3 | [b])";

/// The sparse rows of `config` over kRows, as batch text.
std::vector<std::string> rows(const Table& config) {
  return fit_and_apply<Tfidf>(config, batch(kRows)).column("features");
}

/// The terms that `config` leaves of kRows, each where it first occurs.
std::vector<std::string> terms(Table config) {
  config.emplace_back("terms", true);
  return fit_and_apply<Tfidf>(config, batch(kRows)).column("terms");
}

using Texts = std::vector<std::string>;

// ln((1 + 3) / (1 + df)) + 1 by hand: a and c are in one row, b in three.
TEST(TfidfComponent, DefaultsAreScikitLearns) {
  const Harness h = fit_and_apply<Tfidf>({}, batch(kRows));
  EXPECT_EQ(wf::testing::to_text(*h.output_schema()), "id:int64 tokens:list<utf8> features:sparse");
  const double rare = std::log(2.0) + 1;
  const auto sparse = h.output()[0].sparse(2);
  ASSERT_EQ(sparse.end(2), 5);
  const double length = std::sqrt(4 * rare * rare + 1);
  EXPECT_NEAR(sparse.values()[0], 2 * rare / length, 1e-15);
  EXPECT_NEAR(sparse.values()[1], 1 / length, 1e-15);
  EXPECT_EQ(h.column("features")[2], "{1:1}");
}

TEST(TfidfComponent, CountsAndNorms) {
  const Table plain{{"idf", "none"}, {"norm", "none"}};
  const auto with = [&](const char* key, Value value) {
    Table t = plain;
    if (std::string_view(key) == "norm") t.pop_back();
    t.emplace_back(key, std::move(value));
    return rows(t);
  };
  EXPECT_EQ(rows(plain), (Texts{"{0:2 1:1}", "{1:1 2:1}", "{1:1}"}));
  EXPECT_EQ(with("binary", true), (Texts{"{0:1 1:1}", "{1:1 2:1}", "{1:1}"}));
  EXPECT_EQ(with("min_tf", 2.0), (Texts{"{0:2}", "{}", "{}"}));
  EXPECT_EQ(with("min_tf", 0.5), (Texts{"{0:2}", "{1:1 2:1}", "{1:1}"}));
  EXPECT_EQ(with("norm", "l1"),
            (Texts{"{0:0.6666666666666666 1:0.3333333333333333}", "{1:0.5 2:0.5}", "{1:1}"}));
  EXPECT_EQ(with("sublinear_tf", true)[0], "{0:1.6931471805599454 1:1}") << "1 + ln 2";
}

TEST(TfidfComponent, KindsOfIdf) {
  const auto of_a = [&](const char* idf) {
    return fit_and_apply<Tfidf>({{"idf", idf}, {"norm", "none"}}, batch(kRows))
        .output()[0]
        .sparse(2)
        .values()[0];
  };
  EXPECT_NEAR(of_a("smooth"), 2 * (std::log(4.0 / 2) + 1), 1e-15);
  EXPECT_NEAR(of_a("plain"), 2 * (std::log(3.0 / 1) + 1), 1e-15);
  EXPECT_NEAR(of_a("spark"), 2 * std::log(4.0 / 2), 1e-15);
  EXPECT_EQ(of_a("none"), 2);
}

TEST(TfidfComponent, WhichTermsAreKept) {
  EXPECT_EQ(terms({}), (Texts{"[a, b]", "[b, c]", "[b]"}));
  EXPECT_EQ(terms({{"min_df", int64_t{2}}}), (Texts{"[b]", "[b]", "[b]"}));
  EXPECT_EQ(terms({{"min_df", 0.5}}), (Texts{"[b]", "[b]", "[b]"}));
  EXPECT_EQ(terms({{"max_df", int64_t{1}}}), (Texts{"[a]", "[c]", "[]"}));
  EXPECT_EQ(terms({{"max_df", 0.9}}), (Texts{"[a]", "[c]", "[]"}));
  EXPECT_EQ(terms({{"max_features", int64_t{2}}}), (Texts{"[a, b]", "[b]", "[b]"}));
  EXPECT_EQ(terms({{"ngrams", int64_t{2}}}), (Texts{"[a b, b a]", "[b c]", "[]"}));
  EXPECT_EQ(terms({{"ngrams", Value::List{int64_t{1}, int64_t{2}}}})[1], "[b, b c, c]");
}

TEST(TfidfComponent, ColumnAndInto) {
  const Harness h =
      fit_and_apply<Tfidf>({{"column", "words"}, {"into", "x"}, {"idf", "none"}, {"norm", "none"}},
                           batch("words:list<utf8>\n[u, v]"));
  EXPECT_EQ(h.text(), "words:list<utf8> x:sparse\n[u, v] | {0:1 1:1}\n");
}

TEST(TfidfComponent, SparkPresetHasSparksNumbers) {
  // ln((3 + 1) / (df + 1)) x count, no norm: b is in every row and weighs nothing.
  const Texts spark = rows({{"preset", "spark"}});
  EXPECT_EQ(spark[0], "{0:1.3862943611198906 1:0}");
  EXPECT_EQ(spark[2], "{1:0}");
  EXPECT_EQ(rows({{"preset", "spark"}, {"min_df", int64_t{2}}}), (Texts{"{0:0}", "{0:0}", "{0:0}"}))
      << "Spark's minDF";
  EXPECT_EQ(rows({{"preset", "spark"}, {"binary", true}})[0], "{0:0.6931471805599453 1:0}");
  // Places of HashingTF among 10: a 7, b 5, c 8.
  EXPECT_EQ(rows({{"preset", "spark"}, {"hash_features", int64_t{10}}})[0],
            "{5:0 7:1.3862943611198906}");
}

TEST(TfidfComponent, SparkPresetKeeps262144Terms) {
  const auto most = [](Table config) {
    config.emplace_back("preset", "spark");
    const std::string state = *fitted<Tfidf>(std::move(config), {batch(kRows)});
    return Vectoriser::open(std::as_bytes(std::span(state)))->options().max_features;
  };
  EXPECT_EQ(most({}), 1U << 18);
  EXPECT_EQ(most({{"max_features", int64_t{7}}}), 7U);
  EXPECT_EQ(most({{"hash_features", int64_t{10}}}), 0U);
}

TEST(TfidfComponent, HashingNeedsNoVocabularyAndKnowsItsSize) {
  const Table config{
      {"hash_features", int64_t{10}}, {"idf", "none"}, {"norm", "none"}, {"terms", true}};
  const std::string state = *fitted<Tfidf>(config, {batch(kRows)});
  const Harness h = applied<Tfidf>(config, state, {batch("tokens:list<utf8>\n[c, a]")});
  EXPECT_EQ(wf::testing::to_text(*h.output_schema()), "tokens:list<utf8> features:sparse")
      << "there are no terms to show";
  EXPECT_EQ(sparse_size(h.output_schema()->field(1)), 10);
  EXPECT_EQ(h.column("features")[0], "{7:1 8:1}");
  Harness unfitted = Harness::of<Tfidf>();
  ASSERT_EQ(said(unfitted.start(config, {batch(kRows).schema()})), "ok");
  EXPECT_EQ(sparse_size(unfitted.output_schema()->field(2)), 10) << "known before the fit";
}

TEST(TfidfComponent, SizeIsKnownOnceThereIsAState) {
  Harness h = Harness::of<Tfidf>();
  ASSERT_EQ(said(h.start({}, {batch(kRows).schema()})), "ok");
  EXPECT_EQ(sparse_size(h.output_schema()->field(2)), -1);
  EXPECT_EQ(sparse_size(fit_and_apply<Tfidf>({}, batch(kRows)).output_schema()->field(2)), 3);
}

TEST(TfidfComponent, NullsAreNothing) {
  const wf::Batch with = batch("tokens:list<utf8>\n[a, null, b]\nnull\n[null]\n[b]");
  const wf::Batch without = batch("tokens:list<utf8>\n[a, b]\n[]\n[]\n[b]");
  const Table config{{"ngrams", Value::List{int64_t{1}, int64_t{2}}}, {"terms", true}};
  EXPECT_EQ(*fitted<Tfidf>(config, {with}), *fitted<Tfidf>(config, {without}));
  const Harness h = fit_and_apply<Tfidf>(config, with);
  EXPECT_EQ(h.column("features"), fit_and_apply<Tfidf>(config, without).column("features"));
  EXPECT_EQ(h.column("terms"), (Texts{"[a, a b, b]", "[]", "[]", "[b]"}));
  EXPECT_EQ(h.column("tokens")[1], "null") << "the column itself stays as it was";
}

// Arrow allows a null row to have items behind it; they are not there either.
TEST(TfidfComponent, WhatLiesBehindANullIsNotRead) {
  const wf::Batch plain = batch("tokens:list<utf8>\n[a, b]\n[hidden]\n[b]");
  auto column = std::make_shared<wf::Array>(*plain.column(0));
  wf::ValidityBuilder validity;
  validity.append_valid();
  validity.append_null();
  validity.append_valid();
  validity.finish(*column);
  const wf::Batch hidden(std::make_shared<const wf::Schema>(plain.schema()), 3, {column});
  EXPECT_EQ(*fitted<Tfidf>({}, {hidden}),
            *fitted<Tfidf>({}, {batch("tokens:list<utf8>\n[a, b]\nnull\n[b]")}));
}

TEST(TfidfComponent, UnknownWordsAndEmptyBatchesGiveEmptyRows) {
  const std::string state = *fitted<Tfidf>({}, {batch(kRows)});
  const Harness h = applied<Tfidf>({}, state, {batch("tokens:list<utf8>\n[x, y]\n[]\n[b]")});
  EXPECT_EQ(h.column("features"), (Texts{"{}", "{}", "{1:1}"}));
  EXPECT_EQ(applied<Tfidf>({}, state, {batch("tokens:list<utf8>")}).text(),
            "tokens:list<utf8> features:sparse\n");
}

TEST(TfidfComponent, StateDependsOnTheRowsAlone) {
  std::string text = "tokens:list<utf8>\n";
  for (int i = 0; i < 300; ++i)
    text += "[w" + std::to_string(i % 17) + ", w" + std::to_string(i % 5) + ", x]\n";
  const wf::Batch all = batch(text);
  const Table config{{"ngrams", Value::List{int64_t{1}, int64_t{3}}}, {"min_df", int64_t{2}}};
  const std::string state = *fitted<Tfidf>(config, {all}, 1);
  EXPECT_EQ(*fitted<Tfidf>(config, cut(all, 7), 2), state);
  EXPECT_EQ(*fitted<Tfidf>(config, cut(all, 100), 4), state);
  EXPECT_NE(*fitted<Tfidf>(config, {all.slice(1, 299)}, 1), state);
  EXPECT_EQ(applied<Tfidf>(config, state, cut(all, 9)).text(),
            applied<Tfidf>(config, state, {all}).text());
}

TEST(TfidfComponent, FitRefuses) {
  const auto fit = [](Table config, std::string_view text) {
    return said(fitted<Tfidf>(std::move(config), {batch(text)}).status());
  };
  EXPECT_EQ(fit({}, "tokens:list<utf8>"), "there is no document to learn terms from");
  EXPECT_EQ(fit({}, "tokens:list<utf8>\n[]\nnull"),
            "no term is left: the documents hold no n-gram within min_df and max_df");
  Harness h = Harness::of<Tfidf>();
  ASSERT_EQ(said(h.start({}, {batch(kRows).schema()})), "ok");
  h.cancel();
  EXPECT_EQ(h.fit({batch(kRows)}).status().code(), wf::Code::cancelled);
}

TEST(TfidfComponent, BindRefuses) {
  EXPECT_EQ(bound<Tfidf>({}, "id:int64 token:list<utf8>"),
            "column: there is no column 'tokens'; the input has id, token (did you mean 'token'?)");
  EXPECT_EQ(bound<Tfidf>({{"column", "body"}}, "body:utf8"),
            "column: column 'body' is utf8, but must be list<utf8>");
  EXPECT_EQ(bound<Tfidf>({}, "tokens:list<int32>"),
            "column: column 'tokens' is list<int32>, but must be list<utf8>");
  EXPECT_EQ(bound<Tfidf>({}, "tokens:list<utf8> features:int64"),
            "into: column 'features' exists already");
  EXPECT_EQ(bound<Tfidf>({{"into", ""}}, "tokens:list<utf8>"), "into: a column needs a name");
  EXPECT_EQ(bound<Tfidf>({{"terms", true}}, "tokens:list<utf8> terms:utf8"),
            "terms: column 'terms' exists already");
  EXPECT_EQ(bound<Tfidf>({{"nrgams", int64_t{1}}}, "tokens:list<utf8>"),
            "nrgams: the component has no key 'nrgams'");
}

TEST(TfidfComponent, ConfigurationRefuses) {
  const auto refusal = [](const char* key, Value value, const char* preset = "") {
    return bound<Tfidf>({{key, std::move(value)}, {"preset", preset}}, "tokens:list<utf8>");
  };
  const std::string lengths =
      "ngrams: 'ngrams' is one length, or the shortest and the longest, from 1 to 64: 2 or [1, 3]";
  EXPECT_EQ(refusal("ngrams", int64_t{0}), lengths);
  EXPECT_EQ(refusal("ngrams", Value::List{int64_t{3}, int64_t{1}}), lengths);
  EXPECT_EQ(refusal("ngrams", int64_t{65}), lengths);
  for (const char* key : {"min_df", "max_df"}) {
    const std::string wanted =
        std::string(key) + ": '" + key + "' is a count from 1 up, or a share from 0.0 to 1.0";
    EXPECT_EQ(refusal(key, int64_t{0}), wanted);
    EXPECT_EQ(refusal(key, 1.5), wanted);
    EXPECT_EQ(refusal(key, "3"), wanted);
  }
  EXPECT_EQ(bound<Tfidf>({{"idf", "plain"}, {"hash_features", int64_t{8}}}, "tokens:list<utf8>"),
            "idf: with hash_features there are columns without documents, so idf cannot be plain");
  EXPECT_EQ(refusal("ngrams", Value::List{int64_t{1}, int64_t{2}}, "spark"),
            "ngrams: preset \"spark\" has n-grams of one length");
  EXPECT_EQ(refusal("sublinear_tf", true, "spark"),
            "sublinear_tf: preset \"spark\" has raw counts");
  EXPECT_EQ(refusal("idf", "plain", "spark"), "idf: preset \"spark\" has the idf of Spark");
  EXPECT_EQ(refusal("norm", "l1", "spark"), "norm: preset \"spark\" has no norm");
}

TEST(TfidfComponent, LoadRefusesWhatIsNoStateOfIt) {
  const std::string state = *fitted<Tfidf>({}, {batch(kRows)});
  EXPECT_EQ(loaded<Tfidf>({}, state), "ok");
  EXPECT_EQ(loaded<Tfidf>({}, ""), "state: shorter than its header");
  EXPECT_EQ(loaded<Tfidf>({}, of_later_version(state)),
            "state: format version 2, this plugin reads 1");
  EXPECT_EQ(loaded<Tfidf>({}, state.substr(0, state.size() - 1)),
            "state: truncated or with bytes added");
  std::string changed = state;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_EQ(loaded<Tfidf>({}, changed), "state: the checksum does not match, bytes were changed");
  Harness h = Harness::of<Tfidf>();
  ASSERT_EQ(said(h.start({}, {batch(kRows).schema()})), "ok");
  EXPECT_EQ(said(h.push(batch(kRows))), "ml.tfidf is applied without a state");
}

}  // namespace
}  // namespace weirflow::ml
