// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/golden_compare.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "cli/golden_rows.h"
#include "core/text.h"

namespace weirflow::cli {

using dag::Member;
using dag::Value;

namespace {

struct ActualRow {
  const wf::Batch* batch = nullptr;
  int64_t row = 0;
};

std::vector<ActualRow> rows_of(const GoldenBed::Collected& collected) {
  std::vector<ActualRow> rows;
  for (const wf::Batch& b : collected.batches)
    for (int64_t i = 0; i < b.rows(); ++i) rows.push_back({&b, i});
  return rows;
}

std::vector<std::string> named_columns(const GoldenRows& expected) {
  std::vector<std::string> columns;
  if (const Value::List* rows = expected.rows.list())
    for (const Value& row : *rows)
      for (const Member& m : *row.table())
        if (std::find(columns.begin(), columns.end(), m.key) == columns.end())
          columns.push_back(m.key);
  return columns;
}

std::string count_text(int64_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

class RowMatch {
 public:
  RowMatch(const GoldenRows& expected, const GoldenBed::Collected& collected,
           GoldenFinding& finding)
      : expected_(expected),
        columns_(compared_columns(expected, collected)),
        actual_(rows_of(collected)),
        finding_(finding) {}

  void match() {
    const Value::List& rows = *expected_.rows.list();
    if (expected_.order)
      match_in_order(rows);
    else
      match_any(rows);
    if (finding_.differences.empty()) return;
    finding_.message = count_text(static_cast<int64_t>(rows.size()), "row") + " expected, " +
                       std::to_string(actual_.size()) + " came, " +
                       count_text(static_cast<int64_t>(finding_.differences.size()), "difference");
  }

 private:
  [[nodiscard]] bool cell_equal(const Value& row, const ActualRow& actual,
                                const std::string& name) const {
    const Member* m = row.find(name);
    const wf::ArrayPtr column = actual.batch->find(name);
    return column &&
           golden_equal(m ? &m->value : nullptr, *column, actual.row, expected_.tolerance);
  }
  [[nodiscard]] size_t unlike(const Value& row, const ActualRow& actual) const {
    return static_cast<size_t>(
        std::count_if(columns_.begin(), columns_.end(),
                      [&](const std::string& name) { return !cell_equal(row, actual, name); }));
  }

  /// The longest run of equal rows stays; between its rows, what is left is paired in order.
  void match_in_order(const Value::List& rows) {
    size_t row = 0, came = 0;
    for (const auto& [r, a] : common_rows(rows)) {
      pair_up(rows, row, r, came, a);
      row = r + 1;
      came = a + 1;
    }
    pair_up(rows, row, rows.size(), came, actual_.size());
  }

  /// Longest common subsequence, as pairs of positions.
  [[nodiscard]] std::vector<std::pair<size_t, size_t>> common_rows(const Value::List& rows) const {
    constexpr size_t kMostCells = 4'000'000;  // beyond them, rows are compared by position
    const size_t n = rows.size(), m = actual_.size();
    std::vector<std::pair<size_t, size_t>> common;
    if (n * m > kMostCells) {
      for (size_t i = 0; i < std::min(n, m); ++i)
        if (unlike(rows[i], actual_[i]) == 0) common.emplace_back(i, i);
      return common;
    }
    std::vector<uint32_t> length((n + 1) * (m + 1), 0);
    std::vector<bool> equal(n * m, false);
    for (size_t i = n; i-- > 0;)
      for (size_t k = m; k-- > 0;) {
        equal[i * m + k] = unlike(rows[i], actual_[k]) == 0;
        length[i * (m + 1) + k] =
            equal[i * m + k] ? length[(i + 1) * (m + 1) + k + 1] + 1
                             : std::max(length[(i + 1) * (m + 1) + k], length[i * (m + 1) + k + 1]);
      }
    for (size_t i = 0, k = 0; i < n && k < m;) {
      if (equal[i * m + k])
        common.emplace_back(i++, k++);
      else if (length[(i + 1) * (m + 1) + k] >= length[i * (m + 1) + k + 1])
        ++i;
      else
        ++k;
    }
    return common;
  }

  void pair_up(const Value::List& rows, size_t row, size_t last_row, size_t came,
               size_t last_came) {
    for (; row < last_row && came < last_came; ++row, ++came) {
      if (unlike(rows[row], actual_[came]) > columns_.size() / 2) {
        missing(rows[row]);
        unexpected(actual_[came]);
      } else {
        changed(rows[row], actual_[came]);
      }
    }
    for (; row < last_row; ++row) missing(rows[row]);
    for (; came < last_came; ++came) unexpected(actual_[came]);
  }

  void match_any(const Value::List& rows) {
    std::vector<bool> used(actual_.size(), false);
    std::vector<const Value*> left;
    for (const Value& row : rows) {
      size_t found = 0;
      while (found < actual_.size() && (used[found] || unlike(row, actual_[found]) > 0)) ++found;
      if (found < actual_.size())
        used[found] = true;
      else
        left.push_back(&row);
    }
    // A row of which at least half is as expected was meant to be that one.
    for (const Value* row : left) {
      size_t best = actual_.size(), least = columns_.size() / 2 + 1;
      for (size_t i = 0; i < actual_.size(); ++i) {
        if (used[i]) continue;
        if (const size_t n = unlike(*row, actual_[i]); n < least) best = i, least = n;
      }
      if (best == actual_.size()) {
        missing(*row);
        continue;
      }
      used[best] = true;
      changed(*row, actual_[best]);
    }
    for (size_t i = 0; i < actual_.size(); ++i)
      if (!used[i]) unexpected(actual_[i]);
  }

  GoldenDifference& add(GoldenDifference::Kind kind, dag::SourceRange range) {
    GoldenDifference& d = finding_.differences.emplace_back();
    d.kind = kind;
    d.range = range.known() ? range : expected_.at.range;
    return d;
  }
  void missing(const Value& row) {
    add(GoldenDifference::Kind::missing, row.range).row = dag::to_toml(row);
  }
  void unexpected(const ActualRow& actual) {
    add(GoldenDifference::Kind::unexpected, {}).row =
        golden_row_text(*actual.batch, actual.row, columns_);
  }
  void changed(const Value& row, const ActualRow& actual) {
    GoldenDifference& d = add(GoldenDifference::Kind::changed, row.range);
    d.row = dag::to_toml(row);
    for (const std::string& name : columns_) {
      if (cell_equal(row, actual, name)) continue;
      const Member* m = row.find(name);
      const wf::ArrayPtr column = actual.batch->find(name);
      d.cells.push_back({name, m ? dag::to_toml(m->value) : "null",
                         golden_text(*column, actual.row).value_or("null"),
                         m ? m->value.range : dag::SourceRange()});
    }
  }

  const GoldenRows& expected_;
  const std::vector<std::string> columns_;
  const std::vector<ActualRow> actual_;
  GoldenFinding& finding_;
};

/// A column that the port does not have at all is said once, not for each row.
void check_columns(const GoldenRows& expected, const wf::Schema& schema, GoldenFinding& finding) {
  std::vector<std::string> names;
  for (const wf::Field& f : schema.fields()) names.push_back(f.name);
  const auto absent = [&](const std::string& name, dag::SourceRange range) {
    if (schema.index_of(name) >= 0) return;
    GoldenDifference& d = finding.differences.emplace_back();
    const auto near = nearest_name(name, names);
    d.message = "there is no column `" + name + "`" +
                (near ? "; did you mean `" + *near + "`?" : "; there is " + schema.to_string());
    d.range = range;
  };
  for (const dag::Name& name : expected.columns) absent(name.value, name.range);
  if (!expected.columns.empty())
    for (const std::string& name : names)
      if (std::none_of(expected.columns.begin(), expected.columns.end(),
                       [&](const dag::Name& n) { return n.value == name; })) {
        GoldenDifference& d = finding.differences.emplace_back();
        d.message = "there is a column `" + name + "`, which is not expected";
        d.range = expected.at.range;
      }
  for (const std::string& name : named_columns(expected)) absent(name, expected.rows.range);
  if (!finding.differences.empty()) finding.message = "the columns are not as expected";
}

bool matches(const GoldenRefusals::One& one, const ActualRow& actual) {
  const auto text = [&](const char* column) {
    const wf::ArrayPtr array = actual.batch->find(column);
    return array && !array->is_null(actual.row) ? std::string(wf::StringView(*array)[actual.row])
                                                : std::string();
  };
  return (!one.code.range.known() || text("code") == one.code.value) &&
         text("message").find(one.contains.value) != std::string::npos &&
         text("row").find(one.row.value) != std::string::npos;
}

}  // namespace

std::vector<std::string> compared_columns(const GoldenRows& expected,
                                          const GoldenBed::Collected& collected) {
  std::vector<std::string> columns = named_columns(expected);
  if (columns.empty() && collected.schema)
    for (const wf::Field& f : collected.schema->fields()) columns.push_back(f.name);
  return columns;
}

std::vector<GoldenFinding> compare_rows(const GoldenRows& expected,
                                        const GoldenBed::Collected& collected) {
  GoldenFinding finding;
  finding.at = expected.at.value;
  finding.range = expected.at.range;
  std::vector<GoldenFinding> findings;
  if (!collected.schema) {
    finding.message = "it never started";
    return {finding};
  }
  check_columns(expected, *collected.schema, finding);
  int64_t rows = 0;
  for (const wf::Batch& b : collected.batches) rows += b.rows();
  if (finding.differences.empty() && expected.count && *expected.count != rows) {
    finding.message =
        count_text(*expected.count, "row") + " expected, " + std::to_string(rows) + " came";
    findings.push_back(finding);
    finding.message.clear();
  }
  if (finding.differences.empty() && expected.rows.list())
    RowMatch(expected, collected, finding).match();
  if (!finding.differences.empty()) findings.push_back(std::move(finding));
  return findings;
}

std::vector<GoldenFinding> compare_refusals(const GoldenRefusals& expected,
                                            const GoldenBed::Collected& collected) {
  static const std::vector<std::string> kShown = {"code", "message", "row"};
  GoldenFinding finding;
  finding.at = expected.task.value + " refuses";
  finding.range = expected.task.range;
  const std::vector<ActualRow> actual = rows_of(collected);
  std::vector<bool> used(actual.size(), false);
  for (const GoldenRefusals::One& one : expected.rows) {
    size_t found = 0;
    while (found < actual.size() && (used[found] || !matches(one, actual[found]))) ++found;
    if (found < actual.size()) {
      used[found] = true;
      continue;
    }
    GoldenDifference& d = finding.differences.emplace_back();
    d.kind = GoldenDifference::Kind::missing;
    d.range = one.range;
    for (const auto& [key, name] :
         {std::pair("code", &one.code), std::pair("contains", &one.contains),
          std::pair("row", &one.row)})
      if (name->range.known())
        d.row += (d.row.empty() ? "{ " : ", ") + std::string(key) + " = " +
                 dag::toml_string(name->value);
    d.row += d.row.empty() ? "{}" : " }";
  }
  for (size_t i = 0; i < actual.size(); ++i) {
    if (used[i]) continue;
    GoldenDifference& d = finding.differences.emplace_back();
    d.kind = GoldenDifference::Kind::unexpected;
    d.range = expected.task.range;
    d.row = golden_row_text(*actual[i].batch, actual[i].row, kShown);
  }
  if (finding.differences.empty()) return {};
  finding.message = count_text(static_cast<int64_t>(expected.rows.size()), "refused row") +
                    " expected, " + std::to_string(actual.size()) + " came";
  return {finding};
}

}  // namespace weirflow::cli
