// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "columns.h"

#include <algorithm>
#include <charconv>

namespace weirflow::ml {

wf::Status at_key(wf::Status status, std::string_view key, std::string hint) {
  return std::move(status).at({std::string(key), 0, 0, std::move(hint)});
}

wf::Result<int> require_column(const wf::Schema& in, std::string_view name, std::string_view key,
                               std::string_view types) {
  WF_ASSIGN(const int column, in.require(name, key));
  const wf::Field& field = in.field(column);
  std::string wanted;
  for (std::string_view rest = types; !rest.empty();) {
    const size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view one = rest.substr(0, bar);
    rest.remove_prefix(std::min(bar + 1, rest.size()));
    const auto type = wf::parse_type(one);
    if (type.ok() && *type == field.type) return column;
    wanted += (wanted.empty() ? "" : rest.empty() ? " or " : ", ") + std::string(one);
  }
  return at_key(wf::invalid_config("column '" + field.name + "' is " + field.type.to_string() +
                                   ", but must be " + wanted),
                key);
}

wf::Status add_column(wf::SchemaBuilder& out, wf::Field field, std::string_view key) {
  wf::Status added =
      field.name.empty() ? wf::invalid_config("a column needs a name") : out.add(std::move(field));
  return at_key(std::move(added), key);
}

bool are_training_rows(const wf::Schema& in) {
  return std::any_of(in.metadata().begin(), in.metadata().end(), [](const auto& entry) {
    return entry.first == "weirflow.rows" && entry.second == "training";
  });
}

TokenColumn::TokenColumn(const wf::Array& column) {
  const wf::Array& items = *column.children[0];
  if (column.null_count() > 0 || items.null_count() > 0) {
    copy(column);
    return;
  }
  batch_.list_offsets = {column.buffers[1].as<int32_t>() + column.offset,
                         static_cast<size_t>(column.length) + 1};
  batch_.string_offsets = {items.buffers[1].as<int32_t>() + items.offset,
                           static_cast<size_t>(items.length) + 1};
  const int32_t end = batch_.string_offsets.back();
  batch_.bytes = {items.buffers[2].as<char>(), static_cast<size_t>(end)};
}

void TokenColumn::copy(const wf::Array& column) {
  const wf::ListView lists(column);
  const wf::StringView items(*lists.items());
  list_offsets_.push_back(0);
  string_offsets_.push_back(0);
  for (int64_t i = 0; i < lists.size(); ++i) {
    for (int64_t k = lists.begin(i); !lists.is_null(i) && k < lists.end(i); ++k) {
      if (items.is_null(k)) continue;
      bytes_ += items[k];
      string_offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    }
    list_offsets_.push_back(static_cast<int32_t>(string_offsets_.size() - 1));
  }
  batch_ = {list_offsets_, string_offsets_, bytes_};
}

CsrView sparse_rows(const wf::SparseView& column, std::vector<int64_t>& offsets) {
  offsets.clear();
  for (int64_t i = 0; i < column.size(); ++i) offsets.push_back(column.begin(i));
  offsets.push_back(column.size() > 0 ? column.end(column.size() - 1) : 0);
  const auto end = static_cast<size_t>(offsets.back());
  return {offsets, {column.indices(), end}, {column.values(), end}};
}

int32_t sparse_size(const wf::Field& field) {
  constexpr std::string_view kSize = "\"size\":";
  const std::string_view json = field.meta(wf::kExtensionMetadata);
  const size_t at = json.find(kSize);
  if (at == std::string_view::npos) return -1;
  int32_t size = -1;
  std::from_chars(json.data() + at + kSize.size(), json.data() + json.size(), size);
  return size;
}

wf::Status bad_training_label(int64_t row, int label) {
  return wf::invalid_data("row " + std::to_string(row) + ": the label is " +
                          (label == -1 ? "null" : "neither 0 nor 1"));
}

}  // namespace weirflow::ml
