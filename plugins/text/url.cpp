// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "url.h"

#include <array>

#include "unicode.h"

namespace weirflow::text {
namespace {

bool label_edge(char32_t c) {
  if (c < 0x80) return is_ascii_letter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9');
  return c >= 0xA1 && c <= 0xFFFF;
}

/// One to 64 characters; letters and digits at both ends, inside also `_` and `-`.
bool is_label(std::string_view label) {
  const char* end = label.data() + label.size();
  size_t count = 0;
  bool edge = false;
  for (const char* at = label.data(); at < end; ++count) {
    const CodePoint c = decode(at, end);
    edge = label_edge(c.value);
    if (!edge && (count == 0 || (c.value != '_' && c.value != '-'))) return false;
    at += c.bytes;
  }
  return count >= 1 && count <= 64 && edge;
}

bool is_top_level(std::string_view label, const Rules& rules) {
  const char* end = label.data() + label.size();
  size_t count = 0;
  for (const char* at = label.data(); at < end; ++count) {
    const CodePoint c = decode(at, end);
    if (!rules.in_url_class(c.value)) return false;
    at += c.bytes;
  }
  return count >= 2 && count <= 63;
}

bool is_host_name(std::string_view host, const Rules& rules) {
  size_t start = 0;
  size_t dot = host.find('.');
  if (dot == std::string_view::npos) return false;
  for (; dot != std::string_view::npos; dot = host.find('.', start)) {
    if (!is_label(host.substr(start, dot - start))) return false;
    start = dot + 1;
  }
  return is_top_level(host.substr(start), rules);
}

/// Value of 1 to 3 decimal digits of any script as far as they are ASCII; -1 if it is not that.
struct Octet {
  std::array<char32_t, 3> digit{};
  size_t size = 0;
};

bool read_octet(std::string_view part, Octet& out) {
  const char* end = part.data() + part.size();
  for (const char* at = part.data(); at < end;) {
    const CodePoint c = decode(at, end);
    if (out.size == 3 || !is_decimal(c.value)) return false;
    out.digit[out.size++] = c.value;
    at += c.bytes;
  }
  return out.size > 0;
}

bool between(char32_t c, char32_t low, char32_t high) { return c >= low && c <= high; }

/// [1-9]d? | 1dd | 2[0-`top2`]d | 2`last2`[0-`last3`]: first and last octet of an address.
bool outer_octet(const Octet& o, char32_t top2, char32_t last2, char32_t last3) {
  if (o.size < 3) return between(o.digit[0], '1', '9');
  if (o.digit[0] == '1') return true;
  return o.digit[0] == '2' && (between(o.digit[1], '0', top2) ||
                               (o.digit[1] == last2 && between(o.digit[2], '0', last3)));
}

bool inner_octet(const Octet& o) {
  if (o.size < 3 || o.digit[0] == '1') return true;
  return o.digit[0] == '2' &&
         (between(o.digit[1], '0', '4') || (o.digit[1] == '5' && between(o.digit[2], '0', '5')));
}

bool is_private(std::string_view first, std::string_view second, const Octet& second_octet) {
  if (first == "10" || first == "127") return true;
  if ((first == "169" && second == "254") || (first == "192" && second == "168")) return true;
  if (first != "172" || second_octet.size != 2) return false;
  const auto& d = second_octet.digit;
  return (d[0] == '1' && between(d[1], '6', '9')) || d[0] == '2' ||
         (d[0] == '3' && between(d[1], '0', '1'));
}

bool is_public_address(std::string_view host) {
  std::array<std::string_view, 4> part;
  std::array<Octet, 4> octet;
  size_t start = 0;
  for (size_t i = 0; i < 4; ++i) {
    const size_t dot = i < 3 ? host.find('.', start) : host.size();
    if (dot == std::string_view::npos) return false;
    part[i] = host.substr(start, dot - start);
    if (!read_octet(part[i], octet[i])) return false;
    start = dot + 1;
  }
  return !is_private(part[0], part[1], octet[1]) && outer_octet(octet[0], '1', '2', '3') &&
         inner_octet(octet[1]) && inner_octet(octet[2]) && outer_octet(octet[3], '4', '5', '4');
}

/// True when text[start..] is host, optional port, optional path, to the end.
bool host_to_end(std::string_view text, size_t start, const Rules& rules) {
  const size_t stop = std::min(text.find_first_of(":/?#@", start), text.size());
  const std::string_view host = text.substr(start, stop - start);
  if (stop < text.size() && text[stop] == '@') return false;
  size_t at = stop;
  if (at < text.size() && text[at] == ':') {
    const char* end = text.data() + text.size();
    size_t digits = 0;
    for (++at; at < text.size() && digits < 6; ++digits) {
      const CodePoint c = decode(text.data() + at, end);
      if (!is_decimal(c.value)) break;
      at += c.bytes;
    }
    if (digits < 2 || digits > 5) return false;
    if (at < text.size() && text[at] != '/' && text[at] != '?' && text[at] != '#') return false;
  }
  return is_host_name(host, rules) || is_public_address(host);
}

/// Where the text after a scheme `x://` starts, or 0 without one.
size_t after_scheme(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  const char* at = begin;
  size_t count = 0;
  for (; at < end; ++count) {
    const CodePoint c = decode(at, end);
    if (!is_word(c.value) && c.value != '+' && c.value != '-' && c.value != '.') break;
    at += c.bytes;
  }
  const auto size = static_cast<size_t>(at - begin);
  return count >= 2 && text.substr(size, 3) == "://" ? size + 3 : 0;
}

bool has_space(std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const CodePoint c = decode(at, end);
    if (is_space(c.value)) return true;
    at += c.bytes;
  }
  return false;
}

}  // namespace

bool url_match(std::string_view text, const Rules& rules) {
  if (!rules.has_url_class() || text.find('.') == std::string_view::npos || has_space(text)) {
    return false;
  }
  if (host_to_end(text, 0, rules)) return true;
  const size_t scheme = after_scheme(text);
  if (scheme > 0 && host_to_end(text, scheme, rules)) return true;
  for (size_t at = text.find('@', 1); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (host_to_end(text, at + 1, rules)) return true;
  }
  return false;
}

bool like_url(std::string_view token, const Rules& rules) {
  if (token.starts_with("http://") || token.starts_with("https://")) return true;
  if (token.starts_with("www.") && token.size() >= 5) return true;
  const size_t dot = token.rfind('.');
  if (dot == std::string_view::npos || token.front() == '.' || token.back() == '.') return false;
  if (token.find('@') != std::string_view::npos) return false;
  std::string_view tail = token.substr(dot + 1);
  tail = tail.substr(0, tail.find(':'));
  if (tail.ends_with('/') || rules.is_top_level_domain(tail)) return true;
  return url_match(token, rules);
}

}  // namespace weirflow::text
