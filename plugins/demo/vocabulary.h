// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Word and phrase lists of the generator. In a phrase, `$x` is a slot: $t topic, $n noun,
/// $a adjective, $v verb (third person), $p person, $d number.

#include <span>
#include <string_view>

namespace weirflow::demo {

using Words = std::span<const std::string_view>;

Words topics();
Words nouns();
Words adjectives();
Words verbs();
Words people();

/// Sentences of both tones, of fair and of rough comments.
Words neutral_sentences();
Words careful_sentences();
Words rough_sentences();
/// Whole short comments: of both tones, and those that mostly get removed.
Words neutral_one_liners();
Words rough_one_liners();
/// Put behind a sentence or between paragraphs: links, quotations, emoji, odd escapes.
Words ornaments();

Words subreddits();
Words author_heads();
Words author_tails();

}  // namespace weirflow::demo
