// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace wf::expr {

bool is_ascii(std::string_view text);
/// Unicode default case folding (root locale), so that texts differing only in case become equal.
void fold_case(std::string_view text, std::string& out);

}  // namespace wf::expr
