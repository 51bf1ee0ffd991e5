// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Index templates (composable ones: _index_template), installed before the first document.

#include <string>

#include "http_pool.h"

namespace weirflow::elasticsearch {

/// The request that installs the JSON file `path` under `name`. Where the file's mappings do not
/// say `dynamic`, it is false: a document's unknown fields are kept, not indexed. not_found,
/// io_error, invalid_config (no JSON, no index_patterns, no object `template`).
wf::Result<HttpRequest> template_request(const std::string& path, const std::string& name);

}  // namespace weirflow::elasticsearch
