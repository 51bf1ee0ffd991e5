// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Cuts text into tokens by spaCy's algorithm (usage page "How spaCy's tokenizer works"):
/// 1. cut where white space begins or ends; one plain space after a token only marks that token,
///    all other white space is a token of its own;
/// 2. a chunk that is a special case is cut as that says;
/// 3. else prefixes and suffixes are taken off, one of each a turn, until nothing changes or the
///    rest is a special case; then the rest is a special case, an address, or cut at infixes;
/// 4. over the whole text, sequences of tokens that are the joined form of a special case are put
///    back, longest first.
///
/// Time is linear in the text, whatever it holds. Nothing is allocated once a Workspace has grown.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules.h"
#include "weirflow/status.hpp"

namespace weirflow::text {

enum TokenFlag : uint8_t {
  kLetters = 1,     ///< only ASCII letters
  kSpaceAfter = 2,  ///< one plain space follows, not itself a token
  kSpace = 4,       ///< white space
};

/// Tokens lie in the text in order and do not overlap; only plain spaces stand between them.
struct Token {
  uint32_t begin = 0;  ///< byte offset
  uint32_t end = 0;    ///< byte offset past the last byte; > begin
  uint16_t rule = 0;   ///< index into Rules::rule_names()
  uint8_t flags = 0;   ///< TokenFlag
};
inline std::string_view text_of(const Token& token, std::string_view text) {
  return text.substr(token.begin, token.end - token.begin);
}

/// The result and what a tokenizer needs meanwhile; reuse it from text to text. One thread.
struct Workspace {
  std::vector<Token> tokens;

  struct Match {
    uint32_t first = 0;  ///< token index
    uint32_t last = 0;   ///< past the end
  };
  std::vector<uint16_t> pieces;  ///< SpecialCases::Entry::piece of each token
  std::vector<Token> suffixes;
  std::vector<Match> matches;
  std::vector<bool> seen;
  std::vector<Token> rebuilt;
};

class Tokenizer {
 public:
  /// Texts of this size and more are refused.
  static constexpr size_t kMaxBytes = size_t{1} << 30;

  explicit Tokenizer(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  /// Fills work.tokens. Errors: invalid_data for a text of kMaxBytes or more. Any thread, with a
  /// Workspace of its own.
  wf::Status tokenize(std::string_view text, Workspace& work) const;

  /// One token and the name of the rule that made it.
  struct Explained {
    Token token;
    std::string rule;
  };
  /// The same tokens made without any short cut, each with its rule: for looking at a text, and
  /// the reference that the fast path is tested against. Errors as tokenize().
  [[nodiscard]] wf::Result<std::vector<Explained>> explain(std::string_view text) const;

  [[nodiscard]] const Rules& rules() const { return *rules_; }

 private:
  std::shared_ptr<const Rules> rules_;
};

/// Steps 1 to 3 with the special cases indexed so far and no short cut. For the rules compiler.
void cut_with_affixes(const Rules& rules, std::string_view text, Workspace& work);

}  // namespace weirflow::text
