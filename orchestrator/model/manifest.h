// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a version is: its manifest, and the identity that follows from it.
///
/// The id is the SHA-256 of the identity: format, the group's canonical text, per state member,
/// component, component version, size and SHA-256 of the bytes, the columns in and out, and the
/// digest of the training rows, as JSON on one line. Name, time and who made it are not part of it,
/// so that the same work gives the same id anywhere.
///
/// Threads: values and pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/schema.hpp"
#include "weirflow/status.hpp"

namespace weirflow::model {

/// A column as a manifest keeps it; other metadata does not belong to a model.
struct Column {
  std::string name, type;  ///< type: DataType::to_string()
  bool nullable = true;
  std::string extension;  ///< of ARROW:extension:name, or empty
  friend bool operator==(const Column&, const Column&) = default;
};
std::vector<Column> columns_of(const wf::Schema& schema);

/// A member's state: one file of the version's folder, named file().
struct StateEntry {
  std::string member, component, component_version;
  std::string sha256;  ///< 64 hex digits
  int64_t size = 0;    ///< bytes
  [[nodiscard]] std::string file() const { return member + ".state"; }
  friend bool operator==(const StateEntry&, const StateEntry&) = default;
};

struct Manifest {
  std::string id, name;
  std::string group_text;          ///< canonical TOML
  std::vector<StateEntry> states;  ///< in the order of the stages
  std::vector<Column> input, output;
  std::string training_data;  ///< digest of the training rows, in order
  int64_t training_rows = 0;
  int64_t created_us = 0;  ///< since 1970-01-01T00:00:00Z

  /// "NAME@" and the first 16 digits of the id.
  [[nodiscard]] std::string version() const { return name + "@" + id.substr(0, 16); }
};

/// 64 hex digits, from all that belongs to the identity.
std::string identity_of(const Manifest& manifest);

/// The file's text: JSON with a last key "check" over everything before it.
std::string encode_manifest(const Manifest& manifest);
/// Errors: invalid_data when any byte is not as encode_manifest() writes it, when the id does not
/// follow from the rest, or when a newer Weirflow wrote it.
wf::Result<Manifest> decode_manifest(std::string_view text);

/// A member that may name a file: [a-z][a-z0-9_.-]*.
bool is_member_name(std::string_view member);

}  // namespace weirflow::model
