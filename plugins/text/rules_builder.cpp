// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rules_builder.h"

#include <algorithm>

#include "rules_syntax.h"
#include "tokenizer.h"

namespace weirflow::text {
namespace {

wf::Status bad(std::string message) { return wf::invalid_config(std::move(message)); }
std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

bool has_letter(const CharClass& set) {
  return std::any_of(set.begin(), set.end(), [](const CodePointRange& r) {
    for (char32_t c = r.first; c <= r.last && c < 0x80; ++c) {
      if (is_ascii_letter(static_cast<unsigned char>(c))) return true;
    }
    return false;
  });
}

}  // namespace

wf::Status RulesBuilder::add(const Words& words) {
  const std::string_view kind = words.front();
  if (kind == "class") return add_class(words);
  if (kind == "prefix") return add_affix(Place::prefix, words);
  if (kind == "suffix") return add_affix(Place::suffix, words);
  if (kind == "infix") return add_affix(Place::infix, words);
  if (kind == "whole") return add_whole(words);
  if (kind == "combine") return add_combine(words);
  if (kind == "url") return add_url(words);
  if (kind == "apostrophe") {
    if (words.size() != 2) return bad("apostrophe takes one text");
    WF_ASSIGN(apostrophe_, unescape(words[1]));
    return {};
  }
  if (kind == "tld") {
    for (size_t i = 1; i < words.size(); ++i) rules_->top_level_.emplace(words[i]);
    return {};
  }
  return bad("unknown directive " + quoted(kind) +
             "; known: class prefix suffix infix url apostrophe whole combine tld");
}

wf::Result<uint64_t> RulesBuilder::class_bit(std::string_view name) const {
  const auto found = class_names_.find(name);
  if (found == class_names_.end()) return bad("unknown class " + quoted(name));
  return uint64_t{1} << found->second;
}

wf::Status RulesBuilder::add_class(const Words& words) {
  if (words.size() < 3) return bad("class takes a name and its characters");
  if (class_names_.contains(words[1])) return bad("class " + quoted(words[1]) + " stands twice");
  if (classes_.size() == 64) return bad("more than 64 classes");
  CharClass set;
  for (size_t i = 2; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word.size() > 1 && word.front() == '@') {
      const auto other = class_names_.find(word.substr(1));
      if (other == class_names_.end()) return bad("unknown class " + quoted(word.substr(1)));
      const CharClass& included = classes_[other->second];
      set.insert(set.end(), included.begin(), included.end());
      continue;
    }
    const CodePoint first = read_character(word);
    word.remove_prefix(first.bytes);
    CodePoint last = first;
    if (word.size() > 1 && word.front() == '-') {
      last = read_character(word.substr(1));
      word.remove_prefix(1 + last.bytes);
    }
    if (!word.empty() || last.value < first.value) {
      return bad(quoted(words[i]) + " is neither a character, a range nor @CLASS");
    }
    set.push_back({first.value, last.value});
  }
  class_names_.emplace(words[1], classes_.size());
  classes_.push_back(std::move(set));
  return {};
}

wf::Status RulesBuilder::add_affix(Place place, const Words& words) {
  if (words.size() < 4) return bad("a rule takes a name, conditions and a body");
  const std::string name = std::string(words[0]) + " " + std::string(words[1]);
  auto& names = rules_->names_;
  const auto known = std::find(names.begin(), names.end(), name);
  Rules::Alternative pattern;
  pattern.rule = static_cast<uint16_t>(known - names.begin());
  if (known == names.end()) names.push_back(name);

  size_t at = 2;
  for (; at < words.size(); ++at) {
    if (words[at] == "after") {
      while (at + 1 < words.size() && class_names_.contains(words[at + 1])) {
        WF_ASSIGN(const uint64_t bit, class_bit(words[++at]));
        pattern.behind.push_back(bit);
      }
      if (pattern.behind.empty()) return bad("after: no known class follows");
    } else if (words[at] == "before" || words[at] == "not_before") {
      if (at + 1 == words.size()) return bad(quoted(words[at]) + " takes a class");
      pattern.ahead_negated = words[at] == "not_before";
      WF_ASSIGN(pattern.ahead, class_bit(words[++at]));
    } else {
      break;
    }
  }
  if (at + 1 >= words.size()) return bad("the rule has no body (any, run or text)");
  return add_body(place, std::move(pattern), words, at);
}

wf::Status RulesBuilder::add_body(Place place, Rules::Alternative pattern, const Words& words,
                                  size_t at) {
  const std::string_view body = words[at];
  for (size_t i = at + 1; i < words.size(); ++i) {
    Rules::Alternative one = pattern;
    if (body == "any") {
      one.body = Rules::Alternative::Body::any;
      WF_ASSIGN(one.any, class_bit(words[i]));
    } else if (body == "run") {
      const CodePoint c = read_character(words[i]);
      if (c.bytes != words[i].size()) return bad("run takes single characters");
      if (one.ahead != 0) return bad("run cannot stand with before or not_before");
      one.body = Rules::Alternative::Body::run;
      one.repeated = c.value;
    } else if (body == "text") {
      WF_ASSIGN(one.text, unescape(words[i]));
    } else {
      return bad("unknown word " + quoted(body) +
                 "; expected after, before, not_before, any, run or text");
    }
    rules_->alternatives_.push_back(std::move(one));
    places_.push_back(place);
  }
  return {};
}

wf::Status RulesBuilder::add_url(const Words& words) {
  for (size_t i = 1; i < words.size(); ++i) {
    WF_ASSIGN(const uint64_t bit, class_bit(words[i]));
    rules_->url_classes_ |= bit;
  }
  return {};
}

void RulesBuilder::add_case(const std::vector<std::string>& parts, bool title) {
  cases_.push_back(parts);
  if (title) {
    std::vector<std::string> upper = parts;
    char& first = upper.front().front();
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    cases_.push_back(std::move(upper));
  }
}

wf::Status RulesBuilder::add_whole(const Words& words) {
  const bool title = words.size() > 1 && words[1] == "title";
  for (size_t i = title ? 2 : 1; i < words.size(); ++i) {
    WF_ASSIGN(std::string text, unescape(words[i]));
    add_case({std::move(text)}, title);
  }
  return {};
}

wf::Status RulesBuilder::add_combine(const Words& words) {
  const bool title = words.size() > 1 && words[1] == "title";
  const auto plus = std::find(words.begin(), words.end(), "+");
  if (plus == words.end()) return bad("combine takes STEMS + ENDINGS");
  for (auto stem = words.begin() + (title ? 2 : 1); stem != plus; ++stem) {
    for (auto ending = plus + 1; ending != words.end(); ++ending) {
      WF_ASSIGN(std::vector<std::string> parts, parts_of(*stem));
      WF_ASSIGN(const std::vector<std::string> rest, parts_of(*ending));
      parts.insert(parts.end(), rest.begin(), rest.end());
      add_case(parts, title);
    }
  }
  return {};
}

void RulesBuilder::index_alternatives() {
  std::vector<char32_t> alone;
  const auto edge = [](const Rules::Alternative& a, bool last) -> char32_t {
    if (a.body == Rules::Alternative::Body::run) return a.repeated;
    const char* begin = a.text.data();
    const char* end = begin + a.text.size();
    return last ? decode_before(begin, end).value : decode(begin, end).value;
  };
  using Body = Rules::Alternative::Body;
  for (size_t i = 0; i < places_.size(); ++i) {
    const Rules::Alternative& a = rules_->alternatives_[i];
    if (a.body != Body::any) alone.push_back(edge(a, places_[i] == Place::suffix));
  }
  rules_->groups_ = CharGroups::build(classes_, alone);
  rules_->candidates_.resize(rules_->groups_.size());
  for (uint16_t i = 0; i < places_.size(); ++i) {
    const Rules::Alternative& a = rules_->alternatives_[i];
    for (uint16_t group = 0; group < rules_->candidates_.size(); ++group) {
      const bool fits = a.body == Body::any
                            ? (rules_->groups_.classes_of(group) & a.any) != 0
                            : rules_->groups_.group(edge(a, places_[i] == Place::suffix)) == group;
      if (!fits) continue;
      Rules::Candidates& list = rules_->candidates_[group];
      (places_[i] == Place::prefix   ? list.prefix
       : places_[i] == Place::suffix ? list.suffix
                                     : list.infix)
          .push_back(i);
    }
  }
}

bool RulesBuilder::letters_stay_whole() const {
  uint64_t with_letters = 0;
  for (size_t i = 0; i < classes_.size(); ++i) {
    if (has_letter(classes_[i])) with_letters |= uint64_t{1} << i;
  }
  using Body = Rules::Alternative::Body;
  return std::none_of(
      rules_->alternatives_.begin(), rules_->alternatives_.end(), [&](const auto& a) {
        const bool body =
            a.body == Body::any ? (a.any & with_letters) != 0
            : a.body == Body::run
                ? a.repeated < 0x80 && is_ascii_letter(static_cast<unsigned char>(a.repeated))
                : std::all_of(a.text.begin(), a.text.end(), [](char c) {
                    return is_ascii_letter(static_cast<unsigned char>(c));
                  });
        const bool behind = std::all_of(a.behind.begin(), a.behind.end(),
                                        [&](uint64_t set) { return (set & with_letters) != 0; });
        const bool ahead = a.ahead == 0 || a.ahead_negated || (a.ahead & with_letters) != 0;
        return body && behind && ahead;
      });
}

void RulesBuilder::add_joined_forms() {
  Workspace work;
  std::vector<std::vector<std::string>> forms;
  for (const auto& parts : cases_) {
    std::string text;
    for (const std::string& part : parts) text += part;
    cut_with_affixes(*rules_, text, work);
    std::vector<std::string> tokens;
    for (const Token& token : work.tokens) {
      tokens.push_back(text.substr(token.begin, token.end - token.begin));
    }
    if (tokens.size() > 1 || parts.size() > 1) {
      const char* begin = text.data();
      const char* end = begin + text.size();
      bool affix = text.find(' ') != std::string::npos || rules_->prefix(begin, end).bytes > 0 ||
                   rules_->suffix(begin, end).bytes > 0;
      for (const char* at = begin; at < end && !affix; at += decode(at, end).bytes) {
        affix = rules_->infix(begin, at, end).bytes > 0;
      }
      if (affix) forms.push_back(std::move(tokens));
    }
  }
  for (const auto& parts : cases_) rules_->special_.add(parts);
  for (const auto& form : forms) rules_->special_.add_joined_form(form);
}

wf::Result<std::shared_ptr<const Rules>> RulesBuilder::finish() {
  if (rules_->alternatives_.size() > 0xFFFF) return bad("more than 65535 affixes");
  index_alternatives();
  if (!apostrophe_.empty()) {
    const size_t count = cases_.size();
    for (size_t i = 0; i < count; ++i) {
      std::vector<std::string> other = cases_[i];
      for (std::string& part : other) {
        for (size_t at = part.find('\''); at != std::string::npos;
             at = part.find('\'', at + apostrophe_.size())) {
          part.replace(at, 1, apostrophe_);
        }
      }
      if (other != cases_[i]) cases_.push_back(std::move(other));
    }
  }
  add_joined_forms();
  if (rules_->special_.entries().size() > 0xFFFF) return bad("more than 65535 special cases");
  rules_->special_.index();
  rules_->letters_stay_whole_ = letters_stay_whole();
  return std::shared_ptr<const Rules>(std::move(rules_));
}

}  // namespace weirflow::text
