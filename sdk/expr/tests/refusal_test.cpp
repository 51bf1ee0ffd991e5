// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "rows.h"

namespace wf::test {
namespace {

struct Refusal {
  std::string text;
  std::string marks;  ///< ^ under the offending bytes
  std::string message;
  std::string hint;
};

/// The text with its caret line as a person would see them.
std::string caret_line(const Status::Place& place) {
  return std::string(place.offset, ' ') + std::string(place.length, '^');
}

void check(std::initializer_list<Refusal> refusals) {
  const Batch batch = sample();
  for (const Refusal& r : refusals) {
    const auto e = Expression::compile(r.text, batch.schema());
    ASSERT_FALSE(e.ok()) << r.text;
    EXPECT_EQ(e.error().code(), Code::invalid_config) << r.text;
    EXPECT_EQ(e.error().message(), r.message) << r.text;
    ASSERT_NE(e.error().place(), nullptr) << r.text;
    // Something missing at the end has its place there, without a length.
    const bool at_end = r.marks.empty() && e.error().message() != "the expression is empty";
    EXPECT_EQ(caret_line(*e.error().place()), at_end ? std::string(r.text.size(), ' ') : r.marks)
        << r.text << "\n"
        << e.error().message();
    EXPECT_EQ(e.error().place()->hint, r.hint) << r.text;
    EXPECT_TRUE(e.error().place()->key.empty());
  }
}

const char* const kColumns =
    "n, small, x, narrow, s, raw, b, t, row, words, pairs, point, odd name, a.b, nothing";

TEST(ExpressionRefusal, Syntax) {
  const std::string value = "a value is missing: a column, a number, a 'text' or a function";
  check({{"", "", "the expression is empty", ""},
         {"  \n ", "", "the expression is empty", ""},
         {"n +", "", "a value is missing after the operator", ""},
         {"n + * 2", "    ^", "a value is missing after the operator", ""},
         {"(n + 1", "", "')' is missing", ""},
         {"n + 1)", "     ^", "this was not expected here", ""},
         {"n n", "  ^", "this was not expected here", ""},
         {"()", " ^", value, ""},
         {"lower(s", "", "')' or ',' is missing in the arguments", ""},
         {"lower(s,)", "        ^", value, ""},
         {"lower(s s)", "        ^", "')' or ',' is missing in the arguments", ""},
         {"'abc", "", "the text is not closed: ' is missing", ""},
         {"\"abc", "", "the quoted name is not closed: \" is missing", ""},
         {"12ab", "  ^", "a number ends with a letter or a second dot", ""},
         {"1.2.3", "   ^", "a number ends with a letter or a second dot", ""},
         {"n and", "", "a condition is missing after AND", ""},
         {"n or or b", "     ^", "a condition is missing after OR", ""},
         {"not", "", "a condition is missing after NOT", ""},
         {"n is 3", "     ^", "IS is followed by [NOT] NULL, TRUE, FALSE or DISTINCT FROM", ""},
         {"n in 3", "     ^", "IN takes a list in parentheses", ""},
         {"n in (1, 2", "", "')' or ',' is missing in the list of IN", ""},
         {"n in ()", "      ^", value, ""},
         {"n between 1", "", "AND is missing: x BETWEEN low AND high", ""},
         {"case n end", "       ^", "WHEN is missing after CASE", ""},
         {"case when b then 1", "", "END is missing: CASE WHEN ... THEN ... [ELSE ...] END", ""},
         {"case when b 1 end", "            ^", "THEN is missing", ""},
         {"cast(n int64)", "       ^", "AS and a type are missing, as in CAST(x AS int64)", ""},
         {"s like 'a' escape 'ab'", "                  ^^^^",
          "ESCAPE takes one character other than % and _", ""},
         {"n && b", "  ^", "this was not expected here", ""},
         {"words[0", "", "']' is missing", ""},
         {"point.", "", "the name of a member is missing after the dot", ""},
         {"1e999", "^^^^^", "this number is too large for a float64", ""},
         {"9223372036854775808", "^^^^^^^^^^^^^^^^^^^", "this number is out of the range of int64",
          "write it as a float: 1e19"}});
}

TEST(ExpressionRefusal, Names) {
  check(
      {{"scor > 1", "^^^^", std::string("there is no column 'scor'; the input has ") + kColumns,
        ""},
       {"1 + smal", "    ^^^^", std::string("there is no column 'smal'; the input has ") + kColumns,
        "did you mean 'small'?"},
       {"1 + lowr(s)", "    ^^^^", "there is no function 'lowr'", "did you mean 'lower'?"},
       {"point.latt", "      ^^^^", "there is no member 'latt' in struct<lat: float64, lon: int64>",
        "did you mean 'lat'?"},
       {"n.member", "  ^^^^^^", "'member' is not there: int64 has no members", ""},
       {"1 + lower(s, s)", "    ^^^^^^^^^^^", "lower() takes 1 argument, not 2", ""},
       {"substr(s)", "^^^^^^^^^", "substr() takes 2 to 3 arguments, not 1", ""},
       {"coalesce()", "^^^^^^^^^^", "coalesce() takes at least 1 argument, not 0", ""},
       {"cast(n as int46)", "          ^^^^^", "'int46' is no type; did you mean 'int64'?", ""}});
}

TEST(ExpressionRefusal, Types) {
  check(
      {{"s + 1", "  ^", "'+' takes numbers, not utf8 and int64",
        "convert it: CAST(... AS float64)"},
       {"s + s", "  ^", "'+' takes numbers, not utf8 and utf8", "join texts with ||"},
       {"n = 'a'", "  ^", "'=' does not go with int64 and utf8",
        "convert one side: CAST(... AS int64)"},
       {"t > 'yesterday'", "    ^^^^^^^^^^^", "'yesterday' is no timestamp",
        "write it as '2026-01-31T10:20:30Z'"},
       {"b and n", "      ^", "AND takes conditions (bool); this is int64", "compare it: ... <> 0"},
       {"not s", "    ^", "NOT takes conditions (bool); this is utf8", ""},
       {"n || s", "^", "|| joins texts (utf8); this is int64", "convert it: CAST(... AS utf8)"},
       {"lower(n + 1)", "      ^^^^^", "lower() takes utf8 as argument 1; this is int64",
        "convert it: CAST(... AS utf8)"},
       {"words = words", "^^^^^", "list<utf8> cannot be compared", ""},
       {"case when n then 1 end", "          ^", "WHEN takes a condition (bool); this is int64",
        ""},
       {"case when b then 1 else 'a' end", "                        ^^^",
        "CASE does not go with int64 and utf8", "convert one side: CAST(... AS int64)"},
       {"n in (1, 'a')", "         ^^^", "IN does not go with int64 and utf8",
        "convert one side: CAST(... AS int64)"},
       {"s[0]", "^", "[ ] takes an item of a list; this is utf8", "for a part of a text: substr()"},
       {"words['a']", "      ^^^", "the position in a list is an integer, not utf8", ""},
       {"list_length(s)", "            ^", "list_length() takes a list; this is utf8",
        "for a text: length()"},
       {"cast(t as bool)", "^^^^^^^^^^^^^^^", "there is no conversion from timestamp to bool", ""},
       {"t + t", "  ^", "'+' does not go with timestamp and timestamp",
        "a timestamp minus a timestamp, or plus or minus an integer of microseconds"},
       {"regexp_matches(s, '(')", "                  ^^^", "not a regular expression: missing ): (",
        ""},
       {"regexp_matches(s, s)", "                  ^",
        "regexp_matches() takes its pattern as a text in quotes", ""},
       {"s like 'a!' escape '!'", "       ^^^^",
        "the pattern of LIKE ends with its escape character", ""}});
}

TEST(ExpressionRefusal, Limits) {
  const Batch batch = sample();
  const auto message = [&](const std::string& text) {
    const auto e = Expression::compile(text, batch.schema());
    return e.ok() ? "accepted" : e.error().message();
  };
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '(') + "n" +
           std::string(static_cast<size_t>(depth), ')');
  };
  EXPECT_EQ(message(nested(199)), "accepted");
  EXPECT_EQ(message(nested(200)), "the expression is nested more than 200 deep");
  EXPECT_EQ(message(std::string(100'000, '(')), "the expression is nested more than 200 deep");
  EXPECT_EQ(message(std::string(100'000, '-') + "1"),
            "the expression is nested more than 200 deep");
  std::string chain = "n", nots, sums = "1";
  for (int i = 0; i < 1000; ++i) chain += " - n";
  EXPECT_EQ(message(chain), "accepted");
  for (int i = 0; i < 50'000; ++i) sums += "+1";
  EXPECT_EQ(message(sums), "more than 1000 operators in one chain");
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_EQ(message(nots + "b"), "the expression is nested more than 200 deep");
  EXPECT_EQ(message(std::string(Expression::kMaxBytes + 1, ' ')),
            "the expression is longer than 1048576 bytes");
  EXPECT_EQ(message("s = '" + std::string(1'000'000, 'x') + "'"), "accepted");
}

TEST(ExpressionRefusal, ABatchOfOtherColumns) {
  const Batch batch = sample();
  const auto e = Expression::compile("x + 1", batch.schema());
  ASSERT_TRUE(e.ok());
  Int64Builder ints;
  ints.append(1);
  const Batch other(std::make_shared<const Schema>(Schema{{"n", Type::int64, true, {}}}), 1,
                    {ints.finish()});
  const auto values = e->evaluate(other);
  ASSERT_FALSE(values.ok());
  EXPECT_EQ(values.error().code(), Code::invalid_data);
}

}  // namespace
}  // namespace wf::test
