// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <unicode/ucasemap.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "node.h"
#include "strings.h"

namespace wf::expr {

bool is_ascii(std::string_view text) {
  uint8_t any = 0;
  for (const char c : text) any |= static_cast<uint8_t>(c);
  return any < 0x80;
}

namespace {

using CaseFunction = int32_t (*)(const UCaseMap*, char*, int32_t, const char*, int32_t,
                                 UErrorCode*);

/// The root locale's case map: the same answer on every machine.
const UCaseMap* root_case_map() {
  static const UCaseMap* map = [] {
    UErrorCode error = U_ZERO_ERROR;
    return ucasemap_open("", U_FOLD_CASE_DEFAULT, &error);
  }();
  return map;
}

void change_case(CaseFunction change, std::string_view text, std::string& out) {
  if (text.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()) / 3)
    throw std::length_error("a text is too long to change its case");
  out.resize(text.size() + 16);
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode error = U_ZERO_ERROR;
    const int32_t length = change(root_case_map(), out.data(), static_cast<int32_t>(out.size()),
                                  text.data(), static_cast<int32_t>(text.size()), &error);
    out.resize(static_cast<size_t>(length));
    if (error != U_BUFFER_OVERFLOW_ERROR) return;
  }
}

template <bool Upper>
char ascii_case(char c) {
  if constexpr (Upper) return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

size_t code_points(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return count;
}

/// Byte position of the n-th code point, or the end.
size_t byte_of(std::string_view text, size_t n, size_t from = 0) {
  size_t at = from;
  while (at < text.size() && n > 0) {
    ++at;
    while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) ++at;
    --n;
  }
  return at;
}

/// Converts the first `n_text` arguments to utf8 and the others to int64.
Status want_texts(Arguments& args, size_t n_text) {
  for (size_t i = 0; i < args.count(); ++i)
    WF_TRY(args.want(i, i < n_text ? Type::utf8 : Type::int64));
  return {};
}

/// Text out of texts, row by row: put(i, texts, out) appends.
template <typename Put>
Result<NodePtr> to_text(Arguments& args, size_t n_text, Put put) {
  WF_TRY(want_texts(args, n_text));
  return make_strict(Type::utf8, args.span, args.nodes,
                     [put, n_text](int64_t rows, std::vector<Vec>& v) {
                       const Validity validity = combine_validity(rows, v);
                       std::vector<Texts> texts;
                       for (size_t k = 0; k < n_text && k < v.size(); ++k) texts.emplace_back(v[k]);
                       StringBuilder out;
                       out.reserve(rows, static_cast<int64_t>(v[0].array->buffers[2].size));
                       for (int64_t i = 0; i < rows; ++i) {
                         if (validity[i])
                           put(i, texts, v, out);
                         else
                           out.append_null();
                       }
                       return Vec{out.finish(), false, {}};
                     });
}

using TextList = std::vector<Texts>;
using Values = std::vector<Vec>;

template <bool Upper>
Result<NodePtr> build_case(Arguments& args) {
  return to_text(args, 1, [](int64_t i, const TextList& t, const Values&, StringBuilder& out) {
    const std::string_view text = t[0][i];
    std::string changed;
    if (is_ascii(text)) {
      changed.resize(text.size());
      std::transform(text.begin(), text.end(), changed.begin(), ascii_case<Upper>);
    } else {
      change_case(Upper ? ucasemap_utf8ToUpper : ucasemap_utf8ToLower, text, changed);
    }
    out.append(changed);
  });
}

/// Strips white space, or any of the code points of the second argument, from the chosen ends.
template <bool Left, bool Right>
Result<NodePtr> build_trim(Arguments& args) {
  return to_text(args, 2, [](int64_t i, const TextList& t, const Values&, StringBuilder& out) {
    std::string_view text = t[0][i];
    const std::string_view set = t.size() > 1 ? t[1][i] : std::string_view(" \t\r\n\v\f");
    const auto strips = [&](std::string_view code_point) {
      for (size_t at = 0; at < set.size();) {
        const size_t next = byte_of(set, 1, at);
        if (set.substr(at, next - at) == code_point) return true;
        at = next;
      }
      return false;
    };
    if constexpr (Left) {
      while (!text.empty() && strips(text.substr(0, byte_of(text, 1))))
        text.remove_prefix(byte_of(text, 1));
    }
    if constexpr (Right) {
      while (!text.empty()) {
        size_t last = text.size() - 1;
        while (last > 0 && (static_cast<uint8_t>(text[last]) & 0xC0) == 0x80) --last;
        if (!strips(text.substr(last))) break;
        text.remove_suffix(text.size() - last);
      }
    }
    out.append(text);
  });
}

int64_t integer_at(const Vec& vec, int64_t row) {
  return NumericView<int64_t>(*vec.array)[vec.at(row)];
}

/// Code points `start` (1 = first, -1 = last, 0 as 1) on, at most `length`.
Result<NodePtr> build_substr(Arguments& args) {
  return to_text(args, 1, [](int64_t i, const TextList& t, const Values& v, StringBuilder& out) {
    const std::string_view text = t[0][i];
    const int64_t start = integer_at(v[1], i);
    int64_t length = v.size() > 2 ? integer_at(v[2], i) : std::numeric_limits<int64_t>::max();
    size_t skip = start > 0 ? static_cast<size_t>(start) - 1 : 0;
    if (start < 0) {
      const auto n = static_cast<int64_t>(code_points(text));
      // Before the first code point: the part that sticks out uses up length.
      if (start < -n) {
        const uint64_t outside = static_cast<uint64_t>(-n) - static_cast<uint64_t>(start);
        const bool reaches = length > 0 && static_cast<uint64_t>(length) > outside;
        length = reaches ? length - static_cast<int64_t>(outside) : 0;
      }
      skip = start < -n ? 0 : static_cast<size_t>(n + start);
    }
    const size_t begin = byte_of(text, skip);
    const size_t end = length <= 0 ? begin : byte_of(text, static_cast<size_t>(length), begin);
    out.append(text.substr(begin, end - begin));
  });
}

Result<NodePtr> build_replace(Arguments& args) {
  return to_text(args, 3, [](int64_t i, const TextList& t, const Values&, StringBuilder& out) {
    const std::string_view text = t[0][i], from = t[1][i], to = t[2][i];
    std::string changed;
    size_t at = 0;
    for (size_t hit; !from.empty() && (hit = text.find(from, at)) != std::string_view::npos;
         at = hit + from.size()) {
      changed.append(text, at, hit - at);
      changed += to;
    }
    changed.append(text, at);
    out.append(changed);
  });
}

/// bool out of two texts.
template <typename F>
Result<NodePtr> test(Arguments& args, F f) {
  WF_TRY(want_texts(args, 2));
  return make_strict(Type::boolean, args.span, args.nodes, [f](int64_t rows, std::vector<Vec>& v) {
    const Texts text(v[0]), other(v[1]);
    Buffer bits = make_bits(rows, [&](int64_t i) { return f(text[i], other[i]); });
    return Vec{
        make_array(Type::boolean, rows, combine_validity(rows, v), std::move(bits)), false, {}};
  });
}

template <typename F>
Result<NodePtr> measure(Arguments& args, F f) {
  if (args.nodes[0]->id() == Type::binary && args.name == "octet_length") {
    WF_TRY(args.want(0, Type::binary));
  } else {
    WF_TRY(want_texts(args, args.count()));
  }
  return make_strict(Type::int64, args.span, args.nodes, [f](int64_t rows, std::vector<Vec>& v) {
    std::vector<Texts> texts;
    for (const Vec& vec : v) texts.emplace_back(vec);
    BufferBuilder<int64_t> out;
    out.resize_for_overwrite(static_cast<size_t>(rows));
    for (int64_t i = 0; i < rows; ++i) out[static_cast<size_t>(i)] = f(texts, i);
    return Vec{make_array(Type::int64, rows, combine_validity(rows, v), out.finish()), false, {}};
  });
}

Result<NodePtr> build_length(Arguments& a) {
  return measure(
      a, [](const TextList& t, int64_t i) { return static_cast<int64_t>(code_points(t[0][i])); });
}
Result<NodePtr> build_octet_length(Arguments& a) {
  return measure(a,
                 [](const TextList& t, int64_t i) { return static_cast<int64_t>(t[0][i].size()); });
}
/// 1-based position in code points of the second text in the first, 0 when it is not there.
Result<NodePtr> build_position(Arguments& a) {
  return measure(a, [](const TextList& t, int64_t i) {
    const size_t at = t[0][i].find(t[1][i]);
    if (at == std::string_view::npos) return int64_t{0};
    return static_cast<int64_t>(code_points(t[0][i].substr(0, at))) + 1;
  });
}
Result<NodePtr> build_contains(Arguments& a) {
  return test(a, [](std::string_view s, std::string_view p) {
    return s.find(p) != std::string_view::npos;
  });
}
Result<NodePtr> build_starts_with(Arguments& a) {
  return test(a, [](std::string_view s, std::string_view p) { return s.starts_with(p); });
}
Result<NodePtr> build_ends_with(Arguments& a) {
  return test(a, [](std::string_view s, std::string_view p) { return s.ends_with(p); });
}

}  // namespace

void fold_case(std::string_view text, std::string& out) {
  if (!is_ascii(text)) return change_case(ucasemap_utf8FoldCase, text, out);
  out.resize(text.size());
  std::transform(text.begin(), text.end(), out.begin(), ascii_case<false>);
}

Result<NodePtr> make_concat(std::vector<NodePtr> nodes, Span span) {
  for (const NodePtr& node : nodes)
    if (node->id() != Type::utf8 && node->id() != Type::null)
      return refuse(node->span(), "|| joins texts (utf8); this is " + node->type().to_string(),
                    "convert it: CAST(... AS utf8)");
  Arguments args{"||", span, span, std::move(nodes)};
  return to_text(args, args.count(),
                 [](int64_t i, const TextList& t, const Values&, StringBuilder& out) {
                   std::string joined;
                   for (const Texts& part : t) joined += part[i];
                   out.append(joined);
                 });
}

std::span<const Function> text_functions() {
  static constexpr Function kFunctions[] = {
      {"contains", 2, 2, build_contains},       {"ends_with", 2, 2, build_ends_with},
      {"length", 1, 1, build_length},           {"lower", 1, 1, build_case<false>},
      {"ltrim", 1, 2, build_trim<true, false>}, {"octet_length", 1, 1, build_octet_length},
      {"position", 2, 2, build_position},       {"replace", 3, 3, build_replace},
      {"rtrim", 1, 2, build_trim<false, true>}, {"starts_with", 2, 2, build_starts_with},
      {"substr", 2, 3, build_substr},           {"trim", 1, 2, build_trim<true, true>},
      {"upper", 1, 1, build_case<true>},
  };
  return kFunctions;
}

}  // namespace wf::expr
