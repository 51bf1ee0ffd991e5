// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "rules.h"

#include "embedded.h"
#include "lines.h"

namespace weirflow::text {

bool Rules::holds_behind(const Alternative& a, const char* begin, const char* at) const {
  for (auto set = a.behind.rbegin(); set != a.behind.rend(); ++set) {
    if (at == begin) return false;
    const CodePoint c = decode_before(begin, at);
    if ((groups_.classes(c.value) & *set) == 0) return false;
    at -= c.bytes;
  }
  return true;
}

bool Rules::holds_ahead(const Alternative& a, const char* at, const char* end) const {
  if (a.ahead == 0) return true;
  const bool inside = at < end && (groups_.classes(decode(at, end).value) & a.ahead) != 0;
  return inside != a.ahead_negated;
}

uint32_t Rules::match_forward(const Alternative& a, const char* begin, const char* at,
                              const char* end) const {
  const char* stop = at;
  switch (a.body) {
    case Alternative::Body::any:
      stop += decode(at, end).bytes;
      break;
    case Alternative::Body::text:
      if (!std::string_view(at, static_cast<size_t>(end - at)).starts_with(a.text)) return 0;
      stop += a.text.size();
      break;
    case Alternative::Body::run: {
      uint32_t count = 0;
      for (; stop < end; ++count) {
        const CodePoint c = decode(stop, end);
        if (c.value != a.repeated) break;
        stop += c.bytes;
      }
      if (count < 2) return 0;
      break;
    }
  }
  if (!holds_behind(a, begin, at) || !holds_ahead(a, stop, end)) return 0;
  return static_cast<uint32_t>(stop - at);
}

uint32_t Rules::match_backward(const Alternative& a, const char* begin, const char* end) const {
  const char* start = end;
  switch (a.body) {
    case Alternative::Body::any:
      start -= decode_before(begin, end).bytes;
      break;
    case Alternative::Body::text:
      if (!std::string_view(begin, static_cast<size_t>(end - begin)).ends_with(a.text)) return 0;
      start -= a.text.size();
      break;
    case Alternative::Body::run: {
      uint32_t count = 0;
      for (; start > begin; ++count) {
        const CodePoint c = decode_before(begin, start);
        if (c.value != a.repeated) break;
        start -= c.bytes;
      }
      if (count < 2) return 0;
      break;
    }
  }
  if (!holds_behind(a, begin, start) || !holds_ahead(a, end, end)) return 0;
  return static_cast<uint32_t>(end - start);
}

AffixMatch Rules::prefix(const char* begin, const char* end) const {
  const CodePoint c = decode(begin, end);
  for (const uint16_t number : candidates_[groups_.group(c.value)].prefix) {
    const Alternative& a = alternatives_[number];
    const uint32_t bytes = match_forward(a, begin, begin, end);
    if (bytes > 0) return {bytes, a.rule};
  }
  return {};
}

AffixMatch Rules::suffix(const char* begin, const char* end) const {
  AffixMatch best;
  const CodePoint c = decode_before(begin, end);
  for (const uint16_t number : candidates_[groups_.group(c.value)].suffix) {
    const Alternative& a = alternatives_[number];
    const uint32_t bytes = match_backward(a, begin, end);
    if (bytes > best.bytes) best = {bytes, a.rule};
  }
  return best;
}

AffixMatch Rules::infix(const char* begin, const char* at, const char* end) const {
  const CodePoint c = decode(at, end);
  for (const uint16_t number : candidates_[groups_.group(c.value)].infix) {
    const Alternative& a = alternatives_[number];
    const uint32_t bytes = match_forward(a, begin, at, end);
    if (bytes > 0) return {bytes, a.rule};
  }
  return {};
}

wf::Result<std::shared_ptr<const Rules>> Rules::load(const std::string& path) {
  WF_ASSIGN(const std::string bytes, read_file(path));
  auto rules = parse(bytes);
  if (!rules.ok()) return std::move(rules).status().with_context(path);
  return rules;
}

const std::shared_ptr<const Rules>& Rules::english() {
  // value() is safe: the file is part of the program, and the tests read it.
  static const std::shared_ptr<const Rules> rules = parse(embedded_english_rules()).value();
  return rules;
}

}  // namespace weirflow::text
