// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_ngrams.h"

namespace weirflow::text {

wf::Status Ngrams::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  WF_ASSIGN(column_, require_words(in, config().column, "column"));
  WF_ASSIGN(range_, ngram_range(config().ngrams));
  wf::Field field{config().into, wf::DataType::list_of(wf::Type::utf8)};
  if (config().into != config().column) return add_column(out, std::move(field), "into");
  field.metadata = in.field(column_).metadata;
  out.set(std::move(field));
  return {};
}

wf::Status Ngrams::process(const wf::Batch& in, wf::Emitter& out) {
  if (in.rows() == 0) return {};
  const wf::ListView lists = in.lists(column_);
  const wf::StringView items(*lists.items());
  wf::ListBuilder<wf::StringBuilder> result;
  for (int64_t i = 0; i < lists.size(); ++i) {
    if (lists.is_null(i)) {
      result.append_null();
      continue;
    }
    words_.clear();
    for (int64_t k = lists.begin(i); k < lists.end(i); ++k) {
      if (!items.is_null(k)) words_.add(items[k], 0);
    }
    for_each_ngram(words_, range_,
                   [&](std::string_view ngram, size_t, size_t) { result.items().append(ngram); });
    result.append();
  }
  std::vector<wf::ArrayPtr> columns = in.columns();
  if (config().into == config().column) {
    columns[static_cast<size_t>(column_)] = result.finish();
  } else {
    columns.push_back(result.finish());
  }
  out.emit(wf::Batch(out.schema(), in.rows(), std::move(columns)));
  return {};
}

}  // namespace weirflow::text
