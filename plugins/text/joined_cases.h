// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The tokenizer's second pass. Internal to the tokenizer.

#include <string_view>

#include "special_cases.h"
#include "tokenizer.h"

namespace weirflow::text {

/// Replaces sequences of work.tokens that are the joined form of a special case, and whose text is
/// that case, by the case's tokens. Of overlapping sequences the longest is taken, then the first;
/// a sequence with other spacing than the case is left as it is, yet keeps its tokens from shorter
/// ones. Linear in the tokens times the longest joined form.
void put_joined_cases_back(const SpecialCases& special, std::string_view text, Workspace& work);

}  // namespace weirflow::text
