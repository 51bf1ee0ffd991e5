// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A page of search results, as text: nothing of a document is changed by reading it.
///
/// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::elasticsearch {

struct Hit {
  std::string id, index;
  std::string source;  ///< JSON object; "{}" when the index keeps none
};

struct Page {
  std::string pit;    ///< the point in time's id from now on; empty: as before
  std::string after;  ///< JSON array: where the next page begins; empty: there was no hit
  std::vector<Hit> hits;
};

/// invalid_data when the text is no answer to a search, or one of which parts failed.
wf::Result<Page> parse_page(const std::string& text);

/// The id of a new point in time; empty when the text has none.
std::string parse_pit(const std::string& text);

}  // namespace weirflow::elasticsearch
