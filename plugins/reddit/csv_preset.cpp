// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "csv_preset.h"

#include <algorithm>

namespace weirflow::reddit {
namespace {

using wf::Type;

struct Known {
  std::string_view name;
  Type type;
};
constexpr Known kKnown[] = {{"row", Type::int64},           {"x", Type::int64},
                            {"index", Type::int64},         {"body", Type::utf8},
                            {"score", Type::int64},         {"parentid", Type::utf8},
                            {"linkid", Type::utf8},         {"id", Type::utf8},
                            {"created", Type::timestamp},   {"createdutc", Type::timestamp},
                            {"retrieved", Type::timestamp}, {"retrievedon", Type::timestamp},
                            {"author", Type::utf8},         {"subreddit", Type::utf8}};

/// "Parent.ID" -> "parentid".
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c + 32);
    else if (c != ' ' && c != '.' && c != '_' && c != '-')
      out += c;
  }
  return out;
}

}  // namespace

Type preset_type(std::string_view column, Type removed_type) {
  const std::string name = plain(column);
  if (name == "removed" || name == "isremoved") return removed_type;
  for (const Known& known : kKnown)
    if (name == known.name) return known.type;
  return Type::null;
}

wf::Result<wf::io::CsvOptions> preset_options(wf::io::CsvOptions options,
                                              const std::vector<std::string>& paths,
                                              Type removed_type) {
  options.null_values = {"", "NA"};
  // An index without a name, as some exporters write it, keeps its generated one.
  wf::io::CsvOptions header = options;
  header.infer = wf::io::CsvInfer::none;
  header.columns.clear();
  header.select.clear();
  WF_ASSIGN(const wf::Schema found, wf::io::csv_schema(paths, header));
  bool has_body = false;
  for (const wf::Field& field : found.fields()) {
    has_body = has_body || field.name == "body";
    const Type type = preset_type(field.name, removed_type);
    if (type != Type::null) options.columns.push_back(wf::Field{field.name, type, true, {}});
  }
  if (!has_body)
    return wf::invalid_data(paths[0] + ": there is no column 'body'; the file has " +
                            found.to_string());
  return options;
}

}  // namespace weirflow::reddit
