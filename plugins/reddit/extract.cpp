// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "extract.h"

#include "weirflow/kernels.hpp"

namespace weirflow::reddit {

wf::Batch extract_comments(const wf::Batch& in, int json, const std::vector<int>& keep,
                           const wf::SchemaPtr& schema, CommentReader& reader,
                           const RefuseRow& refuse) {
  const wf::StringView texts = in.strings(json);
  std::vector<uint8_t> good(static_cast<size_t>(in.rows()), 1);
  for (int64_t row = 0; row < in.rows(); ++row) {
    auto problem =
        texts.is_null(row)
            ? std::optional(wf::io::LineParser::Problem{"not_a_comment", "the value is null"})
            : reader.add(texts[row], false);
    if (!problem) continue;
    good[static_cast<size_t>(row)] = 0;
    refuse(row, problem->code, problem->message);
  }
  const wf::Batch kept = wf::filter(in, good);
  std::vector<wf::ArrayPtr> columns;
  for (const int i : keep) columns.push_back(kept.column(i));
  for (wf::ArrayPtr& made : reader.finish()) columns.push_back(std::move(made));
  return wf::Batch(schema, kept.rows(), std::move(columns));
}

}  // namespace weirflow::reddit
