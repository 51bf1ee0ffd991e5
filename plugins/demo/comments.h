// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A seeded generator of comment-like English text with the label `removed`.
///
/// How: row i is made from (seed, i) alone, by integer arithmetic, so it is the same on every
/// machine and whatever the batches are. A comment has a hidden tone, rough (2 of 5) or fair. Its
/// sentences are drawn from phrase lists: neutral ones for both, off-hand and rude ones mostly for
/// rough, careful ones mostly for fair comments. Moderators are not perfect: of the rough ones 87
/// in 100 are removed, of the fair ones 9. So about 40 % are removed, and what can be learned from
/// the text is limited: TF-IDF with logistic regression reaches an AUC between 0.75 and 0.85.
///
/// The text has the odd corners of real comments: HTML entities, quotations ("&gt;"), links, CR LF
/// between paragraphs, backslash escapes, accents and emoji.

#include <cstdint>
#include <string>

#include "weirflow/batch.hpp"

namespace weirflow::demo {

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
class Random {
 public:
  explicit Random(uint64_t state) : state_(state) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// From 0 to n - 1, n in [1, 2^32).
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(((next() >> 32) * n) >> 32); }
  bool percent(uint32_t p) { return below(100) < p; }

 private:
  uint64_t state_;
};

struct CommentSettings {
  uint64_t seed = 42;
  int64_t start_us = 1'466'899'200'000'000;  ///< event time of row 0; 2016-06-26T00:00:00Z
  int64_t interval_us = 20'000'000;          ///< between rows on average; times never go back
};

struct Comment {
  std::string id;  ///< base 36, ascending with the row
  int64_t created_us = 0;
  std::string author, subreddit, body;
  int64_t score = 0;
  bool removed = false;
};

/// Row `row` (from 0). *comment's strings are reused.
void make_comment(const CommentSettings& settings, int64_t row, Comment* comment);

/// id utf8, created timestamp, author utf8, subreddit utf8, body utf8, score int64, removed int64
/// (0 or 1, as in the files of real comments).
const wf::SchemaPtr& comment_schema();

/// The rows [first, first + count).
wf::Batch make_comments(const CommentSettings& settings, int64_t first, int64_t count);

}  // namespace weirflow::demo
