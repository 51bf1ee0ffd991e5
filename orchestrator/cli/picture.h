// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A plan as a picture: boxes, arrows and frames around groups, without places yet. What every
/// form of `weirflow graph` and the page of a run are drawn from.
///
/// Threads: values and pure functions. Deterministic.

#include <string>
#include <vector>

#include "dag/plan.h"

namespace weirflow::cli {

struct PictureNode {
  std::string name;       ///< "quality", "model.tfidf (fit)"
  std::string component;  ///< "ml.tfidf"; "" for the node that stores a version
  std::string group;      ///< group task, or ""
  int phase = 0;
  std::vector<std::string> lines;  ///< further lines in the box: rows, times
  std::string style;               ///< CSS classes of the box, "failed"
};

enum class Arrow { queue, stored, order };

struct PictureEdge {
  int from = 0, to = 0;  ///< nodes
  Arrow arrow = Arrow::queue;
  std::string label;  ///< the port, if the producer has several; else ""
  int edge = -1;      ///< index into Plan::edges, or -1 for order
};

struct Picture {
  std::string title;
  std::vector<PictureNode> nodes;  ///< as in the plan, by index
  std::vector<PictureEdge> edges;
};

/// "model.tfidf (fit)": the name of a node where those of a fit and its apply stand together.
std::string node_title(const dag::PlanNode& node);

/// Order edges that a data edge or another path of one step says already are left out.
Picture make_picture(const dag::Plan& plan);

/// Graphviz text with a cluster for each group. Ends with a newline.
std::string dot_text(const Picture& picture);
/// Mermaid flowchart. Ends with a newline.
std::string mermaid_text(const Picture& picture);

struct TextOptions {
  int width = 80;       ///< columns; longer lines are cut; 0 = no limit
  bool unicode = true;  ///< box drawing; otherwise ASCII
};
/// One line a task, each below all that it waits for, with lanes from task to task at the left.
/// DAGs with more than 40 lanes at a time are a list without lanes. Ends with a newline.
std::string lanes_text(const Picture& picture, const TextOptions& options);

/// The terminal's character set, by LC_ALL, LC_CTYPE, LANG.
bool wants_unicode();

}  // namespace weirflow::cli
