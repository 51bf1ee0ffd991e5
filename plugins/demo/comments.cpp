// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "comments.h"

#include <algorithm>

#include "vocabulary.h"

namespace weirflow::demo {
namespace {

constexpr uint32_t kRoughPercent = 40;
constexpr uint32_t kRoughRemovedPercent = 87;
constexpr uint32_t kFairRemovedPercent = 9;
/// Of 100 sentences: how many off-hand and how many careful ones; the rest is neutral.
constexpr uint32_t kRoughOfRough = 46, kRoughOfFair = 6;
constexpr uint32_t kCarefulOfRough = 6, kCarefulOfFair = 42;
constexpr uint32_t kOneLinerPercent = 14;
constexpr uint32_t kOrnamentPercent = 9;
/// Row 0's id, so that ids have the seven characters of real ones.
constexpr uint64_t kFirstId = 29'026'738'176;

std::string_view pick(Random& random, Words words) {
  return words[random.below(static_cast<uint32_t>(words.size()))];
}

/// Two draws, the smaller index: common words are common, as in real text.
std::string_view pick_common(Random& random, Words words) {
  const auto size = static_cast<uint32_t>(words.size());
  const uint32_t a = random.below(size), b = random.below(size);
  return words[std::min(a, b)];
}

void append_phrase(Random& random, std::string_view phrase, std::string* out) {
  for (size_t i = 0; i < phrase.size(); ++i) {
    if (phrase[i] != '$' || i + 1 == phrase.size()) {
      out->push_back(phrase[i]);
      continue;
    }
    switch (phrase[++i]) {
      case 't':
        *out += pick_common(random, topics());
        break;
      case 'n':
        *out += pick_common(random, nouns());
        break;
      case 'a':
        *out += pick_common(random, adjectives());
        break;
      case 'v':
        *out += pick_common(random, verbs());
        break;
      case 'p':
        *out += pick_common(random, people());
        break;
      case 'd':
        *out += std::to_string(1 + random.below(random.percent(30) ? 2000 : 100));
        break;
      default:
        break;
    }
  }
}

void append_sentence(Random& random, bool rough, std::string* out) {
  const uint32_t draw = random.below(100);
  const uint32_t rude = rough ? kRoughOfRough : kRoughOfFair;
  const uint32_t careful = rough ? kCarefulOfRough : kCarefulOfFair;
  append_phrase(random,
                draw < rude             ? pick(random, rough_sentences())
                : draw < rude + careful ? pick(random, careful_sentences())
                                        : pick(random, neutral_sentences()),
                out);
}

void append_body(Random& random, bool rough, std::string* out) {
  if (random.percent(kOneLinerPercent)) {
    const bool rude = random.percent(rough ? 72 : 10);
    append_phrase(random, pick(random, rude ? rough_one_liners() : neutral_one_liners()), out);
    return;
  }
  const uint32_t most = rough ? 5 : 8;
  const uint32_t sentences = 1 + std::min(random.below(most), random.below(most));
  for (uint32_t i = 0; i < sentences; ++i) {
    if (i) *out += random.percent(14) ? "\r\n\r\n" : " ";
    append_sentence(random, rough, out);
    if (random.percent(kOrnamentPercent)) append_phrase(random, pick(random, ornaments()), out);
  }
}

void set_base36(uint64_t value, std::string* out) {
  out->clear();
  for (; value > 0; value /= 36) out->push_back("0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
  std::reverse(out->begin(), out->end());
}

}  // namespace

void make_comment(const CommentSettings& settings, int64_t row, Comment* comment) {
  Random seeds(settings.seed);
  Random random(seeds.next() ^ (static_cast<uint64_t>(row) * 0xD1B54A32D192ED03));
  random.next();
  set_base36(kFirstId + static_cast<uint64_t>(row) * 7 + random.below(7), &comment->id);
  const auto jitter = static_cast<uint32_t>(
      std::min<int64_t>(std::max<int64_t>(settings.interval_us, 1), 4'000'000'000));
  comment->created_us =
      settings.start_us + row * settings.interval_us + static_cast<int64_t>(random.below(jitter));
  comment->author = pick_common(random, author_heads());
  comment->author += pick_common(random, author_tails());
  if (const uint32_t n = random.below(60); n > 20) comment->author += std::to_string(n);
  comment->subreddit = pick(random, subreddits());
  const bool rough = random.percent(kRoughPercent);
  comment->removed = random.percent(rough ? kRoughRemovedPercent : kFairRemovedPercent);
  const uint32_t likes = std::min({random.below(400), random.below(400), random.below(60) + 1});
  comment->score = static_cast<int64_t>(likes) - (rough ? random.below(25) : random.below(6));
  comment->body.clear();
  append_body(random, rough, &comment->body);
}

const wf::SchemaPtr& comment_schema() {
  static const auto schema =
      std::make_shared<const wf::Schema>(wf::Schema{{"id", wf::Type::utf8, false, {}},
                                                    {"created", wf::Type::timestamp, false, {}},
                                                    {"author", wf::Type::utf8, false, {}},
                                                    {"subreddit", wf::Type::utf8, false, {}},
                                                    {"body", wf::Type::utf8, false, {}},
                                                    {"score", wf::Type::int64, false, {}},
                                                    {"removed", wf::Type::int64, false, {}}});
  return schema;
}

wf::Batch make_comments(const CommentSettings& settings, int64_t first, int64_t count) {
  wf::StringBuilder id, author, subreddit, body;
  wf::TimestampBuilder created;
  wf::Int64Builder score, removed;
  Comment comment;
  for (int64_t row = first; row < first + count; ++row) {
    make_comment(settings, row, &comment);
    id.append(comment.id);
    created.append(comment.created_us);
    author.append(comment.author);
    subreddit.append(comment.subreddit);
    body.append(comment.body);
    score.append(comment.score);
    removed.append(comment.removed ? 1 : 0);
  }
  return wf::Batch(comment_schema(), count,
                   {id.finish(), created.finish(), author.finish(), subreddit.finish(),
                    body.finish(), score.finish(), removed.finish()});
}

}  // namespace weirflow::demo
