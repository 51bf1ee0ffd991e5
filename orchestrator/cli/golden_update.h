// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes the rows that came into a test file, in place of those that it expects; everything else
/// of the file stays as it is. Threads: one.

#include <string>
#include <vector>

#include "cli/golden_bed.h"
#include "cli/golden_file.h"
#include "weirflow/status.hpp"

namespace weirflow::cli {

/// One list of rows and what came.
struct GoldenEdit {
  const GoldenRows* expected = nullptr;
  GoldenBed::Collected collected;
};

/// The text with the lists replaced. A list that stands more than once in the text, as an array of
/// tables does, is refused.
wf::Result<std::string> updated_text(const std::string& text, const std::vector<GoldenEdit>& edits);

}  // namespace weirflow::cli
