// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "explain_component.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weirflow::ml {

wf::Status Explain::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(column_, in.require(config().contributions, "contributions"));
  return out.add({config().into, wf::Type::utf8});
}

wf::Status Explain::process(const wf::Batch& in, wf::Emitter& out) {
  const wf::ListView lists = in.lists(column_);
  const wf::Array& items = *lists.items();
  const wf::ArrayPtr ngrams = wf::struct_member(items, 0), parts = wf::struct_member(items, 1);
  const wf::StringView ngram(*ngrams);
  const wf::NumericView<double> contribution(*parts);
  wf::StringBuilder text;
  std::vector<int64_t> order;
  for (int64_t i = 0; i < in.rows(); ++i) {
    if (lists.is_null(i)) {
      text.append_null();
      continue;
    }
    order.clear();
    for (int64_t k = lists.begin(i); k < lists.end(i); ++k) order.push_back(k);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return std::abs(contribution[a]) > std::abs(contribution[b]);
    });
    if (static_cast<int64_t>(order.size()) > config().most)
      order.resize(static_cast<size_t>(config().most));
    std::string line;
    for (const int64_t k : order) {
      char number[32];
      std::snprintf(number, sizeof(number), "%+.2f ", contribution[k]);
      line += (line.empty() ? "" : ", ") + std::string(number) + std::string(ngram[k]);
    }
    text.append(line);
  }
  out.emit(in.with_columns(out.schema(), {text.finish()}));
  return {};
}

}  // namespace weirflow::ml
