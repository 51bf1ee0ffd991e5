// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A set of words to leave out, compared in lower case.

#include <memory>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"
#include "word_table.h"

namespace weirflow::text {

class StopWords {
 public:
  /// Words in UTF-8, separated by white space; lines that start with "# " are skipped. Stored in
  /// lower case. Errors: invalid_config when it is not UTF-8.
  static wf::Result<std::shared_ptr<const StopWords>> parse(std::string_view lines);
  /// Also not_found, io_error.
  static wf::Result<std::shared_ptr<const StopWords>> load(const std::string& path);
  /// The built-in list of English function words.
  static const std::shared_ptr<const StopWords>& english();

  /// `word` must be in lower case.
  [[nodiscard]] bool contains(std::string_view word) const {
    return words_.find(word) != words_.end();
  }
  [[nodiscard]] size_t size() const { return words_.size(); }

 private:
  WordMap words_;
};

}  // namespace weirflow::text
