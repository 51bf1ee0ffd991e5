// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the values of a test file's tables; reports what is of another type, or unknown, with the
/// nearest key. The getters answer nothing for what is absent or was refused. Threads: one.

#include <optional>
#include <string>
#include <vector>

#include "dag/diagnostics.h"
#include "dag/spec.h"
#include "dag/value.h"

namespace weirflow::cli {

class GoldenKeys {
 public:
  explicit GoldenKeys(dag::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  dag::Diagnostic& error(dag::SourceRange range, std::string message) {
    return diagnostics_.error("bad-test", range, std::move(message));
  }
  void unknown(dag::SourceRange range, std::string message, const std::string& name,
               const std::vector<std::string>& names);

  /// False when a key is none of `known`. `what` is "a step".
  bool check(const dag::Value& table, const std::string& what,
             const std::vector<std::string>& known);
  bool is_table(const dag::Member& member);
  /// A list of tables.
  bool is_rows(const dag::Member& member);
  const dag::Value::List* list_of(const dag::Member& member);
  /// Members of a table in `table`; empty when there is none.
  const dag::Value::Table& members(const dag::Value& table, const std::string& key);

  dag::Name text(const dag::Value& table, const std::string& key);
  dag::Name text_of(const dag::Member& member);
  std::vector<dag::Name> names(const dag::Value& table, const std::string& key);
  std::optional<bool> boolean(const dag::Value& table, const std::string& key);
  std::optional<double> number(const dag::Value& table, const std::string& key);
  std::optional<int64_t> count(const dag::Value& table, const std::string& key);
  /// Microseconds.
  std::optional<int64_t> duration(const dag::Value& table, const std::string& key);
  std::optional<int64_t> duration_of(const dag::Member& member);
  /// Microseconds since 1970.
  std::optional<int64_t> time(const dag::Value& table, const std::string& key);
  std::optional<int64_t> time_of(const dag::Member& member);

 private:
  void wrong(const dag::Member& member, const std::string& expected);
  dag::Diagnostics& diagnostics_;
};

}  // namespace weirflow::cli
