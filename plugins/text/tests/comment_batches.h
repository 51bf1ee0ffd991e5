// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The real comments as batches with a column `body`.

#include <algorithm>
#include <string>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::text {

/// Batches of up to `size` rows, columns row: int64 and body: binary (or `type`).
inline std::vector<wf::Batch> body_batches(const std::vector<std::string>& bodies, size_t size,
                                           wf::Type type = wf::Type::binary) {
  const auto schema =
      std::make_shared<const wf::Schema>(wf::Schema{{"row", wf::Type::int64}, {"body", type}});
  std::vector<wf::Batch> batches;
  for (size_t start = 0; start < bodies.size(); start += size) {
    const size_t stop = std::min(start + size, bodies.size());
    wf::Int64Builder rows;
    wf::StringBuilder texts(type);
    for (size_t i = start; i < stop; ++i) {
      rows.append(static_cast<int64_t>(i));
      texts.append(bodies[i]);
    }
    batches.emplace_back(schema, static_cast<int64_t>(stop - start),
                         std::vector<wf::ArrayPtr>{rows.finish(), texts.finish()});
  }
  return batches;
}

}  // namespace weirflow::text
