// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// TOML text to a Value tree with places. The only user of toml++.

#include <optional>
#include <string>

#include "dag/diagnostics.h"
#include "dag/value.h"

namespace weirflow::dag {

/// Files larger than this are refused.
constexpr size_t kMaxFileBytes = size_t{64} << 20;

/// Reads a file into `sources`, shown as `shown`. Refuses, with a report, what cannot be opened, is
/// no UTF-8, holds NUL bytes or is too large; a byte order mark of UTF-8 is dropped. `asked_at` is
/// the place that names the file, for the report (may be nowhere). nullopt after a report, but for
/// a text that is no UTF-8 the file is in `sources` all the same.
std::optional<FileId> load_file(const std::string& path, const std::string& shown,
                                SourceRange asked_at, Sources& sources, Diagnostics& diagnostics);

/// As load_file, for a text that is at hand. `folder` as in Sources::add.
std::optional<FileId> load_text(std::string text, const std::string& shown,
                                const std::string& folder, Sources& sources,
                                Diagnostics& diagnostics);

/// The root table. TOML that is not well-formed is reported once: the parser stops at the first
/// fault. Members are in the order of the file; a table's range is its header, or its braces.
std::optional<Value> parse_toml(FileId file, const Sources& sources, Diagnostics& diagnostics);

/// One TOML value ("[1, 2]", "true"), as in `--set`; nothing when it is none. Ranges are unknown.
std::optional<Value> parse_toml_value(const std::string& text);

}  // namespace weirflow::dag
