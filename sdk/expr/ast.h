// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parsed text, before names and types are looked up.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace wf::expr {

/// A range of bytes of the text.
struct Span {
  uint32_t offset = 0;
  uint32_t length = 0;
};

enum class AstKind : uint8_t {
  null_literal,
  bool_literal,       ///< integer is 0 or 1
  integer_literal,    ///< text has the digits: the range depends on a sign in front
  float_literal,      ///< number
  string_literal,     ///< text, unescaped
  timestamp_literal,  ///< text, unescaped
  name,               ///< text
  member,             ///< children[0] . text; `token` is the member's name
  index,              ///< children[0] [ children[1] ]
  call,               ///< text is the function's name in lower case; `token` its place
  negate,             ///< - children[0]
  binary,             ///< children[0] op children[1]; text is the operator, `token` its place
  all_of,             ///< AND over all children
  any_of,             ///< OR over all children
  concat,             ///< || over all children
  logical_not,        ///< NOT children[0]
  is_null,            ///< children[0] IS NULL
  is_bool,            ///< children[0] IS TRUE (integer 1) or FALSE (0)
  is_distinct,        ///< children[0] IS DISTINCT FROM children[1]
  in_list,            ///< children[0] IN (children[1..])
  between,            ///< children[0] BETWEEN children[1] AND children[2]
  like,               ///< children[0] LIKE children[1]; integer 1 = ILIKE; text = escape or empty
  conditional,        ///< CASE: [subject], then pairs, [else]; integer 1 = subject, 2 = else
  cast,               ///< CAST(children[0] AS text); integer 1 = TRY_CAST; `token` is the type
  lazy_try,           ///< TRY(children[0])
};

struct Ast;
using AstPtr = std::unique_ptr<Ast>;

struct Ast {
  AstKind kind;
  bool negated = false;  ///< IS NOT, NOT IN, NOT BETWEEN, NOT LIKE
  uint16_t depth = 1;    ///< height of this tree
  int64_t integer = 0;
  double number = 0;
  std::string text;
  Span span;   ///< the whole part
  Span token;  ///< the word or sign that names what it does
  std::vector<AstPtr> children;
};

/// Parses the text. invalid_config with the place of the fault.
Result<AstPtr> parse(std::string_view text);

/// A refusal with a caret under `span`.
Status refuse(Span span, std::string message, std::string hint = {});

/// The dotted name of a path of names and members, or empty when `ast` is something else.
std::string dotted_path(const Ast& ast);

}  // namespace wf::expr
