// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "explain_component.h"

#include "component_test.h"

namespace weirflow::ml {
namespace {

const std::string kHeader =
    "contributions:list<struct<ngram:utf8,contribution:float64,offsets:list<int32>>>\n";

/// The column evidence of these rows.
std::vector<std::string> evidence(Table config, const std::string& rows) {
  Harness h = Harness::of<Explain>();
  EXPECT_EQ(said(h.run(std::move(config), cut(batch(kHeader + rows), 2))), "ok");
  EXPECT_EQ(said(h.conservation()), "ok");
  EXPECT_EQ(h.unreleased(), 0);
  return h.column("evidence");
}

using Texts = std::vector<std::string>;

TEST(ExplainComponent, StrongestFirstWithItsFirstPlace) {
  EXPECT_EQ(evidence({}, "[{you, 0.4, [3, 6, 9, 12]}, {shut up, 0.5, [20, 27]}, {of, -0.6, null}]"),
            Texts{"\"-0.60 of, +0.50 shut up [20:27], +0.40 you [3:6]\""});
}

TEST(ExplainComponent, PlacesMayBeUnknownOrNone) {
  EXPECT_EQ(evidence({}, "[{a, 1, null}]\n[{a, 1, []}]\n[{a, 1, [4]}]"),
            (Texts{"+1.00 a", "+1.00 a", "+1.00 a"}));
}

TEST(ExplainComponent, MostCutsAfterSorting) {
  const std::string rows = "[{a, 0.1, null}, {b, -0.3, null}, {c, 0.2, null}]";
  EXPECT_EQ(evidence({{"most", int64_t{2}}}, rows), Texts{"\"-0.30 b, +0.20 c\""});
  EXPECT_EQ(evidence({{"most", int64_t{1}}}, rows), Texts{"-0.30 b"});
}

TEST(ExplainComponent, EqualOnesKeepTheirOrder) {
  EXPECT_EQ(evidence({}, "[{b, 0.1, null}, {a, -0.1, null}]"), Texts{"\"+0.10 b, -0.10 a\""});
}

TEST(ExplainComponent, NullAndNothing) {
  EXPECT_EQ(evidence({}, "null\n[]\n[{a, nan, null}]"), (Texts{"null", "\"\"", "+nan a"}));
}

TEST(ExplainComponent, ColumnAndInto) {
  Harness h = Harness::of<Explain>();
  const wf::Batch in = batch(
      "why:list<struct<ngram:utf8,contribution:float64,offsets:list<int32>>>\n[{a, 2, null}]");
  ASSERT_EQ(said(h.run({{"contributions", "why"}, {"into", "text"}}, {in})), "ok");
  EXPECT_EQ(h.column("text"), Texts{"+2.00 a"});
  EXPECT_EQ(h.output_schema()->size(), 2);
}

TEST(ExplainComponent, BindRefuses) {
  EXPECT_EQ(bound<Explain>({}, "contribution:utf8"),
            "contributions: there is no column 'contributions'; the input has contribution (did "
            "you mean 'contribution'?)");
  EXPECT_EQ(bound<Explain>({}, "contributions:list<utf8>"),
            "contributions: column 'contributions' is list<utf8>, but must be " +
                std::string(kContributionsType));
  EXPECT_EQ(bound<Explain>({{"into", "contributions"}}, kHeader.substr(0, kHeader.size() - 1)),
            "into: column 'contributions' exists already");
}

}  // namespace
}  // namespace weirflow::ml
