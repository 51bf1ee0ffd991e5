// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "dag/expand.h"
#include "dag/reader.h"
#include "dag/toml_tree.h"

namespace weirflow::dag {

/// A DAG from a text, with all that belongs to it. Group files are read from `folder`.
struct Case {
  explicit Case(const std::string& text, const std::string& folder = "/nowhere",
                const ExpandOptions& options = {})
      : loaded(read_dag_text(text, "d.toml", folder, sources, diagnostics)) {
    if (diagnostics.errors() == 0) expanded = expand(loaded, options, sources, diagnostics);
  }
  [[nodiscard]] std::string text() const { return render(diagnostics, sources); }
  [[nodiscard]] const ExpandedTask& task(const std::string& name) const {
    const NodeRef node = expanded.find(name);
    EXPECT_TRUE(node.index != kNone && !node.is_group) << name;
    return expanded.tasks.at(node.index);
  }
  [[nodiscard]] const ExpandedGroup& group(const std::string& name) const {
    const NodeRef node = expanded.find(name);
    EXPECT_TRUE(node.index != kNone && node.is_group) << name;
    return expanded.groups.at(node.index);
  }

  Sources sources;
  Diagnostics diagnostics;
  Loaded loaded;
  Expanded expanded;
};

}  // namespace weirflow::dag
