// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the components share: finding their columns, and rows whose text is not UTF-8.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ngrams.h"
#include "weirflow/batch.hpp"
#include "weirflow/component.hpp"

namespace weirflow::text {

/// Position of column `name` of `in`. Errors: invalid_config at `key`, when there is none, and when
/// it is not utf8 or large_utf8 (or, with `binary`, binary or large_binary).
wf::Result<int> require_text(const wf::Schema& in, std::string_view name, std::string_view key,
                             bool binary = false);
/// The same for a list of utf8 or large_utf8.
wf::Result<int> require_words(const wf::Schema& in, std::string_view name, std::string_view key);

bool is_binary(wf::Type type);

/// Bytes of all texts together.
int64_t text_bytes(const wf::StringView& texts);

/// Adds a column. Errors: invalid_config at `key`, when it has no name or one that is taken.
wf::Status add_column(wf::SchemaBuilder& out, wf::Field field, std::string_view key);

/// `values` of the key `ngrams`: one or two numbers. Errors: invalid_config at `ngrams`.
wf::Result<NgramRange> ngram_range(const std::vector<int32_t>& values);

/// The values of the key `bad_utf8`.
inline constexpr std::string_view kRefuse = "refuse";
inline constexpr std::string_view kReplace = "replace";

/// Appends `text`; a byte that belongs to no well-formed UTF-8 sequence becomes U+FFFD. As the
/// tokenizer counts such a byte as one code point, offsets in code points stay the same.
void append_repaired(std::string& out, std::string_view text);

/// Which rows of a batch go on. One thread, one batch.
class KeptRows {
 public:
  explicit KeptRows(int64_t rows) : keep_(static_cast<size_t>(rows), 1) {}
  /// Refuses row `i`, once.
  void refuse(wf::Emitter& out, int64_t i, std::string_view code, const std::string& message) {
    if (!has(i)) return;
    keep_[static_cast<size_t>(i)] = 0;
    out.refuse(i, code, message);
  }
  /// Refuses the rows whose text in this column is not UTF-8, with code "bad_utf8". Nulls go on.
  void refuse_bad_utf8(wf::Emitter& out, const wf::StringView& texts, std::string_view column);
  [[nodiscard]] bool has(int64_t i) const { return keep_[static_cast<size_t>(i)] != 0; }
  /// The columns of the rows that go on; those of `in` itself when all do.
  [[nodiscard]] wf::Batch of(const wf::Batch& in) const;

 private:
  std::vector<uint8_t> keep_;
};

}  // namespace weirflow::text
