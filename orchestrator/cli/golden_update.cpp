// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_update.h"

#include <algorithm>

#include "cli/golden_compare.h"
#include "cli/golden_rows.h"

namespace weirflow::cli {

namespace {

/// The blanks that the line of a place begins with.
std::string indent_at(const std::string& text, size_t place) {
  const size_t start = text.rfind('\n', place) + 1;  // npos + 1 is the file's first byte
  const size_t end = text.find_first_not_of(" \t", start);
  return text.substr(start, std::min(end, place) - start);
}

std::string list_text(const GoldenEdit& edit, const std::string& indent) {
  const std::vector<std::string> columns = compared_columns(*edit.expected, edit.collected);
  std::string rows;
  for (const wf::Batch& batch : edit.collected.batches)
    for (int64_t i = 0; i < batch.rows(); ++i)
      rows += indent + "  " + golden_row_text(batch, i, columns) + ",\n";
  return rows.empty() ? "[]" : "[\n" + rows + indent + "]";
}

}  // namespace

wf::Result<std::string> updated_text(const std::string& text,
                                     const std::vector<GoldenEdit>& edits) {
  std::vector<const GoldenEdit*> order;
  for (const GoldenEdit& edit : edits) {
    const dag::SourceRange range = edit.expected->rows.range;
    if (range.end > text.size() || range.begin >= range.end || text[range.begin] != '[' ||
        text[range.end - 1] != ']' || text.compare(range.begin, 2, "[[") == 0)
      return wf::invalid_config("the rows of `" + edit.expected->at.value +
                                "` are no list in brackets: write rows = [...]");
    order.push_back(&edit);
  }
  // From the end on, so that places before stay true.
  std::sort(order.begin(), order.end(), [](const GoldenEdit* a, const GoldenEdit* b) {
    return a->expected->rows.range.begin > b->expected->rows.range.begin;
  });
  std::string out = text;
  for (const GoldenEdit* edit : order) {
    const dag::SourceRange range = edit->expected->rows.range;
    out.replace(range.begin, range.end - range.begin,
                list_text(*edit, indent_at(text, range.begin)));
  }
  return out;
}

}  // namespace weirflow::cli
