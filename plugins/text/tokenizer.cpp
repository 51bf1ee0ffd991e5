// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"

#include <algorithm>

#include "chunk_scan.h"
#include "joined_cases.h"
#include "url.h"

namespace weirflow::text {
namespace {

/// Steps 1 to 3 for one text. kFast takes the short cuts; the tokens are the same without.
template <bool kFast>
class Cutter {
 public:
  Cutter(const Rules& rules, std::string_view text, Workspace& work)
      : rules_(rules),
        special_(rules.special_cases()),
        begin_(text.data()),
        end_(begin_ + text.size()),
        work_(work) {
    work_.tokens.clear();
    work_.pieces.clear();
  }

  /// True when the second pass may find something.
  bool run() {
    const bool fast = kFast && rules_.letters_stay_whole();
    const char* at = begin_;
    while (at < end_) {
      const char* space = skip_space(at, end_);
      if (space > at) add_space(at, space);
      if (space == end_) break;
      const char* stop = fast ? skip_letters(space, end_) : space;
      if (stop == end_ || kind_of(*stop) == ByteKind::space) {
        if (stop > space) {
          add_word(space, stop);
          at = stop;
          continue;
        }
      }
      at = skip_chunk(stop, end_);
      if (stop > space && at == stop + 1 && add_word_and_mark(space, stop)) continue;
      add_chunk(space, at);
    }
    return joined_possible_;
  }

 private:
  uint32_t offset(const char* at) const { return static_cast<uint32_t>(at - begin_); }
  static std::string_view view(const char* begin, const char* end) {
    return {begin, static_cast<size_t>(end - begin)};
  }

  void add(const char* begin, const char* end, uint16_t rule, uint8_t flags, uint16_t piece) {
    work_.tokens.push_back({offset(begin), offset(end), rule, flags});
    if (piece != 0) note_piece(piece);
    work_.pieces.push_back(piece);
  }

  void note_piece(uint16_t piece) {
    const uint16_t before = work_.pieces.empty() ? uint16_t{0} : work_.pieces.back();
    joined_possible_ |=
        special_.whole(piece) || (before != 0 && special_.starts(before) && special_.second(piece));
  }

  void add_text(const char* begin, const char* end, uint16_t rule) {
    const bool letters = skip_letters(begin, end) == end;
    const SpecialCases::Entry* entry = special_.find(view(begin, end));
    add(begin, end, rule, letters ? kLetters : 0, entry != nullptr ? entry->piece : uint16_t{0});
  }

  void add_case(const SpecialCases::Entry& entry, const char* at) {
    for (const SpecialCases::Part& part : entry.parts) {
      add(at, at + part.bytes, kRuleSpecial, part.letters ? kLetters : 0, part.piece);
      at += part.bytes;
    }
  }

  void add_space(const char* at, const char* stop) {
    if (*at == ' ' && !work_.tokens.empty()) {
      work_.tokens.back().flags |= kSpaceAfter;
      if (++at == stop) return;
    }
    const SpecialCases::Entry* entry = special_.find(view(at, stop));
    add(at, stop, kRuleSpace, kSpace, entry != nullptr ? entry->piece : uint16_t{0});
  }

  /// A chunk of ASCII letters: a special case or one token.
  void add_word(const char* begin, const char* end) {
    const SpecialCases::Entry* entry = special_.find(view(begin, end));
    if (entry == nullptr) {
      add(begin, end, kRuleToken, kLetters, 0);
    } else if (entry->parts.empty()) {
      add(begin, end, kRuleToken, kLetters, entry->piece);
    } else {
      add_case(*entry, begin);
    }
  }

  /// ASCII letters and one more character. False when no suffix rule takes that character alone.
  bool add_word_and_mark(const char* begin, const char* mark) {
    const char* end = mark + 1;
    if (special_.find_case(view(begin, end)) != nullptr || rules_.prefix(begin, end).bytes > 0) {
      return false;
    }
    const AffixMatch suffix = rules_.suffix(begin, end);
    if (suffix.bytes != 1) return false;
    add_word(begin, mark);
    add_text(mark, end, suffix.rule);
    return true;
  }

  void add_chunk(const char* begin, const char* end) {
    if (const SpecialCases::Entry* entry = special_.find_case(view(begin, end))) {
      add_case(*entry, begin);
      return;
    }
    work_.suffixes.clear();
    strip_affixes(begin, end);
    if (begin < end) add_rest(begin, end);
    for (auto suffix = work_.suffixes.rbegin(); suffix != work_.suffixes.rend(); ++suffix) {
      add_text(begin_ + suffix->begin, begin_ + suffix->end, suffix->rule);
    }
  }

  /// Takes prefixes and suffixes off [begin, end).
  void strip_affixes(const char*& begin, const char*& end) {
    while (begin < end && special_.find_case(view(begin, end)) == nullptr) {
      const AffixMatch prefix = rules_.prefix(begin, end);
      const char* inner = begin + prefix.bytes;
      if (prefix.bytes > 0 && special_.find_case(view(inner, end)) != nullptr) {
        add_text(begin, inner, prefix.rule);
        begin = inner;
        return;
      }
      const AffixMatch suffix = inner < end ? rules_.suffix(inner, end) : AffixMatch{};
      if (suffix.bytes > 0) {
        const char* cut = end - suffix.bytes;
        work_.suffixes.push_back({offset(cut), offset(end), suffix.rule, 0});
        end = cut;
        // The special case may begin with what looks like a prefix: it is left on then.
        if (special_.find_case(view(begin, end)) != nullptr) return;
      }
      if (prefix.bytes > 0) add_text(begin, inner, prefix.rule);
      begin = inner;
      if (prefix.bytes == 0 && suffix.bytes == 0) return;
    }
  }

  void add_rest(const char* begin, const char* end) {
    if (const SpecialCases::Entry* entry = special_.find_case(view(begin, end))) {
      add_case(*entry, begin);
    } else if (url_match(view(begin, end), rules_)) {
      add_text(begin, end, kRuleUrl);
    } else {
      cut_at_infixes(begin, end);
    }
  }

  void cut_at_infixes(const char* begin, const char* end) {
    const char* start = begin;
    for (const char* at = begin; at < end;) {
      const AffixMatch infix = rules_.infix(begin, at, end);
      if (infix.bytes == 0) {
        at += decode(at, end).bytes;
        continue;
      }
      const char* stop = at + infix.bytes;
      if (at > begin) {
        if (at > start) add_text(start, at, kRuleToken);
        add_text(at, stop, infix.rule);
        start = stop;
      }
      at = stop;
    }
    if (start < end) add_text(start, end, kRuleToken);
  }

  const Rules& rules_;
  const SpecialCases& special_;
  const char* begin_;
  const char* end_;
  Workspace& work_;
  bool joined_possible_ = false;
};

wf::Status check_size(std::string_view text) {
  if (text.size() < Tokenizer::kMaxBytes) return {};
  return wf::invalid_data("a text of " + std::to_string(text.size()) +
                          " bytes is too long to tokenize");
}

}  // namespace

wf::Status Tokenizer::tokenize(std::string_view text, Workspace& work) const {
  WF_TRY(check_size(text));
  if (Cutter<true>(*rules_, text, work).run()) {
    put_joined_cases_back(rules_->special_cases(), text, work);
  }
  return {};
}

wf::Result<std::vector<Tokenizer::Explained>> Tokenizer::explain(std::string_view text) const {
  WF_TRY(check_size(text));
  Workspace work;
  Cutter<false>(*rules_, text, work).run();
  put_joined_cases_back(rules_->special_cases(), text, work);
  std::vector<Explained> result;
  result.reserve(work.tokens.size());
  for (const Token& token : work.tokens) {
    result.push_back({token, rules_->rule_names()[token.rule]});
  }
  return result;
}

void cut_with_affixes(const Rules& rules, std::string_view text, Workspace& work) {
  Cutter<false>(rules, text, work).run();
}

}  // namespace weirflow::text
