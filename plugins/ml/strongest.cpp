// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "strongest.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "columns.h"

namespace weirflow::ml {

namespace {

/// Columns of one sign, strongest first.
std::vector<int32_t> strongest_columns(std::span<const double> weights, bool positive,
                                       size_t most) {
  std::vector<int32_t> columns;
  for (size_t i = 0; i < weights.size(); ++i)
    if (positive ? weights[i] > 0 : weights[i] < 0) columns.push_back(static_cast<int32_t>(i));
  const auto stronger = [&](int32_t a, int32_t b) {
    const double x = std::abs(weights[static_cast<size_t>(a)]);
    const double y = std::abs(weights[static_cast<size_t>(b)]);
    return x != y ? x > y : a < b;
  };
  const size_t kept = std::min(most, columns.size());
  std::partial_sort(columns.begin(), columns.begin() + static_cast<ptrdiff_t>(kept), columns.end(),
                    stronger);
  columns.resize(kept);
  return columns;
}

/// Fills in names from one batch; how many became known.
size_t learn_names(const wf::Batch& batch, int features, int terms,
                   std::map<int32_t, std::string>& names) {
  const wf::SparseView sparse = batch.sparse(features);
  std::vector<int64_t> offsets;
  const CsrView rows = sparse_rows(sparse, offsets);
  const wf::ListView lists = batch.lists(terms);
  const wf::StringView texts(*lists.items());
  size_t learnt = 0;
  for (int64_t i = 0; i < batch.rows(); ++i) {
    const SparseRow row = rows.row(static_cast<size_t>(i));
    if (lists.end(i) - lists.begin(i) != static_cast<int64_t>(row.size)) continue;
    for (auto& [column, name] : names) {
      if (!name.empty()) continue;
      const int32_t* end = row.indices + row.size;
      const int32_t* at = std::lower_bound(row.indices, end, column);
      if (at == end || *at != column) continue;
      name = texts[lists.begin(i) + (at - row.indices)];
      ++learnt;
    }
  }
  return learnt;
}

}  // namespace

wf::Result<Strongest> strongest_ngrams(const wf::Spool& spool, int features, int terms,
                                       std::span<const double> weights, size_t most) {
  const auto raising = strongest_columns(weights, true, most);
  const auto lowering = strongest_columns(weights, false, most);
  std::map<int32_t, std::string> names;
  for (const auto* columns : {&raising, &lowering})
    for (const int32_t column : *columns) names[column];
  WF_ASSIGN(auto reader, spool.open());
  for (size_t unknown = names.size(); unknown > 0;) {
    WF_ASSIGN(const auto batch, reader.next());
    if (!batch) break;
    unknown -= learn_names(*batch, features, terms, names);
  }
  const auto list_of = [&](const std::vector<int32_t>& columns) {
    wf::Value::List list;
    for (const int32_t column : columns) {
      std::string name = names[column];
      if (name.empty()) name = "#" + std::to_string(column);
      list.emplace_back(wf::Value::Table{{"ngram", std::move(name)},
                                         {"weight", weights[static_cast<size_t>(column)]}});
    }
    return wf::Value(std::move(list));
  };
  return Strongest{list_of(raising), list_of(lowering)};
}

}  // namespace weirflow::ml
