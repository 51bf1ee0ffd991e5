// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "grammar_rules.h"

namespace wf::expr {
namespace {

uint32_t end_of(const Ast& ast) { return ast.span.offset + ast.span.length; }

void push(Builder& b, AstPtr ast) {
  int depth = 0;
  for (const AstPtr& child : ast->children) depth = std::max<int>(depth, child->depth);
  if (depth + 1 > Expression::kMaxChain + 2 * Expression::kMaxNesting)
    throw Refused{ast->token.length ? ast->token : ast->span,
                  "more than " + std::to_string(Expression::kMaxChain) + " operators in one chain",
                  "group them with parentheses"};
  ast->depth = static_cast<uint16_t>(depth + 1);
  b.operands.push_back(std::move(ast));
}

AstPtr pop(Builder& b) {
  AstPtr ast = std::move(b.operands.back());
  b.operands.pop_back();
  return ast;
}

template <typename Input>
Span span_of(const Input& in) {
  return {static_cast<uint32_t>(in.position().byte), static_cast<uint32_t>(in.size())};
}

AstPtr make(AstKind kind, Span span) {
  auto ast = std::make_unique<Ast>();
  ast->kind = kind;
  ast->span = ast->token = span;
  return ast;
}

/// Moves the operands above `from` into `ast`, whose span grows over them.
void adopt(Builder& b, Ast& ast, size_t from) {
  for (size_t i = from; i < b.operands.size(); ++i)
    ast.children.push_back(std::move(b.operands[i]));
  b.operands.resize(from);
}

void cover(Ast& ast, uint32_t begin, uint32_t end) { ast.span = {begin, end - begin}; }

/// The content of 'text' or "name" with doubled quotes made single.
std::string unquote(std::string_view quoted) {
  const char quote = quoted.front();
  std::string text;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    text += quoted[i];
    if (quoted[i] == quote) ++i;
  }
  return text;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

template <typename Rule>
struct Action : p::nothing<Rule> {};

template <typename Input>
void open_frame(const Input& in, Builder& b, size_t operands_before) {
  const Span token = span_of(in);
  b.frames.push_back({operands_before, token.offset, token, in.string(), false});
}

Frame close_frame(Builder& b) {
  Frame frame = std::move(b.frames.back());
  b.frames.pop_back();
  return frame;
}

#define WF_ACTION(rule)                             \
  template <>                                       \
  struct Action<rule> {                             \
    template <typename Input>                       \
    static void apply(const Input& in, Builder& b); \
  };                                                \
  template <typename Input>                         \
  void Action<rule>::apply([[maybe_unused]] const Input& in, Builder& b)

WF_ACTION(integer_text) {
  auto ast = make(AstKind::integer_literal, span_of(in));
  ast->text = in.string();
  push(b, std::move(ast));
}
WF_ACTION(float_text) {
  auto ast = make(AstKind::float_literal, span_of(in));
  const std::string digits = in.string();
  const char* begin = digits.data();
  const auto [end, error] = std::from_chars(begin, begin + digits.size(), ast->number);
  if (error == std::errc::result_out_of_range && ast->number == 0) {
    // from_chars leaves the value alone both when too large and when too small.
    ast->number = std::strtod(begin, nullptr);
  }
  if (!std::isfinite(ast->number))
    throw Refused{ast->span, "this number is too large for a float64", {}};
  push(b, std::move(ast));
}
WF_ACTION(string_text) {
  auto ast = make(AstKind::string_literal, span_of(in));
  ast->text = unquote(in.string_view());
  push(b, std::move(ast));
}
WF_ACTION(timestamp_text) {
  auto ast = make(AstKind::timestamp_literal, span_of(in));
  ast->text = unquote(in.string_view());
  push(b, std::move(ast));
}
WF_ACTION(null_literal) { push(b, make(AstKind::null_literal, {span_of(in).offset, 4})); }
WF_ACTION(true_literal) {
  auto ast = make(AstKind::bool_literal, {span_of(in).offset, 4});
  ast->integer = 1;
  push(b, std::move(ast));
}
WF_ACTION(false_literal) { push(b, make(AstKind::bool_literal, {span_of(in).offset, 5})); }
WF_ACTION(quoted_text) {
  auto ast = make(AstKind::name, span_of(in));
  ast->text = unquote(in.string_view());
  push(b, std::move(ast));
}
WF_ACTION(bare_text) {
  auto ast = make(AstKind::name, span_of(in));
  ast->text = in.string();
  push(b, std::move(ast));
}

WF_ACTION(call_open) {
  AstPtr name = pop(b);
  b.frames.push_back(
      {b.operands.size(), name->span.offset, name->span, lower_ascii(name->text), false});
  (void)in;
}
WF_ACTION(call_close) {
  Frame frame = close_frame(b);
  auto ast = make(AstKind::call, frame.token);
  ast->text = std::move(frame.text);
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, span_of(in).offset + 1);
  push(b, std::move(ast));
}

WF_ACTION(cast_open) {
  open_frame(in, b, b.operands.size());
  b.frames.back().flag = lower_ascii(in.string_view().substr(0, 3)) == "try";
}
WF_ACTION(type_text) {
  std::string_view text = in.string_view();
  while (text.ends_with(' ')) text.remove_suffix(1);
  b.frames.back().text = text;
  b.frames.back().token = {span_of(in).offset, static_cast<uint32_t>(text.size())};
}
WF_ACTION(cast_close) {
  Frame frame = close_frame(b);
  auto ast = make(AstKind::cast, frame.token);
  ast->text = std::move(frame.text);
  ast->integer = frame.flag;
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, span_of(in).offset + 1);
  push(b, std::move(ast));
}
WF_ACTION(try_open) { open_frame(in, b, b.operands.size()); }
WF_ACTION(try_close) {
  Frame frame = close_frame(b);
  auto ast = make(AstKind::lazy_try, {frame.offset, 3});
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, span_of(in).offset + 1);
  push(b, std::move(ast));
}

WF_ACTION(case_open) {
  open_frame(in, b, b.operands.size());
  b.frames.back().text.clear();
}
WF_ACTION(case_subject) {
  (void)in;
  b.frames.back().text += 's';
}
WF_ACTION(case_else) {
  (void)in;
  b.frames.back().text += 'e';
}
WF_ACTION(case_end) {
  Frame frame = close_frame(b);
  auto ast = make(AstKind::conditional, {frame.offset, 4});
  ast->integer = (frame.text.find('s') != std::string::npos ? 1 : 0) +
                 (frame.text.find('e') != std::string::npos ? 2 : 0);
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, span_of(in).offset + 3);
  push(b, std::move(ast));
}

WF_ACTION(paren_open) { open_frame(in, b, b.operands.size()); }
WF_ACTION(paren_close) {
  const Frame frame = close_frame(b);
  cover(*b.operands.back(), frame.offset, span_of(in).offset + 1);
}
WF_ACTION(index_open) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(index_close) {
  Frame frame = close_frame(b);
  const uint32_t end = span_of(in).offset + 1;
  auto ast = make(AstKind::index, {frame.offset, end - frame.offset});
  adopt(b, *ast, frame.operands);
  cover(*ast, ast->children[0]->span.offset, end);
  push(b, std::move(ast));
}
void push_member(Builder& b, Span token, std::string name) {
  auto ast = make(AstKind::member, token);
  ast->text = std::move(name);
  ast->children.push_back(pop(b));
  cover(*ast, ast->children[0]->span.offset, token.offset + token.length);
  push(b, std::move(ast));
}
WF_ACTION(member_bare) { push_member(b, span_of(in), in.string()); }
WF_ACTION(member_quoted) { push_member(b, span_of(in), unquote(in.string_view())); }

WF_ACTION(minus_sign) { open_frame(in, b, b.operands.size()); }
WF_ACTION(negation) {
  (void)in;
  const Frame frame = close_frame(b);
  auto ast = make(AstKind::negate, frame.token);
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, end_of(*ast->children[0]));
  push(b, std::move(ast));
}
void push_binary(Builder& b) {
  Frame frame = close_frame(b);
  auto ast = make(AstKind::binary, frame.token);
  ast->text = std::move(frame.text);
  adopt(b, *ast, frame.operands);
  cover(*ast, ast->children[0]->span.offset, end_of(*ast->children[1]));
  push(b, std::move(ast));
}
WF_ACTION(product_sign) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(product_operation) { (void)in, push_binary(b); }
WF_ACTION(sum_sign) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(sum_operation) { (void)in, push_binary(b); }
WF_ACTION(compare_sign) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(compare_operation) { (void)in, push_binary(b); }

void push_chain(Builder& b, AstKind kind) {
  const Frame frame = close_frame(b);
  auto ast = make(kind, frame.token);
  adopt(b, *ast, frame.operands);
  cover(*ast, ast->children.front()->span.offset, end_of(*ast->children.back()));
  push(b, std::move(ast));
}
WF_ACTION(concat_open) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(concat_rest) { (void)in, push_chain(b, AstKind::concat); }
WF_ACTION(and_open) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(and_rest) { (void)in, push_chain(b, AstKind::all_of); }
WF_ACTION(or_open) { open_frame(in, b, b.operands.size() - 1); }
WF_ACTION(or_rest) { (void)in, push_chain(b, AstKind::any_of); }

WF_ACTION(not_open) { open_frame(in, b, b.operands.size()); }
WF_ACTION(negated_predicate) {
  (void)in;
  const Frame frame = close_frame(b);
  auto ast = make(AstKind::logical_not, {frame.offset, 3});
  adopt(b, *ast, frame.operands);
  cover(*ast, frame.offset, end_of(*ast->children[0]));
  push(b, std::move(ast));
}

WF_ACTION(suffix_not) {
  (void)in;
  b.frames.back().flag = true;
}
/// Closes the frame of IS, IN, BETWEEN or LIKE into an operand that ends at `end` or its last
/// child.
void push_test(Builder& b, AstKind kind, int64_t integer, uint32_t end) {
  const Frame frame = close_frame(b);
  auto ast = make(kind, frame.token);
  ast->negated = frame.flag;
  ast->integer = integer;
  ast->text = frame.text;
  adopt(b, *ast, frame.operands);
  cover(*ast, ast->children[0]->span.offset, std::max(end, end_of(*ast->children.back())));
  push(b, std::move(ast));
}
WF_ACTION(is_open) {
  open_frame(in, b, b.operands.size() - 1);
  b.frames.back().token.length = 2;
}
WF_ACTION(is_null_word) { push_test(b, AstKind::is_null, 0, span_of(in).offset + 4); }
WF_ACTION(is_true_word) { push_test(b, AstKind::is_bool, 1, span_of(in).offset + 4); }
WF_ACTION(is_false_word) { push_test(b, AstKind::is_bool, 0, span_of(in).offset + 5); }
WF_ACTION(is_distinct_word) { (void)in, push_test(b, AstKind::is_distinct, 0, 0); }
WF_ACTION(member_test_open) {
  open_frame(in, b, b.operands.size() - 1);
  b.frames.back().text.clear();
}
void mark_token(Builder& b, Span at, uint32_t length) {
  b.frames.back().token = {at.offset, length};
}
WF_ACTION(kw_in) { mark_token(b, span_of(in), 2); }
WF_ACTION(kw_between) { mark_token(b, span_of(in), 7); }
WF_ACTION(like_word) { mark_token(b, span_of(in), 4); }
WF_ACTION(ilike_word) { mark_token(b, span_of(in), 5); }
WF_ACTION(in_list_close) { push_test(b, AstKind::in_list, 0, span_of(in).offset + 1); }
WF_ACTION(between_tail) { (void)in, push_test(b, AstKind::between, 0, 0); }
WF_ACTION(escape_text) {
  const std::string character = unquote(in.string_view());
  size_t code_points = 0;
  for (const char c : character) code_points += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  if (code_points != 1 || character == "%" || character == "_")
    throw Refused{span_of(in), "ESCAPE takes one character other than % and _", {}};
  b.frames.back().text = character;
}
WF_ACTION(like_tail) {
  const bool fold = b.frames.back().token.length == 5;
  std::string_view text = in.string_view();
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  push_test(b, AstKind::like, fold, span_of(in).offset + static_cast<uint32_t>(text.size()));
}
#undef WF_ACTION

}  // namespace

Status refuse(Span span, std::string message, std::string hint) {
  return invalid_config(std::move(message)).at({"", span.offset, span.length, std::move(hint)});
}

std::string dotted_path(const Ast& ast) {
  if (ast.kind == AstKind::name) return ast.text;
  if (ast.kind != AstKind::member) return {};
  const std::string head = dotted_path(*ast.children[0]);
  return head.empty() ? head : head + "." + ast.text;
}

Result<AstPtr> parse(std::string_view text) {
  if (text.size() > Expression::kMaxBytes)
    return refuse({0, 0}, "the expression is longer than " + std::to_string(Expression::kMaxBytes) +
                              " bytes");
  Builder builder;
  builder.text = text;
  try {
    p::memory_input<p::tracking_mode::eager, p::eol::lf> in(text.data(), text.data() + text.size(),
                                                            "");
    p::parse<grammar, Action, Errors>(in, builder);
  } catch (const p::parse_error& e) {
    const auto at = static_cast<uint32_t>(e.positions().front().byte);
    if (at >= text.size() && text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos)
      return refuse({0, 0}, "the expression is empty");
    return refuse({at, at < text.size() ? 1u : 0u}, std::string(e.message()));
  } catch (const Refused& refused) {
    return refuse(refused.span, refused.message, refused.hint);
  }
  return std::move(builder.operands.back());
}

}  // namespace wf::expr
