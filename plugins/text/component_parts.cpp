// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "component_parts.h"

#include "unicode.h"
#include "weirflow/kernels.hpp"

namespace weirflow::text {
namespace {

bool is_text(wf::Type type) { return type == wf::Type::utf8 || type == wf::Type::large_utf8; }

wf::Status wrong_type(const wf::Field& field, std::string_view wanted, std::string_view key,
                      std::string hint) {
  return wf::invalid_config("column '" + field.name + "' is " + field.type.to_string() + ", not " +
                            std::string(wanted))
      .at({std::string(key), 0, 0, std::move(hint)});
}

/// Bytes up to the first that belongs to no well-formed sequence.
size_t first_bad_byte(std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const CodePoint c = decode(at, end);
    if (c.bytes == 1 && c.value == 0xFFFD) return static_cast<size_t>(at - text.data());
    at += c.bytes;
  }
  return text.size();
}

}  // namespace

bool is_binary(wf::Type type) { return type == wf::Type::binary || type == wf::Type::large_binary; }

int64_t text_bytes(const wf::StringView& texts) {
  if (texts.size() == 0) return 0;
  const std::string_view last = texts[texts.size() - 1];
  return last.data() + last.size() - texts[0].data();
}

wf::Result<int> require_text(const wf::Schema& in, std::string_view name, std::string_view key,
                             bool binary) {
  WF_ASSIGN(const int column, in.require(name, key));
  const wf::Field& field = in.field(column);
  const wf::Type type = field.type.id();
  if (is_text(type) || (binary && is_binary(type))) return column;
  return wrong_type(field, binary ? "utf8 or binary" : "utf8", key,
                    is_binary(type) ? "text.clean makes text of bytes" : "");
}

wf::Result<int> require_words(const wf::Schema& in, std::string_view name, std::string_view key) {
  WF_ASSIGN(const int column, in.require(name, key));
  const wf::Field& field = in.field(column);
  if (field.type.id() == wf::Type::list && is_text(field.type.children()[0].type.id()))
    return column;
  return wrong_type(field, "list<utf8>", key,
                    is_text(field.type.id()) ? "text.tokenize makes words of text" : "");
}

wf::Status add_column(wf::SchemaBuilder& out, wf::Field field, std::string_view key) {
  wf::Status added =
      field.name.empty() ? wf::invalid_config("a column needs a name") : out.add(std::move(field));
  return std::move(added).at({std::string(key), 0, 0, ""});
}

wf::Result<NgramRange> ngram_range(const std::vector<int32_t>& values) {
  const bool counted = values.size() == 1 || values.size() == 2;
  if (!counted || values.front() < 1 || values.back() < values.front()) {
    return wf::invalid_config(
               "'ngrams' is one number, or the smallest and the largest, from 1 on: 2 or [1, 3]")
        .at({"ngrams", 0, 0, ""});
  }
  return NgramRange{static_cast<size_t>(values.front()), static_cast<size_t>(values.back())};
}

void append_repaired(std::string& out, std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const CodePoint c = decode(at, end);
    append_utf8(out, c.value);
    at += c.bytes;
  }
}

void KeptRows::refuse_bad_utf8(wf::Emitter& out, const wf::StringView& texts,
                               std::string_view column) {
  for (int64_t i = 0; i < texts.size(); ++i) {
    if (texts.is_null(i) || is_utf8(texts[i])) continue;
    refuse(out, i, "bad_utf8",
           "column '" + std::string(column) + "' is not UTF-8 at byte " +
               std::to_string(first_bad_byte(texts[i])));
  }
}

wf::Batch KeptRows::of(const wf::Batch& in) const { return wf::filter(in, keep_); }

}  // namespace weirflow::text
