// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The files of data/ and the lemma list made from WordNet, as they were at build time.
/// The bytes live as long as the program.

#include <string_view>

namespace weirflow::text {

std::string_view embedded_english_rules();
std::string_view embedded_english_stop_words();
std::string_view embedded_html5_entities();
/// "form TAB lemma" lines, sorted by form.
std::string_view embedded_wordnet_lemmas();

}  // namespace weirflow::text
