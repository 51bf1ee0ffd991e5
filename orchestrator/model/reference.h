// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of models, aliases and versions, as users write them.
///
///   comment-classifier                    its champion
///   comment-classifier@shadow             an alias
///   comment-classifier@0123456789abcdef   a version: 16 to 64 of the id's hex digits
///
/// Threads: pure functions.

#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::model {

inline constexpr std::string_view kChampion = "champion";
/// The version that `champion` had before; it moves with it and cannot be set.
inline constexpr std::string_view kPrevious = "previous";

/// [a-z][a-z0-9_-]*, at most 100 bytes.
bool is_model_name(std::string_view text);
/// As a model's name, and not 16 or more hex digits: an alias never looks like a version.
bool is_alias_name(std::string_view text);
/// 16 to 64 lower-case hex digits.
bool is_id_prefix(std::string_view text);
/// 64 lower-case hex digits.
bool is_id(std::string_view text);

struct Reference {
  std::string model;
  std::string alias;   ///< empty when a version is named
  std::string digits;  ///< first digits of the id, empty when an alias is named
};

/// Errors: invalid_config saying what a reference looks like.
wf::Result<Reference> parse_reference(std::string_view text);

}  // namespace weirflow::model
