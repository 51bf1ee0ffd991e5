// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/reference.h"

#include <algorithm>

namespace weirflow::model {

namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

}  // namespace

bool is_model_name(std::string_view text) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 100 && is_lower(text[0]) &&
         std::all_of(text.begin(), text.end(), allowed);
}

bool is_alias_name(std::string_view text) {
  return is_model_name(text) &&
         (text.size() < 16 || !std::all_of(text.begin(), text.end(), is_hex));
}

bool is_id_prefix(std::string_view text) {
  return text.size() >= 16 && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_hex);
}

bool is_id(std::string_view text) { return text.size() == 64 && is_id_prefix(text); }

wf::Result<Reference> parse_reference(std::string_view text) {
  const size_t at = text.find('@');
  Reference reference{std::string(text.substr(0, at)), std::string(kChampion), ""};
  const auto wrong = [&](const std::string& what) {
    return wf::invalid_config("`" + std::string(text) + "` is no reference to a model: " + what +
                              "; write `name`, `name@alias` or `name@` and 16 hex digits");
  };
  if (!is_model_name(reference.model))
    return wrong("a name has a-z, 0-9, _ and -, and starts with a letter");
  if (at == std::string_view::npos) return reference;
  const std::string_view rest = text.substr(at + 1);
  if (is_id_prefix(rest)) {
    reference.alias.clear();
    reference.digits = rest;
    return reference;
  }
  if (!is_alias_name(rest))
    return wrong("`" + std::string(rest) + "` is neither an alias nor a version");
  reference.alias = rest;
  return reference;
}

}  // namespace weirflow::model
