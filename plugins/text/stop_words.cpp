// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "stop_words.h"

#include "embedded.h"
#include "lines.h"
#include "unicode.h"

namespace weirflow::text {

wf::Result<std::shared_ptr<const StopWords>> StopWords::parse(std::string_view lines) {
  if (!is_utf8(lines)) return wf::invalid_config("the list of stop words is not UTF-8");
  auto result = std::make_shared<StopWords>();
  for (std::string_view line; next_line(lines, line);) {
    if (line.starts_with("# ")) continue;
    for (size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string_view::npos;) {
      const size_t end = std::min(line.find_first_of(" \t", at), line.size());
      std::string word;
      append_lower(word, line.substr(at, end - at));
      result->words_.emplace(std::move(word), std::string());
      at = end;
    }
  }
  return std::shared_ptr<const StopWords>(std::move(result));
}

wf::Result<std::shared_ptr<const StopWords>> StopWords::load(const std::string& path) {
  WF_ASSIGN(const std::string bytes, read_file(path));
  auto words = parse(bytes);
  if (!words.ok()) return std::move(words).status().with_context(path);
  return words;
}

const std::shared_ptr<const StopWords>& StopWords::english() {
  // value() is safe: the list is part of the program, and the tests read it.
  static const std::shared_ptr<const StopWords> words =
      parse(embedded_english_stop_words()).value();
  return words;
}

}  // namespace weirflow::text
