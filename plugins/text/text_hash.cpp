// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_hash.h"

#include <algorithm>

namespace weirflow::text {

wf::Status Hash::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(column_, require_words(in, config().column, "column"));
  return add_column(out, wf::sparse_field(config().into, config().size), "into");
}

wf::Status Hash::process(const wf::Batch& in, wf::Emitter& out) {
  if (in.rows() == 0) return {};
  const wf::ListView lists = in.lists(column_);
  const wf::StringView items(*lists.items());
  const auto size = static_cast<uint32_t>(config().size);
  wf::SparseBuilder vectors;
  for (int64_t i = 0; i < lists.size(); ++i) {
    places_.clear();
    if (!lists.is_null(i)) {
      for (int64_t k = lists.begin(i); k < lists.end(i); ++k) {
        if (!items.is_null(k)) places_.push_back(wf::spark_feature_index(items[k], size));
      }
    }
    std::sort(places_.begin(), places_.end());
    for (size_t at = 0; at < places_.size();) {
      size_t next = at + 1;
      while (next < places_.size() && places_[next] == places_[at]) ++next;
      const double count = config().binary ? 1.0 : static_cast<double>(next - at);
      vectors.items().append(places_[at], count);
      at = next;
    }
    vectors.append();
  }
  out.emit(in.with_columns(out.schema(), {vectors.finish()}));
  return {};
}

}  // namespace weirflow::text
