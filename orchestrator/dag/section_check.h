// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checks a table of the file against the table of keys: unknown keys, wrong types, values that are
/// no name, duration, size or choice. Afterwards the getters below need not report anything: they
/// answer nothing for what is absent or was refused.

#include <optional>
#include <string>

#include "dag/diagnostics.h"
#include "dag/keys.h"
#include "dag/spec.h"
#include "dag/value.h"

namespace weirflow::dag {

/// Reports everything that is wrong with the members of `table` (precondition: it is a table) as
/// far as one member tells. `where` is underlined for a missing key. The members of nested sections
/// are checked by their own call.
void check_section(const Value& table, Section section, SourceRange where,
                   Diagnostics& diagnostics);

/// Reports `value` if it is not what `key` holds. True if it is.
bool check_value(const Value& value, const Key& key, Diagnostics& diagnostics);

/// " did you mean `x`?" or what there is; empty when neither says anything.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                       std::string_view what);

std::optional<Name> get_text(const Value& table, std::string_view key);
std::optional<Located<bool>> get_bool(const Value& table, std::string_view key);
std::optional<Located<int64_t>> get_count(const Value& table, std::string_view key);
std::optional<Located<int64_t>> get_duration(const Value& table, std::string_view key);
std::optional<Located<int64_t>> get_size(const Value& table, std::string_view key);
/// The member if it is a table, else nullptr.
const Value* get_table(const Value& table, std::string_view key);
/// Strings of a list, or of a single string.
std::vector<Name> get_names(const Value& table, std::string_view key);

template <typename E>
std::optional<Located<E>> get_choice(const Value& table, std::string_view key) {
  const auto text = get_text(table, key);
  if (!text) return std::nullopt;
  const std::vector<std::string>& choices = words(E{});
  for (size_t i = 0; i < choices.size(); ++i)
    if (choices[i] == text->value) return Located<E>{static_cast<E>(i), text->range};
  return std::nullopt;
}

}  // namespace weirflow::dag
