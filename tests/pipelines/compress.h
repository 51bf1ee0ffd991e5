// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weirflow::pipelines {

/// One gzip member, one zstd frame, made by the libraries themselves.
std::string gzip(std::string_view bytes);
std::string zstd(std::string_view bytes);

}  // namespace weirflow::pipelines
