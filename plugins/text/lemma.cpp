// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "lemma.h"

#include "embedded.h"
#include "lines.h"
#include "unicode.h"

namespace weirflow::text {

wf::Result<std::shared_ptr<const LemmaTable>> LemmaTable::parse(std::string_view lines) {
  auto table = std::make_shared<LemmaTable>();
  size_t number = 0;
  for (std::string_view line; next_line(lines, line);) {
    ++number;
    if (line.empty() || line.starts_with("# ")) continue;
    const size_t tab = line.find('\t');
    if (tab == 0 || tab == std::string_view::npos || tab + 1 == line.size() || !is_utf8(line)) {
      return wf::invalid_config("line " + std::to_string(number) +
                                ": expected a form, a tab and a lemma in UTF-8");
    }
    table->lemmas_.insert_or_assign(std::string(line.substr(0, tab)),
                                    std::string(line.substr(tab + 1)));
  }
  return std::shared_ptr<const LemmaTable>(std::move(table));
}

wf::Result<std::shared_ptr<const LemmaTable>> LemmaTable::load(const std::string& path) {
  WF_ASSIGN(const std::string bytes, read_file(path));
  auto table = parse(bytes);
  if (!table.ok()) return std::move(table).status().with_context(path);
  return table;
}

const std::shared_ptr<const LemmaTable>& LemmaTable::wordnet() {
  // value() is safe: the list is part of the program, and the tests read it.
  static const std::shared_ptr<const LemmaTable> table = parse(embedded_wordnet_lemmas()).value();
  return table;
}

}  // namespace weirflow::text
