// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What differs between two versions, as their manifests say. Threads: pure functions.

#include <string>
#include <vector>

#include "model/manifest.h"

namespace weirflow::model {

struct Difference {
  std::string what;           ///< "group", "state tfidf", "component of tfidf", "input body", ...
  std::string before, after;  ///< empty where it is not there
};

/// In a fixed order: lines of the group's text (those of the longest common subsequence left out),
/// states, input columns, output columns, training data. Empty for equal identities.
std::vector<Difference> diff(const Manifest& before, const Manifest& after);

}  // namespace weirflow::model
