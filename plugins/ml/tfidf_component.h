// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// ml.tfidf: from tokens to sparse TF-IDF rows. Formulas: vectoriser.h.

#include <optional>

#include "columns.h"
#include "vectoriser.h"

namespace weirflow::ml {

struct TfidfConfig {
  std::string column = "tokens";
  std::string into = "features";
  std::string preset;
  std::vector<int64_t> ngrams{1};
  wf::Value min_df{int64_t{1}};
  wf::Value max_df{1.0};
  std::optional<int64_t> max_features;
  bool sublinear_tf = false;
  bool binary = false;
  std::string idf = "smooth";
  std::string norm = "l2";
  double min_tf = 0;
  int64_t hash_features = 0;
  bool terms = false;
};

class Tfidf final : public wf::Estimator<TfidfConfig> {
 public:
  static constexpr auto kInfo =
      wf::component("ml.tfidf")
          .version("1.0.0")
          .concurrent()
          .summary("Weighs the n-grams of tokenised text by how rare they are (TF-IDF)")
          .docs(
              "Semantics of scikit-learn's TfidfVectorizer; preset \"spark\" has those of Spark's "
              "NGram, CountVectorizer and IDF.");
  static constexpr auto kConfig = wf::fields(
      wf::field("column", &TfidfConfig::column)
          .column()
          .help("Column of tokens, list<utf8>")
          .example("\"tokens\""),
      wf::field("into", &TfidfConfig::into)
          .help("Column that gets the sparse row")
          .example("\"features\""),
      wf::field("preset", &TfidfConfig::preset)
          .one_of("", "spark")
          .help(
              "\"spark\": n-grams of one length, raw counts, idf \"spark\", no norm, at most 2^18 "
              "terms where max_features says nothing")
          .example("\"spark\""),
      wf::field("ngrams", &TfidfConfig::ngrams)
          .range(1, 2)
          .help("Length of n-grams, or shortest and longest")
          .example("[1, 3]"),
      wf::field("min_df", &TfidfConfig::min_df)
          .help("Terms in fewer documents are dropped: a count, or as a float a share of all")
          .example("3"),
      wf::field("max_df", &TfidfConfig::max_df)
          .help("Terms in more documents are dropped: a count, or as a float a share of all")
          .example("0.9"),
      wf::field("max_features", &TfidfConfig::max_features)
          .at_least(1)
          .help("Keep only the most frequent terms; among equals the alphabetical first")
          .example("10000"),
      wf::field("sublinear_tf", &TfidfConfig::sublinear_tf)
          .help("1 + ln(count) instead of the count")
          .example("true"),
      wf::field("binary", &TfidfConfig::binary).help("Every count is 1").example("true"),
      wf::field("idf", &TfidfConfig::idf)
          .one_of("none", "smooth", "plain", "spark")
          .help("Weight of rarity: smooth = ln((1+N)/(1+df))+1, plain = ln(N/df)+1, spark = "
                "ln((N+1)/(df+1))")
          .example("\"smooth\""),
      wf::field("norm", &TfidfConfig::norm)
          .one_of("none", "l1", "l2")
          .help("What each row is divided by")
          .example("\"l2\""),
      wf::field("min_tf", &TfidfConfig::min_tf)
          .range(0, 1e9)
          .help("Drop terms with a smaller count in the document; below 1 a share of its n-grams")
          .example("2"),
      wf::field("hash_features", &TfidfConfig::hash_features)
          .range(0, 1 << 30)
          .help("Hash n-grams into so many columns instead of keeping a vocabulary (Spark's "
                "rules); 0 = vocabulary")
          .example("262144"),
      wf::field("terms", &TfidfConfig::terms)
          .help("Also put the text of each n-gram beside its value (column `terms`), for "
                "explanations")
          .example("true"));
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("column", "list<utf8>", "tokens of a document"),
                wf::output("out"));

 protected:
  wf::Status bind(const wf::Schema& in, wf::SchemaBuilder& out) override;
  wf::Status fit(const wf::Spool& in, std::string& state) override;
  wf::Status load(std::span<const std::byte> state) override;
  wf::Status process(const wf::Batch& in, wf::Emitter& out) override;

 private:
  [[nodiscard]] wf::Result<VectoriserOptions> options() const;
  wf::Status apply_spark(VectoriserOptions& o) const;
  int column_ = -1;
  std::optional<Vectoriser> vectoriser_;
  CsrMatrix rows_;
};

}  // namespace weirflow::ml
