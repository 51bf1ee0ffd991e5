// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Snowball stems, by libstemmer. One thread per Stemmer.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

struct sb_stemmer;

namespace weirflow::text {

class Stemmer {
 public:
  /// `language` as libstemmer names it ("english", "porter", "german", ...).
  /// Errors: invalid_config with the known names.
  static wf::Result<Stemmer> make(const std::string& language);
  static std::vector<std::string> languages();

  /// The stem of a lower-case word; valid until the next call. The word itself when libstemmer has
  /// no memory for it.
  std::string_view stem(std::string_view word);

 private:
  struct Delete {
    void operator()(sb_stemmer* stemmer) const;
  };
  explicit Stemmer(sb_stemmer* stemmer) : stemmer_(stemmer) {}
  std::unique_ptr<sb_stemmer, Delete> stemmer_;
};

}  // namespace weirflow::text
