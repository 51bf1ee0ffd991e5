// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "tokens.h"

#include <string>

namespace weirflow::ml {

wf::Status TokenBatch::validate() const {
  if (documents() == 0) return {};
  int64_t before = 0;
  for (const int32_t offset : list_offsets) {
    if (offset < before) return wf::invalid_data("token lists: offsets descend or are negative");
    before = offset;
  }
  const auto first = static_cast<size_t>(list_offsets.front());
  const auto last = static_cast<size_t>(list_offsets.back());
  if (first == last) return {};
  if (last >= string_offsets.size()) {
    return wf::invalid_data("token lists: a list ends after the last token");
  }
  before = 0;
  for (size_t t = first; t <= last; ++t) {
    if (string_offsets[t] < before)
      return wf::invalid_data("tokens: offsets descend or are negative");
    before = string_offsets[t];
  }
  if (static_cast<size_t>(before) > bytes.size()) {
    return wf::invalid_data("tokens: a token ends after the last byte");
  }
  return {};
}

}  // namespace weirflow::ml
