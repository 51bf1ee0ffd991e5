// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rules of a language's tokenizer, read from a rules file (format: README.md) and compiled
/// into tables. Immutable; shared by all tokenizers; any thread.

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "char_groups.h"
#include "special_cases.h"
#include "unicode.h"
#include "weirflow/status.hpp"

namespace weirflow::text {

/// Numbers of the rules that no file names; affix rules follow from kFirstAffixRule.
enum RuleId : uint16_t {
  kRuleToken = 0,  ///< what is left when no rule cuts any more
  kRuleSpace,      ///< a run of white space
  kRuleSpecial,    ///< part of a special case
  kRuleJoined,     ///< part of a special case put back by the second pass
  kRuleUrl,        ///< the URL rule
  kFirstAffixRule,
};

/// A piece found at one end, or inside, of a chunk.
struct AffixMatch {
  uint32_t bytes = 0;  ///< 0 = none
  uint16_t rule = 0;
};

class Rules {
 public:
  /// Compiles a rules file. Errors: invalid_config with the line.
  static wf::Result<std::shared_ptr<const Rules>> parse(std::string_view file);
  /// Reads and compiles a file; also not_found and io_error.
  static wf::Result<std::shared_ptr<const Rules>> load(const std::string& path);
  /// The built-in English rules.
  static const std::shared_ptr<const Rules>& english();

  /// The affix at the start of [begin, end): the first rule that fits.
  [[nodiscard]] AffixMatch prefix(const char* begin, const char* end) const;
  /// The affix at the end of [begin, end): the longest.
  [[nodiscard]] AffixMatch suffix(const char* begin, const char* end) const;
  /// The infix that starts at `at`: the first rule that fits. It may look back to begin.
  [[nodiscard]] AffixMatch infix(const char* begin, const char* at, const char* end) const;

  [[nodiscard]] const SpecialCases& special_cases() const { return special_; }
  [[nodiscard]] bool has_url_class() const { return url_classes_ != 0; }
  [[nodiscard]] bool in_url_class(char32_t c) const {
    return (groups_.classes(c) & url_classes_) != 0;
  }
  [[nodiscard]] bool is_top_level_domain(std::string_view label) const {
    return top_level_.contains(std::string(label));
  }
  /// "prefix quote", "special", ...; rule < rule_names().size().
  [[nodiscard]] const std::vector<std::string>& rule_names() const { return names_; }
  /// True when no rule can cut a chunk of ASCII letters, so that one look-up settles it.
  [[nodiscard]] bool letters_stay_whole() const { return letters_stay_whole_; }

 private:
  friend class RulesBuilder;
  Rules() = default;

  /// One alternative of an affix rule.
  struct Alternative {
    enum class Body : uint8_t { any, text, run };
    Body body = Body::text;
    bool ahead_negated = false;
    uint16_t rule = 0;
    uint64_t any = 0;              ///< body any: one character of these classes
    char32_t repeated = 0;         ///< body run: two or more of it
    std::string text;              ///< body text
    std::vector<uint64_t> behind;  ///< classes of the characters just before, nearest last
    uint64_t ahead = 0;            ///< classes of the character just after; 0 = no condition
  };
  /// Alternatives worth trying, by the group of a body's first (prefix, infix) or last character.
  struct Candidates {
    std::vector<uint16_t> prefix;
    std::vector<uint16_t> suffix;
    std::vector<uint16_t> infix;
  };

  [[nodiscard]] uint32_t match_forward(const Alternative& a, const char* begin, const char* at,
                                       const char* end) const;
  [[nodiscard]] uint32_t match_backward(const Alternative& a, const char* begin,
                                        const char* end) const;
  [[nodiscard]] bool holds_behind(const Alternative& a, const char* begin, const char* at) const;
  [[nodiscard]] bool holds_ahead(const Alternative& a, const char* at, const char* end) const;

  CharGroups groups_;
  std::vector<Alternative> alternatives_;
  std::vector<Candidates> candidates_;
  SpecialCases special_;
  uint64_t url_classes_ = 0;
  std::unordered_set<std::string> top_level_;
  std::vector<std::string> names_;
  bool letters_stay_whole_ = false;
};

}  // namespace weirflow::text
