// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the parsed text to the checked tree: looks up columns, functions and types.

#include <vector>

#include "node.h"

namespace wf::expr {

class Binder {
 public:
  /// Borrows the schema.
  explicit Binder(const Schema& schema) : schema_(schema) {}
  Result<NodePtr> bind(const Ast& ast);
  /// Columns read so far, in order of first appearance.
  [[nodiscard]] const std::vector<int>& used() const { return used_; }
  /// The column that the whole text names, or -1.
  [[nodiscard]] int plain_column(const Ast& ast) const;

 private:
  Result<NodePtr> bind_path(const Ast& ast);
  Result<NodePtr> bind_column(int index, Span span);
  Result<NodePtr> bind_integer(const Ast& ast, bool negative, Span span);
  Result<NodePtr> bind_timestamp(const Ast& ast);
  Result<NodePtr> bind_negate(const Ast& ast);
  Result<NodePtr> bind_binary(const Ast& ast);
  Result<NodePtr> bind_case(const Ast& ast);
  Result<NodePtr> bind_call(const Ast& ast);
  Result<NodePtr> bind_cast(const Ast& ast);
  Result<std::vector<NodePtr>> bind_children(const Ast& ast, size_t from = 0);

  const Schema& schema_;
  std::vector<int> used_;
};

}  // namespace wf::expr
