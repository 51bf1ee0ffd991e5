// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "explain_component.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weirflow::ml {

namespace {

/// `+0.41 shut up [30:37]`: in Python's words, text[30:37].
void append_reason(std::string& line, double contribution, std::string_view ngram) {
  char number[32];
  std::snprintf(number, sizeof(number), "%+.2f ", contribution);
  if (!line.empty()) line += ", ";
  line.append(number).append(ngram);
}

void append_place(std::string& line, int32_t begin, int32_t end) {
  line += " [" + std::to_string(begin) + ":" + std::to_string(end) + "]";
}

}  // namespace

wf::Status Explain::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(column_,
            require_column(in, config().contributions, "contributions", kContributionsType));
  return add_column(out, {config().into, wf::Type::utf8}, "into");
}

wf::Status Explain::process(const wf::Batch& in, wf::Emitter& out) {
  const wf::ListView lists = in.lists(column_);
  const wf::Array& items = *lists.items();
  const wf::ArrayPtr ngrams = wf::struct_member(items, 0), parts = wf::struct_member(items, 1),
                     places = wf::struct_member(items, 2);
  const wf::StringView ngram(*ngrams);
  const wf::NumericView<double> contribution(*parts);
  const wf::ListView place(*places);
  const wf::NumericView<int32_t> offset(*place.items());
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
      append_reason(line, contribution[k], ngram[k]);
      if (!place.is_null(k) && place.end(k) - place.begin(k) >= 2)
        append_place(line, offset[place.begin(k)], offset[place.begin(k) + 1]);
    }
    text.append(line);
  }
  out.emit(in.with_columns(out.schema(), {text.finish()}));
  return {};
}

}  // namespace weirflow::ml
