// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A Reddit comment as the API, Pushshift's dumps and Arctic Shift's dumps write it, and the typed
/// columns that Weirflow makes of it.
///
/// Columns (all may be null but id and body):
///   id utf8, name utf8 ("t1_" + id when the object has none), parent_id, link_id, author,
///   author_fullname, body utf8, created_utc timestamp, edited bool, edited_utc timestamp (null
///   while it is not known when), score int64, score_hidden bool, subreddit, subreddit_id,
///   permalink, distinguished utf8, stickied bool, controversiality int64, retrieved_utc timestamp,
///   removal utf8 (_meta.removal_type as written, else "removed" or "deleted" when the body or the
///   author's name is the placeholder), removed bool (removal begins with "removed": taken away by
///   moderators or by Reddit, not by the author).
///
/// Facts about the forms: created_utc, retrieved_on and retrieved_utc are seconds, numbers in new
/// and strings in some old objects; edited is false, true (very old edits) or the time of the edit;
/// an API listing wraps the object as {"kind": "t1", "data": {...}}.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/io/json.hpp"

namespace weirflow::reddit {

/// Names of all columns, in their order.
const std::vector<std::string>& comment_columns();

/// Reads comments one by one into columns. One thread.
class CommentReader {
 public:
  /// `columns`: the ones to give, in this order; empty: all. invalid_config for an unknown name,
  /// with the nearest one.
  static wf::Result<std::unique_ptr<CommentReader>> make(const std::vector<std::string>& columns);
  ~CommentReader();

  [[nodiscard]] const std::vector<wf::Field>& fields() const;
  /// Appends one row, or says why this is no comment (and appends nothing): codes bad_json,
  /// not_a_comment, bad_value. `padded`: 64 bytes behind `json` may be read.
  std::optional<wf::io::LineParser::Problem> add(std::string_view json, bool padded);
  /// The rows so far, one array per field.
  std::vector<wf::ArrayPtr> finish();

 private:
  struct State;
  explicit CommentReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weirflow::reddit
