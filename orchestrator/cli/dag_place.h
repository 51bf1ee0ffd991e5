// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where what belongs to a DAG is kept, for commands that take its file or its name.

#include <string>

#include "cli/session.h"

namespace weirflow::cli {

struct DagPlace {
  std::string home;
  std::string dag;
};

/// `word` is a DAG file (its home is beside it) or the name of a DAG. invalid_config for a file
/// that is no DAG; not_found for a path to nothing.
wf::Result<DagPlace> find_dag(const Common& common, const std::string& word);

/// A duration back from now ("2h") or a time (ISO 8601), as "2026-11-22T03:00:00.000000Z".
wf::Result<std::string> since_text(const std::string& text);

}  // namespace weirflow::cli
