// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A plan in words: regions by phase, chains and their lanes, tasks with the columns they add,
/// stored edges and why, threads, memory, guarantees. Threads: pure functions, but that the cores
/// and the memory of this machine are in the answer.

#include <string>

#include "dag/plan.h"

namespace weirflow::cli {

/// For a terminal of `width` columns; long lists are wrapped, nothing is cut. Ends with a newline.
std::string plan_text(const dag::Plan& plan, int width);

/// The same as one JSON document (schema: docs/operations.md), without a newline at the end.
std::string plan_json(const dag::Plan& plan);

/// Text broken at blanks so that lines have at most `width` columns; further lines begin with
/// `indent` blanks. A word that is longer stays whole.
std::string wrapped(const std::string& text, int width, int indent);

}  // namespace weirflow::cli
