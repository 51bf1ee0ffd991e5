// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The grammar of expressions, as PEGTL rules, and what is said where one fails. Included by
/// grammar.cpp alone.

#include <string>
#include <tao/pegtl.hpp>

#include "ast.h"
#include "weirflow/expr.hpp"

namespace wf::expr {
namespace {

namespace p = tao::pegtl;

/// Open constructs: each remembers where it began and how many operands were there before.
struct Frame {
  size_t operands = 0;
  uint32_t offset = 0;
  Span token;
  std::string text;
  bool flag = false;
};

/// What the actions build: a stack of finished operands, and one of open constructs.
struct Builder {
  std::string_view text;
  std::vector<AstPtr> operands;
  std::vector<Frame> frames;
  int nesting = 0;
};

/// Thrown by actions, caught in parse(); never leaves this file.
struct Refused {
  Span span;
  std::string message;
  std::string hint;
};

// ---------------------------------------------------------------------------------------- rules

struct skip : p::star<p::space> {};
struct word_tail : p::sor<p::alnum, p::one<'_'>> {};
template <typename Text>
struct word : p::seq<Text, p::not_at<word_tail>, skip> {};
template <char C>
struct sign : p::seq<p::one<C>, skip> {};

#define WF_WORD(name, text) \
  struct name : word<TAO_PEGTL_ISTRING(text)> {}
WF_WORD(kw_and, "and");
WF_WORD(kw_or, "or");
WF_WORD(kw_not, "not");
WF_WORD(kw_is, "is");
WF_WORD(kw_in, "in");
WF_WORD(kw_like, "like");
WF_WORD(kw_ilike, "ilike");
WF_WORD(kw_escape, "escape");
WF_WORD(kw_between, "between");
WF_WORD(kw_between_and, "and");
WF_WORD(kw_case, "case");
WF_WORD(kw_when, "when");
WF_WORD(kw_then, "then");
WF_WORD(kw_else, "else");
WF_WORD(kw_end, "end");
WF_WORD(kw_null, "null");
WF_WORD(kw_true, "true");
WF_WORD(kw_false, "false");
WF_WORD(kw_distinct, "distinct");
WF_WORD(kw_from, "from");
WF_WORD(kw_cast, "cast");
WF_WORD(kw_try_cast, "try_cast");
WF_WORD(kw_try, "try");
WF_WORD(kw_as, "as");
WF_WORD(kw_timestamp, "timestamp");
#undef WF_WORD

struct reserved
    : p::seq<
          p::sor<TAO_PEGTL_ISTRING("and"), TAO_PEGTL_ISTRING("or"), TAO_PEGTL_ISTRING("not"),
                 TAO_PEGTL_ISTRING("is"), TAO_PEGTL_ISTRING("in"), TAO_PEGTL_ISTRING("like"),
                 TAO_PEGTL_ISTRING("ilike"), TAO_PEGTL_ISTRING("escape"),
                 TAO_PEGTL_ISTRING("between"), TAO_PEGTL_ISTRING("case"), TAO_PEGTL_ISTRING("when"),
                 TAO_PEGTL_ISTRING("then"), TAO_PEGTL_ISTRING("else"), TAO_PEGTL_ISTRING("end"),
                 TAO_PEGTL_ISTRING("null"), TAO_PEGTL_ISTRING("true"), TAO_PEGTL_ISTRING("false"),
                 TAO_PEGTL_ISTRING("distinct"), TAO_PEGTL_ISTRING("from"), TAO_PEGTL_ISTRING("as")>,
          p::not_at<word_tail>> {};

/// Counts nesting around a rule, so that a hostile text cannot exhaust the stack.
template <typename Rule>
struct nested {
  using rule_t = nested;
  using subs_t = p::type_list<Rule>;
  template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control, typename Input>
  static bool match(Input& in, Builder& b) {
    if (++b.nesting > Expression::kMaxNesting)
      throw Refused{
          {static_cast<uint32_t>(in.byte()), 1},
          "the expression is nested more than " + std::to_string(Expression::kMaxNesting) + " deep",
          {}};
    const bool matched = p::match<Rule, A, M, Action, Control>(in, b);
    --b.nesting;
    return matched;
  }
};

struct or_expression;
struct expression : nested<or_expression> {};
struct operand_expected : expression {};

// Literals and names.
struct exponent : p::seq<p::one<'e', 'E'>, p::opt<p::one<'+', '-'>>, p::plus<p::digit>> {};
struct float_text
    : p::seq<p::sor<p::seq<p::plus<p::digit>, p::one<'.'>, p::star<p::digit>, p::opt<exponent>>,
                    p::seq<p::one<'.'>, p::plus<p::digit>, p::opt<exponent>>,
                    p::seq<p::plus<p::digit>, exponent>>> {};
struct integer_text : p::plus<p::digit> {};
struct number_end : p::not_at<p::sor<word_tail, p::one<'.'>>> {};
struct number : p::seq<p::sor<float_text, integer_text>, p::must<number_end>, skip> {};
struct string_end : p::one<'\''> {};
struct string_text
    : p::seq<p::one<'\''>, p::star<p::sor<p::two<'\''>, p::not_one<'\''>>>, p::must<string_end>> {};
struct string_literal : p::seq<string_text, skip> {};
struct timestamp_text : string_text {};
struct timestamp_literal : p::seq<kw_timestamp, p::at<p::one<'\''>>, timestamp_text, skip> {};
struct quoted_end : p::one<'"'> {};
struct quoted_text
    : p::seq<p::one<'"'>, p::star<p::sor<p::two<'"'>, p::not_one<'"'>>>, p::must<quoted_end>> {};
struct bare_text : p::seq<p::not_at<reserved>, p::sor<p::alpha, p::one<'_'>>, p::star<word_tail>> {
};
struct quoted_name : p::seq<quoted_text, skip> {};
struct bare_name : p::seq<bare_text, skip> {};
struct null_literal : kw_null {};
struct true_literal : kw_true {};
struct false_literal : kw_false {};

// Constructs in brackets. `*_open` pushes a frame, `*_close` makes the operand.
struct comma : sign<','> {};
struct bracket_end : sign<')'> {};
struct index_end : sign<']'> {};
struct call_open : p::one<'('> {};
struct call_close : p::one<')'> {};
struct call_arguments
    : p::sor<p::at<p::one<')'>>,
             p::seq<operand_expected, p::star<p::if_must<comma, operand_expected>>>> {};
struct call_tail : p::if_must<call_open, skip, call_arguments, call_close, skip> {};
struct named : p::seq<bare_name, p::opt<call_tail>> {};

struct type_text
    : p::seq<p::plus<word_tail>,
             p::opt<p::one<'<'>, p::star<p::sor<word_tail, p::one<'<', '>', ',', ':', ' '>>>>> {};
struct type_name : p::seq<type_text, skip> {};
struct cast_open : p::seq<p::sor<kw_try_cast, kw_cast>, p::at<p::one<'('>>> {};
struct cast_close : p::one<')'> {};
struct cast
    : p::if_must<cast_open, sign<'('>, operand_expected, kw_as, type_name, cast_close, skip> {};
struct try_open : p::seq<kw_try, p::at<p::one<'('>>> {};
struct try_close : p::one<')'> {};
struct try_call : p::if_must<try_open, sign<'('>, operand_expected, try_close, skip> {};

struct case_open : kw_case {};
struct case_subject : p::seq<p::not_at<kw_when>, operand_expected> {};
struct case_else : p::if_must<kw_else, operand_expected> {};
struct case_end : p::seq<TAO_PEGTL_ISTRING("end"), p::not_at<word_tail>> {};
struct case_when : p::if_must<kw_when, operand_expected, kw_then, operand_expected> {};
struct first_when : case_when {};
struct case_expression : p::if_must<case_open, p::opt<case_subject>, first_when, p::star<case_when>,
                                    p::opt<case_else>, case_end, skip> {};

struct paren_open : p::one<'('> {};
struct paren_close : p::one<')'> {};
struct parenthesis : p::if_must<paren_open, skip, operand_expected, paren_close, skip> {};

struct primary
    : p::sor<number, string_literal, parenthesis, case_expression, cast, try_call, null_literal,
             true_literal, false_literal, timestamp_literal, quoted_name, named> {};

struct index_open : p::one<'['> {};
struct index_close : p::one<']'> {};
struct index_tail : p::if_must<index_open, skip, operand_expected, index_close, skip> {};
struct dot : sign<'.'> {};
struct member_bare : p::seq<p::sor<p::alpha, p::one<'_'>>, p::star<word_tail>> {};
struct member_quoted : quoted_text {};
struct member_name : p::seq<p::sor<member_quoted, member_bare>, skip> {};
struct member_tail : p::if_must<dot, member_name> {};
struct postfix : p::seq<primary, p::star<p::sor<index_tail, member_tail>>> {};

// Operators, tightest first. An `*_operator` pushes a frame that its `*_operation` closes.
struct unary;
struct minus_sign : p::one<'-'> {};
struct negation : p::seq<minus_sign, skip, p::must<nested<unary>>> {};
struct plus_sign : p::if_must<sign<'+'>, nested<unary>> {};
struct unary : p::sor<negation, plus_sign, postfix> {};

struct product_sign : p::one<'*', '/', '%'> {};
struct product_operation : p::if_must<product_sign, skip, unary> {};
struct product : p::seq<unary, p::star<product_operation>> {};
struct sum_sign : p::one<'+', '-'> {};
struct sum_operation : p::if_must<sum_sign, skip, product> {};
struct sum : p::seq<product, p::star<sum_operation>> {};
struct concat_sign : p::two<'|'> {};
struct concat_more : p::if_must<concat_sign, skip, sum> {};
struct concat_rest : p::plus<concat_more> {};
struct concat_open : p::at<concat_sign> {};
struct concat : p::seq<sum, p::opt<concat_open, concat_rest>> {};

struct compare_sign : p::sor<p::string<'=', '='>, p::string<'!', '='>, p::string<'<', '>'>,
                             p::string<'<', '='>, p::string<'>', '='>, p::one<'=', '<', '>'>> {};
struct compare_operation : p::if_must<compare_sign, skip, concat> {};

struct suffix_not : kw_not {};
struct is_null_word : kw_null {};
struct is_true_word : kw_true {};
struct is_false_word : kw_false {};
struct is_distinct_word : p::if_must<kw_distinct, kw_from, concat> {};
struct is_open : kw_is {};
struct is_what : p::sor<is_null_word, is_true_word, is_false_word, is_distinct_word> {};
struct is_operation : p::if_must<is_open, p::opt<suffix_not>, is_what> {};

struct in_list_open : p::one<'('> {};
struct in_list_close : p::one<')'> {};
struct in_tail : p::if_must<kw_in, in_list_open, skip, operand_expected,
                            p::star<p::if_must<comma, operand_expected>>, in_list_close> {};
struct between_tail : p::if_must<kw_between, concat, kw_between_and, concat> {};
struct escape_text : string_text {};
struct escape_tail : p::if_must<kw_escape, escape_text, skip> {};
struct ilike_word : kw_ilike {};
struct like_word : kw_like {};
struct like_tail : p::if_must<p::sor<like_word, ilike_word>, concat, p::opt<escape_tail>> {};
struct member_test_open
    : p::seq<p::at<p::opt<kw_not>, p::sor<kw_in, kw_between, kw_like, kw_ilike>>> {};
struct member_test
    : p::seq<member_test_open, p::opt<suffix_not>, p::sor<in_tail, between_tail, like_tail>, skip> {
};
struct predicate : p::seq<concat, p::star<p::sor<compare_operation, is_operation, member_test>>> {};

struct not_expression;
struct not_open : kw_not {};
struct negated_predicate : p::if_must<not_open, nested<not_expression>> {};
struct not_expression : p::sor<negated_predicate, predicate> {};

struct and_open : p::at<kw_and> {};
struct and_rest : p::plus<p::if_must<kw_and, not_expression>> {};
struct and_expression : p::seq<not_expression, p::opt<and_open, and_rest>> {};
struct or_open : p::at<kw_or> {};
struct or_rest : p::plus<p::if_must<kw_or, and_expression>> {};
struct or_expression : p::seq<and_expression, p::opt<or_open, or_rest>> {};

struct text_end : p::eof {};
struct grammar : p::must<skip, operand_expected, text_end> {};

// -------------------------------------------------------------------------------------- messages

struct Messages {
  template <typename Rule>
  static constexpr const char* message = nullptr;
};
#define WF_EXPECTED(rule, text) \
  template <>                   \
  constexpr const char* Messages::message<rule> = text
WF_EXPECTED(operand_expected, "a value is missing: a column, a number, a 'text' or a function");
WF_EXPECTED(nested<unary>, "a value is missing after the sign");
WF_EXPECTED(nested<not_expression>, "a condition is missing after NOT");
WF_EXPECTED(unary, "a value is missing after the operator");
WF_EXPECTED(product, "a value is missing after the operator");
WF_EXPECTED(sum, "a value is missing after ||");
WF_EXPECTED(concat, "a value is missing");
WF_EXPECTED(not_expression, "a condition is missing after AND");
WF_EXPECTED(and_expression, "a condition is missing after OR");
WF_EXPECTED(number_end, "a number ends with a letter or a second dot");
WF_EXPECTED(string_end, "the text is not closed: ' is missing");
WF_EXPECTED(quoted_end, "the quoted name is not closed: \" is missing");
WF_EXPECTED(call_close, "')' or ',' is missing in the arguments");
WF_EXPECTED(paren_close, "')' is missing");
WF_EXPECTED(cast_close, "')' is missing after the type");
WF_EXPECTED(call_arguments, "an argument or ')' is missing");
WF_EXPECTED(try_close, "')' is missing");
WF_EXPECTED(index_close, "']' is missing");
WF_EXPECTED(in_list_open, "IN takes a list in parentheses");
WF_EXPECTED(in_list_close, "')' or ',' is missing in the list of IN");
WF_EXPECTED(kw_as, "AS and a type are missing, as in CAST(x AS int64)");
WF_EXPECTED(type_name, "a type is missing after AS");
WF_EXPECTED(kw_then, "THEN is missing");
WF_EXPECTED(first_when, "WHEN is missing after CASE");
WF_EXPECTED(case_end, "END is missing: CASE WHEN ... THEN ... [ELSE ...] END");
WF_EXPECTED(member_name, "the name of a member is missing after the dot");
WF_EXPECTED(is_what, "IS is followed by [NOT] NULL, TRUE, FALSE or DISTINCT FROM");
WF_EXPECTED(kw_from, "FROM is missing after DISTINCT");
WF_EXPECTED(kw_between_and, "AND is missing: x BETWEEN low AND high");
WF_EXPECTED(escape_text, "ESCAPE is followed by one character in quotes");
WF_EXPECTED(text_end, "this was not expected here");
#undef WF_EXPECTED

template <typename Rule>
struct Errors : p::normal<Rule> {
  template <typename Input, typename... States>
  [[noreturn]] static void raise(const Input& in, States&&... states) {
    if constexpr (Messages::message<Rule> != nullptr)
      throw p::parse_error(Messages::message<Rule>, in);
    else
      p::normal<Rule>::raise(in, states...);
  }
};

}  // namespace
}  // namespace wf::expr
