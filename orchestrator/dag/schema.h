// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON Schema (draft 7, what editors' TOML plugins read) of format 1, for a first line like
/// `#:schema ./weirflow.schema.json`. Generated from the table in keys.h.

#include <string>

namespace weirflow::dag {

/// One schema for both kinds of file: a DAG file has `dag`, a group file has `group`.
/// It says what a single value may be; names, ports and cycles are for `weirflow validate`.
std::string json_schema();

}  // namespace weirflow::dag
