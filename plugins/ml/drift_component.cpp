// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "drift_component.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blob.h"
#include "drift.h"

namespace weirflow::ml {
namespace {

constexpr uint32_t kCounts = section_tag("CNTS");
constexpr uint32_t kReference = section_tag("REFV");
constexpr uint32_t kWindow = section_tag("WNDV");
constexpr uint32_t kSizes = section_tag("SIZE");

constexpr const char* kTypes = "bool|int32|int64|float32|float64";

/// The number in a cell; NaN for what is none.
double number(const wf::Array& column, int64_t row) {
  if (column.is_null(row)) return NAN;
  switch (column.type.id()) {
    case wf::Type::boolean:
      return wf::BoolView(column)[row] ? 1 : 0;
    case wf::Type::int32:
      return wf::NumericView<int32_t>(column)[row];
    case wf::Type::int64:
      return static_cast<double>(wf::NumericView<int64_t>(column)[row]);
    case wf::Type::float32:
      return static_cast<double>(wf::NumericView<float>(column)[row]);
    default:
      return wf::NumericView<double>(column)[row];
  }
}

double mean(const std::vector<double>& values) {
  return values.empty() ? NAN
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

}  // namespace

wf::Status Drift::bind(const wf::Schema& in, wf::SchemaBuilder& out) {
  if (config().columns.empty()) return at_key(wf::invalid_config("names no column"), "columns");
  watched_.clear();
  for (const std::string& name : config().columns) {
    Watched& watched = watched_.emplace_back();
    WF_ASSIGN(watched.column, require_column(in, name, "columns", kTypes));
  }
  out.clear();
  WF_TRY(out.add({"column", wf::Type::utf8}));
  for (const char* name : {"window", "rows", "nulls"}) WF_TRY(out.add({name, wf::Type::int64}));
  for (const char* name : {"psi", "ks", "ks_p", "mean", "reference_mean"})
    WF_TRY(out.add({name, wf::Type::float64}));
  for (const char* name : {"moved", "drift"}) WF_TRY(out.add({name, wf::Type::boolean}));
  return {};
}

void Drift::take(const wf::Array& column, int64_t row, Watched& watched) const {
  const double value = number(column, row);
  if (std::isnan(value)) return;
  (windows_ < 0 ? watched.reference : watched.window).push_back(value);
}

wf::Status Drift::process(const wf::Batch& in, wf::Emitter& out) {
  for (int64_t row = 0; row < in.rows(); ++row) {
    for (Watched& watched : watched_) take(*in.column(watched.column), row, watched);
    ++seen_;
    if (windows_ < 0 && seen_ == config().reference_rows) end_reference();
    if (windows_ >= 0 && seen_ == config().window_rows) WF_TRY(tell(out));
  }
  return {};
}

void Drift::end_reference() {
  for (Watched& watched : watched_) {
    std::sort(watched.reference.begin(), watched.reference.end());
    if (!watched.reference.empty())
      watched.borders = quantile_borders(watched.reference, static_cast<size_t>(config().bins));
  }
  windows_ = 0;
  seen_ = 0;
}

wf::Status Drift::tell(wf::Emitter& out) {
  wf::StringBuilder column;
  wf::Int64Builder window, rows, nulls;
  wf::Float64Builder psi, ks, ks_p, now, before;
  wf::BoolBuilder moved, drift;
  ++windows_;
  for (size_t i = 0; i < watched_.size(); ++i) {
    Watched& w = watched_[i];
    std::sort(w.window.begin(), w.window.end());
    // A column that has lost all its values, or had none, has moved as far as one can.
    const bool comparable = !w.window.empty() && !w.reference.empty();
    const bool both_empty = w.window.empty() && w.reference.empty();
    const double index =
        comparable ? population_stability_index(w.reference, w.window, w.borders) : NAN;
    const double distance = comparable ? kolmogorov_smirnov(w.reference, w.window) : NAN;
    const bool has_moved = comparable ? index > config().psi : !both_empty;
    w.moved = has_moved ? w.moved + 1 : 0;
    column.append(config().columns[i]);
    window.append(windows_);
    rows.append(seen_);
    nulls.append(seen_ - static_cast<int64_t>(w.window.size()));
    const auto append = [](wf::Float64Builder& to, double value) {
      if (std::isnan(value))
        to.append_null();
      else
        to.append(value);
    };
    append(psi, index);
    append(ks, distance);
    append(ks_p,
           comparable ? kolmogorov_smirnov_p(distance, w.reference.size(), w.window.size()) : NAN);
    append(now, mean(w.window));
    append(before, mean(w.reference));
    moved.append(has_moved);
    drift.append(w.moved >= config().windows);
    if (comparable) host().gauge("psi_" + std::to_string(i), index);
    w.window.clear();
  }
  seen_ = 0;
  const int64_t lines = column.length();
  out.emit(wf::Batch(
      out.schema(), lines,
      {column.finish(), window.finish(), rows.finish(), nulls.finish(), psi.finish(), ks.finish(),
       ks_p.finish(), now.finish(), before.finish(), moved.finish(), drift.finish()}));
  return {};
}

wf::Result<std::string> Drift::snapshot(uint64_t) {
  std::vector<int64_t> counts{seen_, windows_}, sizes;
  std::vector<double> reference, window;
  for (const Watched& w : watched_) {
    counts.push_back(w.moved);
    sizes.push_back(static_cast<int64_t>(w.reference.size()));
    sizes.push_back(static_cast<int64_t>(w.window.size()));
    reference.insert(reference.end(), w.reference.begin(), w.reference.end());
    window.insert(window.end(), w.window.begin(), w.window.end());
  }
  BlobWriter writer(BlobKind::drift);
  writer.add<int64_t>(kCounts, counts);
  writer.add<int64_t>(kSizes, sizes);
  writer.add<double>(kReference, reference);
  writer.add<double>(kWindow, window);
  const std::vector<std::byte> bytes = writer.finish();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

wf::Status Drift::restore(std::string_view snapshot) {
  WF_ASSIGN(const BlobView blob,
            BlobView::open(std::as_bytes(std::span(snapshot)), BlobKind::drift));
  WF_ASSIGN(const auto counts, blob.section<int64_t>(kCounts));
  WF_ASSIGN(const auto sizes, blob.section<int64_t>(kSizes));
  WF_ASSIGN(const auto reference, blob.section<double>(kReference));
  WF_ASSIGN(const auto window, blob.section<double>(kWindow));
  if (counts.size() != 2 + watched_.size() || sizes.size() != 2 * watched_.size())
    return wf::invalid_config("the checkpoint watches other columns")
        .at({"columns", 0, 0, "give the task another name to begin anew"});
  size_t at_reference = 0, at_window = 0;
  for (size_t i = 0; i < watched_.size(); ++i) {
    const auto in_reference = static_cast<size_t>(sizes[2 * i]);
    const auto in_window = static_cast<size_t>(sizes[2 * i + 1]);
    if (in_reference > reference.size() - at_reference || in_window > window.size() - at_window)
      return wf::invalid_data("state: fewer values than it says");
    const auto from = reference.begin() + static_cast<std::ptrdiff_t>(at_reference);
    const auto begin = window.begin() + static_cast<std::ptrdiff_t>(at_window);
    Watched& w = watched_[i];
    w.reference.assign(from, from + static_cast<std::ptrdiff_t>(in_reference));
    w.window.assign(begin, begin + static_cast<std::ptrdiff_t>(in_window));
    w.moved = counts[2 + i];
    at_reference += in_reference;
    at_window += in_window;
    if (counts[1] >= 0 && !w.reference.empty())
      w.borders = quantile_borders(w.reference, static_cast<size_t>(config().bins));
  }
  seen_ = counts[0];
  windows_ = counts[1];
  return {};
}

}  // namespace weirflow::ml
