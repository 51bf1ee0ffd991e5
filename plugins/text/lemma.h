// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Lemmas by look-up: a word's entry, or the word itself. Case counts.

#include <memory>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"
#include "word_table.h"

namespace weirflow::text {

class LemmaTable {
 public:
  /// Lines "form TAB lemma" in UTF-8; empty lines and lines that start with "# " are skipped; of
  /// two lines for one form the later counts. Errors: invalid_config with the line.
  static wf::Result<std::shared_ptr<const LemmaTable>> parse(std::string_view lines);
  /// Also not_found, io_error.
  static wf::Result<std::shared_ptr<const LemmaTable>> load(const std::string& path);
  /// The table made from WordNet when the plugin was built: irregular forms, and regular plural and
  /// verb forms, all in lower case.
  static const std::shared_ptr<const LemmaTable>& wordnet();

  /// The lemma, valid as long as the table, or `form` itself.
  [[nodiscard]] std::string_view lemma(std::string_view form) const {
    const auto found = lemmas_.find(form);
    return found == lemmas_.end() ? form : std::string_view(found->second);
  }
  [[nodiscard]] size_t size() const { return lemmas_.size(); }

 private:
  WordMap lemmas_;
};

}  // namespace weirflow::text
