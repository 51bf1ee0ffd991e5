// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "stemmer.h"

#include <libstemmer.h>

namespace weirflow::text {

void Stemmer::Delete::operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }

std::vector<std::string> Stemmer::languages() {
  std::vector<std::string> names;
  for (const char** name = sb_stemmer_list(); *name != nullptr; ++name) names.emplace_back(*name);
  return names;
}

wf::Result<Stemmer> Stemmer::make(const std::string& language) {
  sb_stemmer* stemmer = sb_stemmer_new(language.c_str(), "UTF_8");
  if (stemmer != nullptr) return Stemmer(stemmer);
  std::string known;
  for (const std::string& name : languages()) known += " " + name;
  return wf::invalid_config("no stemmer for '" + language + "'; known:" + known);
}

std::string_view Stemmer::stem(std::string_view word) {
  const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
  const sb_symbol* stem = sb_stemmer_stem(stemmer_.get(), bytes, static_cast<int>(word.size()));
  if (stem == nullptr) return word;
  return {reinterpret_cast<const char*>(stem),
          static_cast<size_t>(sb_stemmer_length(stemmer_.get()))};
}

}  // namespace weirflow::text
