// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "parallel.h"
#include "problem.h"

namespace weirflow::ml {
namespace {

/// w * scale, or w itself.
std::span<const double> scaled(std::span<const double> w, std::span<const double> scale,
                               std::vector<double>& buffer) {
  if (scale.empty()) return w;
  buffer.resize(w.size());
  for (size_t j = 0; j < w.size(); ++j) buffer[j] = w[j] * scale[j];
  return buffer;
}

void scale_back(std::span<double> out, std::span<const double> scale) {
  for (size_t j = 0; j < scale.size(); ++j) out[j] *= scale[j];
}

class MemoryDesign final : public Design {
 public:
  MemoryDesign(const CsrView& rows, int32_t columns, std::span<const double> scale, size_t threads)
      : rows_(rows), scale_(scale) {
    constexpr size_t kEntriesPerThread = 20000;
    const auto entries =
        static_cast<size_t>(rows.rows() ? rows.offsets[rows.rows()] - rows.offsets[0] : 0);
    parts_ = std::clamp<size_t>(entries / kEntriesPerThread, 1, std::max<size_t>(threads, 1));
    cut_rows(entries);
    cut_columns(static_cast<size_t>(columns), entries);
  }

  wf::Status margins(std::span<const double> w, double b, std::span<double> out) override {
    const std::span<const double> dense = scaled(w, scale_, buffer_);
    run_parts(parts_, [&](size_t part) {
      for (size_t i = row_cuts_[part]; i < row_cuts_[part + 1]; ++i) {
        out[i] = sparse_dot(rows_.row(i), dense.data()) + b;
      }
    });
    return {};
  }
  wf::Status transposed(std::span<const double> r, std::span<double> out) override {
    scatter(r, out, [](double factor, double value) { return factor * value; });
    scale_back(out, scale_);
    return {};
  }
  wf::Status squares(std::span<const double> d, std::span<double> out) override {
    scatter(d, out, [](double factor, double value) { return factor * value * value; });
    scale_back(out, scale_);
    scale_back(out, scale_);
    return {};
  }
  wf::Status normal(std::span<const double> d, std::span<const double> w, double b,
                    std::span<double> out, double& out_b) override {
    row_buffer_.resize(d.size());
    WF_TRY(margins(w, b, row_buffer_));
    out_b = 0;
    for (size_t i = 0; i < d.size(); ++i) {
      row_buffer_[i] *= d[i];
      out_b += row_buffer_[i];
    }
    return transposed(row_buffer_, out);
  }

 private:
  void cut_rows(size_t entries) {
    row_cuts_.assign(1, 0);
    for (size_t part = 1; part < parts_; ++part) {
      const auto wanted =
          rows_.offsets[0] + static_cast<int64_t>(part_begin(entries, parts_, part));
      const auto at = std::lower_bound(rows_.offsets.begin(), rows_.offsets.end() - 1, wanted);
      row_cuts_.push_back(static_cast<size_t>(at - rows_.offsets.begin()));
    }
    row_cuts_.push_back(rows_.rows());
  }

  /// Each thread sums up its own columns over all rows: the order of the additions to a column is
  /// that of the rows, whatever the number of threads.
  void cut_columns(size_t columns, size_t entries) {
    column_cuts_.assign(1, 0);
    if (parts_ > 1) {
      std::vector<uint64_t> of_column(columns);
      for (size_t i = 0; i < rows_.rows(); ++i) {
        const SparseRow row = rows_.row(i);
        for (size_t k = 0; k < row.size; ++k) ++of_column[static_cast<size_t>(row.indices[k])];
      }
      uint64_t before = 0;
      for (size_t j = 0; j < columns && column_cuts_.size() < parts_; ++j) {
        before += of_column[j];
        if (before >= part_begin(entries, parts_, column_cuts_.size())) {
          column_cuts_.push_back(static_cast<int32_t>(j) + 1);
        }
      }
    }
    column_cuts_.resize(parts_, static_cast<int32_t>(columns));
    column_cuts_.push_back(static_cast<int32_t>(columns));
    for (size_t i = 0; parts_ > 1 && i < rows_.rows(); ++i) {
      const SparseRow row = rows_.row(i);
      const int32_t* end = row.indices + row.size;
      for (size_t part = 1; part < parts_; ++part) {
        splits_.push_back(static_cast<uint32_t>(
            std::lower_bound(row.indices, end, column_cuts_[part]) - row.indices));
      }
    }
  }

  template <typename Term>
  void scatter(std::span<const double> factors, std::span<double> out, const Term& term) {
    run_parts(parts_, [&](size_t part) {
      std::fill(out.begin() + column_cuts_[part], out.begin() + column_cuts_[part + 1], 0.0);
      const size_t cuts = parts_ - 1;
      for (size_t i = 0; i < rows_.rows(); ++i) {
        const SparseRow row = rows_.row(i);
        const size_t from = part == 0 ? 0 : splits_[i * cuts + part - 1];
        const size_t to = part == cuts ? row.size : splits_[i * cuts + part];
        for (size_t k = from; k < to; ++k) {
          out[static_cast<size_t>(row.indices[k])] += term(factors[i], row.values[k]);
        }
      }
    });
  }

  CsrView rows_;
  std::span<const double> scale_;
  size_t parts_ = 1;
  std::vector<size_t> row_cuts_;
  std::vector<int32_t> column_cuts_;
  std::vector<uint32_t> splits_;
  std::vector<double> buffer_;
  std::vector<double> row_buffer_;
};

class PassDesign final : public Design {
 public:
  PassDesign(RowSource& source, std::span<const double> scale) : source_(source), scale_(scale) {}

  wf::Status margins(std::span<const double> w, double b, std::span<double> out) override {
    const std::span<const double> dense = scaled(w, scale_, buffer_);
    return for_each_row(out.size(), [&](size_t i, const SparseRow& row) {
      out[i] = sparse_dot(row, dense.data()) + b;
    });
  }
  wf::Status transposed(std::span<const double> r, std::span<double> out) override {
    std::fill(out.begin(), out.end(), 0.0);
    WF_TRY(for_each_row(
        r.size(), [&](size_t i, const SparseRow& row) { sparse_add(row, r[i], out.data()); }));
    scale_back(out, scale_);
    return {};
  }
  wf::Status squares(std::span<const double> d, std::span<double> out) override {
    std::fill(out.begin(), out.end(), 0.0);
    WF_TRY(for_each_row(d.size(), [&](size_t i, const SparseRow& row) {
      for (size_t k = 0; k < row.size; ++k) {
        out[static_cast<size_t>(row.indices[k])] += d[i] * row.values[k] * row.values[k];
      }
    }));
    scale_back(out, scale_);
    scale_back(out, scale_);
    return {};
  }
  wf::Status normal(std::span<const double> d, std::span<const double> w, double b,
                    std::span<double> out, double& out_b) override {
    const std::span<const double> dense = scaled(w, scale_, buffer_);
    std::fill(out.begin(), out.end(), 0.0);
    out_b = 0;
    WF_TRY(for_each_row(d.size(), [&](size_t i, const SparseRow& row) {
      const double margin = (sparse_dot(row, dense.data()) + b) * d[i];
      out_b += margin;
      sparse_add(row, margin, out.data());
    }));
    scale_back(out, scale_);
    return {};
  }

 private:
  template <typename Use>
  wf::Status for_each_row(size_t expected, const Use& use) {
    WF_TRY(source_.rewind());
    RowBlock block;
    size_t at = 0;
    while (true) {
      WF_ASSIGN(const bool more, source_.next(block));
      if (!more) break;
      if (block.rows.rows() > expected - at)
        return wf::internal_error("a pass has more rows than the first");
      for (size_t i = 0; i < block.rows.rows(); ++i) use(at++, block.rows.row(i));
    }
    if (at != expected) return wf::internal_error("a pass has fewer rows than the first");
    return {};
  }

  RowSource& source_;
  std::span<const double> scale_;
  std::vector<double> buffer_;
};

}  // namespace

std::unique_ptr<Design> memory_design(const CsrView& rows, int32_t columns,
                                      std::span<const double> scale, size_t threads) {
  return std::make_unique<MemoryDesign>(rows, columns, scale, threads);
}

std::unique_ptr<Design> pass_design(RowSource& source, std::span<const double> scale) {
  return std::make_unique<PassDesign>(source, scale);
}

}  // namespace weirflow::ml
