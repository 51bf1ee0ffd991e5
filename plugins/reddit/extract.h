// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Comments out of a column of raw JSON, as a Kafka topic of comments carries them.

#include <functional>
#include <string>
#include <vector>

#include "comment.h"

namespace weirflow::reddit {

/// Called for each row that holds no comment.
using RefuseRow = std::function<void(int64_t row, std::string_view code, std::string_view message)>;

/// Reads column `json` (utf8 or binary) of `in` and answers the rows that are comments: the columns
/// `keep` of `in`, then the comment's. `schema` is that of the answer. A null is
/// refused as not_a_comment.
wf::Batch extract_comments(const wf::Batch& in, int json, const std::vector<int>& keep,
                           const wf::SchemaPtr& schema, CommentReader& reader,
                           const RefuseRow& refuse);

}  // namespace weirflow::reddit
