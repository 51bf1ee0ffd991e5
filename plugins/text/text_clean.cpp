// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_clean.h"

#include <algorithm>

#include "unicode.h"

namespace weirflow::text {

wf::Status Clean::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  const auto& names = config().column;
  const auto& into = config().into;
  if (!into.empty() && into.size() != names.size())
    return wf::invalid_config("'into' names " + std::to_string(into.size()) +
                              " columns, 'column' " + std::to_string(names.size()))
        .at({"into", 0, 0, ""});
  columns_.clear();
  for (size_t k = 0; k < names.size(); ++k) {
    WF_ASSIGN(const int column, require_text(in, names[k], "column", true));
    if (std::find(columns_.begin(), columns_.end(), column) != columns_.end())
      return wf::invalid_config("column '" + names[k] + "' is named twice")
          .at({"column", 0, 0, ""});
    columns_.push_back(column);
    wf::Field field = in.field(column);
    field.type = wf::Type::utf8;
    if (into.empty()) {
      out.set(std::move(field));
    } else {
      field.name = into[k];
      WF_TRY(add_column(out, std::move(field), "into"));
    }
  }
  return {};
}

wf::Status Clean::process(const wf::Batch& in, wf::Emitter& out) {
  KeptRows kept(in.rows());
  if (config().bad_utf8 == kRefuse) {
    for (const int k : columns_) {
      if (is_binary(in.column(k)->type.id()) && config().encoding != "utf-8") continue;
      kept.refuse_bad_utf8(out, in.strings(k), in.schema().field(k).name);
    }
  }
  const wf::Batch rows = kept.of(in);
  if (rows.rows() == 0) return {};
  std::vector<wf::ArrayPtr> columns = rows.columns();
  for (const int k : columns_) {
    wf::ArrayPtr cleaned = clean_column(*rows.column(k));
    if (config().into.empty()) {
      columns[static_cast<size_t>(k)] = std::move(cleaned);
    } else {
      columns.push_back(std::move(cleaned));
    }
  }
  out.emit(wf::Batch(out.schema(), rows.rows(), std::move(columns)));
  return {};
}

wf::ArrayPtr Clean::clean_column(const wf::Array& column) {
  const bool bytes = is_binary(column.type.id());
  const bool cp1252 = bytes && config().encoding == "cp1252";
  const bool fallback = bytes && config().encoding == "utf-8|cp1252";
  const bool repair = !cp1252 && !fallback && config().bad_utf8 == kReplace;
  const CleanOptions options{.decode = fallback,
                             .html = config().html,
                             .line_breaks = config().line_breaks,
                             .code_points = config().code_points,
                             .backslashes = config().backslashes};
  const wf::StringView values(column);
  wf::StringBuilder result;
  result.reserve(values.size(), text_bytes(values));
  for (int64_t i = 0; i < values.size(); ++i) {
    if (values.is_null(i)) {
      result.append_null();
      continue;
    }
    std::string_view text = values[i];
    if (cp1252 || (repair && !is_utf8(text))) {
      decoded_.clear();
      cp1252 ? append_cp1252(decoded_, text) : append_repaired(decoded_, text);
      text = decoded_;
    }
    clean(text, options, cleaned_, scratch_);
    result.append(cleaned_);
  }
  return result.finish();
}

}  // namespace weirflow::text
