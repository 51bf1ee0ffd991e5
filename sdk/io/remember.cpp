// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "weirflow/io/source.hpp"

namespace wf::io {
namespace {

constexpr std::string_view kHead = "weirflow.columns/1\n";

void put(std::string* out, std::string_view text) {
  *out += std::to_string(text.size()) + ":";
  out->append(text);
}

bool take(std::string_view& in, std::string* text) {
  size_t size = 0;
  const auto [end, error] = std::from_chars(in.data(), in.data() + in.size(), size);
  in.remove_prefix(static_cast<size_t>(end - in.data()));
  if (error != std::errc() || in.empty() || in.front() != ':' || in.size() - 1 < size) return false;
  *text = in.substr(1, size);
  in.remove_prefix(size + 1);
  return true;
}

/// Names, sizes and times of the files; empty when one cannot be examined.
std::string files_text(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) {
    const auto stamp = stamp_of(path);
    if (!stamp.ok() || *stamp == FileStamp{}) return {};
    put(&text, path);
    put(&text, std::to_string(stamp->size) + " " + std::to_string(stamp->mtime_ns));
  }
  return text;
}

}  // namespace

std::string remember_schema(const std::vector<std::string>& paths, const Schema& schema) {
  std::string text(kHead);
  put(&text, files_text(paths));
  for (const Field& field : schema.fields()) {
    put(&text, field.name);
    put(&text, field.type.to_string());
    put(&text, field.meta(kExtensionName));
  }
  return text;
}

std::optional<Schema> recall_schema(std::string_view text, const std::vector<std::string>& paths) {
  std::string files, name, type_text, extension;
  if (text.substr(0, kHead.size()) != kHead) return {};
  text.remove_prefix(kHead.size());
  if (!take(text, &files) || files.empty() || files != files_text(paths)) return {};
  std::vector<Field> fields;
  while (!text.empty()) {
    if (!take(text, &name) || !take(text, &type_text) || !take(text, &extension)) return {};
    const auto type = parse_type(type_text);
    if (!type.ok()) return {};
    Field field = extension == kSparseExtension ? sparse_field(name) : Field{name, *type, true, {}};
    field.nullable = true;
    fields.push_back(std::move(field));
  }
  return Schema(std::move(fields));
}

}  // namespace wf::io
