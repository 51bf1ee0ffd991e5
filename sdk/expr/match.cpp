// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <memory>

#include "node.h"
#include "strings.h"

namespace wf::expr {
namespace {

/// A LIKE pattern made ready: parts without `%` between wildcards of any length.
class LikePattern {
 public:
  /// False when the pattern ends in its escape character.
  bool compile(std::string_view pattern, std::string_view escape) {
    parts_.assign(1, {});
    for (size_t at = 0; at < pattern.size();) {
      if (!escape.empty() && pattern.substr(at).starts_with(escape)) {
        at += escape.size();
        if (at >= pattern.size()) return false;
        do parts_.back().push_back({pattern[at++], false});
        while (at < pattern.size() && (static_cast<uint8_t>(pattern[at]) & 0xC0) == 0x80);
      } else if (pattern[at] == '%') {
        parts_.emplace_back();
        ++at;
      } else {
        parts_.back().push_back({pattern[at], pattern[at] == '_'});
        ++at;
      }
    }
    plain_.clear();
    any_one_ = false;
    for (const Part& part : parts_) {
      std::string text;
      for (const Item& item : part) {
        text += item.byte;
        any_one_ |= item.any_one;
      }
      plain_.push_back(std::move(text));
    }
    return true;
  }

  /// Anchored parts at both ends, those between found one after the other: the leftmost place of
  /// each is always good enough, so there is no going back.
  [[nodiscard]] bool matches(std::string_view text) const {
    if (!any_one_) return matches_plain(text);
    size_t at = 0;
    if (parts_.size() == 1) return match_at(text, at, parts_[0]) && at == text.size();
    if (!match_at(text, at, parts_.front())) return false;
    for (size_t k = 1; k + 1 < parts_.size(); ++k)
      if (!find(text, at, parts_[k])) return false;
    return match_end(text, at, parts_.back());
  }

 private:
  struct Item {
    char byte;
    bool any_one;  ///< `_`: one code point
  };
  using Part = std::vector<Item>;

  [[nodiscard]] bool matches_plain(std::string_view text) const {
    if (plain_.size() == 1) return text == plain_[0];
    if (text.size() < plain_.front().size() + plain_.back().size() ||
        !text.starts_with(plain_.front()) || !text.ends_with(plain_.back()))
      return false;
    text = text.substr(plain_.front().size(),
                       text.size() - plain_.front().size() - plain_.back().size());
    for (size_t k = 1; k + 1 < plain_.size(); ++k) {
      const size_t hit = text.find(plain_[k]);
      if (hit == std::string_view::npos) return false;
      text.remove_prefix(hit + plain_[k].size());
    }
    return true;
  }

  static bool match_at(std::string_view text, size_t& at, const Part& part) {
    size_t i = at;
    for (const Item& item : part) {
      if (i >= text.size() || (!item.any_one && text[i] != item.byte)) return false;
      ++i;
      if (item.any_one)
        while (i < text.size() && (static_cast<uint8_t>(text[i]) & 0xC0) == 0x80) ++i;
    }
    at = i;
    return true;
  }
  static bool find(std::string_view text, size_t& at, const Part& part) {
    for (size_t start = at; start <= text.size(); ++start) {
      const bool inside = start < text.size() && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80;
      if (inside) continue;
      size_t end = start;
      if (!match_at(text, end, part)) continue;
      at = end;
      return true;
    }
    return false;
  }
  static bool match_end(std::string_view text, size_t at, const Part& part) {
    size_t start = text.size();
    size_t wanted = 0;
    for (const Item& item : part)
      if (item.any_one || (static_cast<uint8_t>(item.byte) & 0xC0) != 0x80) ++wanted;
    while (wanted > 0 && start > at) {
      --start;
      if ((static_cast<uint8_t>(text[start]) & 0xC0) != 0x80) --wanted;
    }
    size_t end = start;
    return wanted == 0 && match_at(text, end, part) && end == text.size();
  }

  std::vector<Part> parts_;
  std::vector<std::string> plain_;
  bool any_one_ = false;
};

bool prepare(LikePattern& like, std::string_view pattern, const std::string& escape, bool fold) {
  if (!fold) return like.compile(pattern, escape);
  std::string folded, folded_escape;
  fold_case(pattern, folded);
  fold_case(escape, folded_escape);
  return like.compile(folded, folded_escape);
}

bool like_matches(const LikePattern& like, std::string_view text, bool fold, std::string& scratch) {
  if (!fold) return like.matches(text);
  fold_case(text, scratch);
  return like.matches(scratch);
}

constexpr const char* kBadEscape = "the pattern of LIKE ends with its escape character";

/// RE2 is safe to share between threads.
using Regex = std::shared_ptr<const RE2>;

Result<Regex> compile_regex(const Arguments& args, size_t i) {
  std::string pattern;
  if (!literal_text(*args.nodes[i], pattern))
    return refuse(args.nodes[i]->span(), args.name + "() takes its pattern as a text in quotes");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto regex = std::make_shared<RE2>(pattern, options);
  if (!regex->ok())
    return refuse(args.nodes[i]->span(), "not a regular expression: " + regex->error());
  return Regex(std::move(regex));
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Result<NodePtr> build_regexp_matches(Arguments& args) {
  WF_TRY(args.want(0, Type::utf8));
  WF_ASSIGN(const Regex regex, compile_regex(args, 1));
  return make_strict(
      Type::boolean, args.span, {args.nodes[0]}, [regex](int64_t rows, std::vector<Vec>& v) {
        const Texts text(v[0]);
        Buffer bits =
            make_bits(rows, [&](int64_t i) { return RE2::PartialMatch(piece(text[i]), *regex); });
        return Vec{
            make_array(Type::boolean, rows, combine_validity(rows, v), std::move(bits)), false, {}};
      });
}

/// The first match, or one of its groups; null when there is none.
Result<NodePtr> build_regexp_extract(Arguments& args) {
  WF_TRY(args.want(0, Type::utf8));
  WF_ASSIGN(const Regex regex, compile_regex(args, 1));
  int64_t group = 0;
  if (args.count() == 3) {
    const ArrayPtr one = args.nodes[2]->literal();
    if (!one || args.nodes[2]->id() != Type::int64 || one->is_null(0))
      return refuse(args.nodes[2]->span(), "regexp_extract() takes the number of a group");
    group = NumericView<int64_t>(*one)[0];
    if (group < 0 || group > regex->NumberOfCapturingGroups())
      return refuse(
          args.nodes[2]->span(),
          "the pattern has " + std::to_string(regex->NumberOfCapturingGroups()) + " groups");
  }
  return make_call(Type::utf8, true, args.span, {args.nodes[0]},
                   [regex, group](int64_t rows, std::vector<Vec>& v) {
                     const Texts text(v[0]);
                     const auto n = static_cast<size_t>(group) + 1;
                     std::vector<re2::StringPiece> groups(n);
                     StringBuilder out;
                     for (int64_t i = 0; i < rows; ++i) {
                       const bool found =
                           !v[0].is_null(i) &&
                           regex->Match(piece(text[i]), 0, text[i].size(), RE2::UNANCHORED,
                                        groups.data(), static_cast<int>(n)) &&
                           groups.back().data() != nullptr;
                       if (found)
                         out.append({groups.back().data(), groups.back().size()});
                       else
                         out.append_null();
                     }
                     return Vec{out.finish(), false, {}};
                   });
}

Result<NodePtr> build_regexp_replace(Arguments& args) {
  WF_TRY(args.want(0, Type::utf8));
  WF_ASSIGN(const Regex regex, compile_regex(args, 1));
  std::string rewrite, problem;
  if (!literal_text(*args.nodes[2], rewrite))
    return refuse(args.nodes[2]->span(),
                  "regexp_replace() takes its replacement as a text in quotes");
  if (!regex->CheckRewriteString(rewrite, &problem)) return refuse(args.nodes[2]->span(), problem);
  return make_strict(Type::utf8, args.span, {args.nodes[0]},
                     [regex, rewrite](int64_t rows, std::vector<Vec>& v) {
                       const Texts text(v[0]);
                       StringBuilder out;
                       for (int64_t i = 0; i < rows; ++i) {
                         if (v[0].is_null(i)) {
                           out.append_null();
                           continue;
                         }
                         std::string changed(text[i]);
                         RE2::GlobalReplace(&changed, *regex, rewrite);
                         out.append(changed);
                       }
                       return Vec{out.finish(), false, {}};
                     });
}

}  // namespace

Result<NodePtr> make_like(NodePtr text, NodePtr pattern, std::string escape, bool fold,
                          bool negated, Span span) {
  Arguments args{fold ? "ILIKE" : "LIKE", span, span, {std::move(text), std::move(pattern)}};
  for (const NodePtr& node : args.nodes)
    if (node->id() != Type::utf8 && node->id() != Type::null)
      return refuse(node->span(),
                    args.name + " takes texts (utf8); this is " + node->type().to_string(),
                    "convert it: CAST(... AS utf8)");
  WF_TRY(args.want(0, Type::utf8));
  WF_TRY(args.want(1, Type::utf8));
  std::shared_ptr<LikePattern> fixed;
  if (std::string known; literal_text(*args.nodes[1], known)) {
    fixed = std::make_shared<LikePattern>();
    if (!prepare(*fixed, known, escape, fold)) return refuse(args.nodes[1]->span(), kBadEscape);
  }
  return make_strict(Type::boolean, span, args.nodes,
                     [fixed, escape, fold, negated](int64_t rows, std::vector<Vec>& v) {
                       const Texts texts(v[0]), patterns(v[1]);
                       Validity validity = combine_validity(rows, v);
                       Vec answer;
                       std::string scratch, last;
                       LikePattern own;
                       bool own_ok = own.compile("", "");
                       Buffer bits = make_bits(rows, [&](int64_t i) {
                         if (!validity[i]) return false;
                         if (fixed) return like_matches(*fixed, texts[i], fold, scratch) != negated;
                         if (patterns[i] != last) {
                           last = patterns[i];
                           own_ok = prepare(own, last, escape, fold);
                         }
                         if (!own_ok) answer.errors.push_back({i, kBadEscape});
                         return own_ok && like_matches(own, texts[i], fold, scratch) != negated;
                       });
                       answer.array =
                           make_array(Type::boolean, rows, std::move(validity), std::move(bits));
                       return answer;
                     });
}

std::span<const Function> match_functions() {
  static constexpr Function kFunctions[] = {
      {"regexp_extract", 2, 3, build_regexp_extract},
      {"regexp_matches", 2, 2, build_regexp_matches},
      {"regexp_replace", 3, 3, build_regexp_replace},
  };
  return kFunctions;
}

}  // namespace wf::expr
