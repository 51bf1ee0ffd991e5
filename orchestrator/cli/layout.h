// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Places for the boxes and arrows of a picture, by Graphviz' `dot`, and the picture as SVG. One
/// layout for the command line and the page of a run.
///
/// Graphviz is loaded when the first layout is asked for, so that other commands do not pay for it.
/// Threads: lay_out() from any (one at a time inside), the rest are pure functions.

#include <string>
#include <vector>

#include "cli/picture.h"
#include "weirflow/status.hpp"

namespace weirflow::cli {

/// Pixels, from the upper left corner.
struct Point {
  double x = 0, y = 0;
};
struct Box {
  double x = 0, y = 0, width = 0, height = 0;  ///< upper left corner
};
struct Frame {
  std::string group;
  Box box;
};

struct Layout {
  double width = 0, height = 0;
  std::vector<Box> nodes;  ///< as Picture::nodes
  /// As Picture::edges: the control points of cubic Bezier curves, 1 + 3 k of them, then the tip of
  /// the arrow.
  std::vector<std::vector<Point>> edges;
  std::vector<Frame> frames;  ///< around groups
};

/// Pictures with more nodes than this take too long to place.
constexpr size_t kMostPlaced = 2000;

/// Errors: unavailable when Graphviz' library is not installed (with the package to install);
/// resource_exhausted above kMostPlaced nodes; internal when Graphviz fails.
wf::Result<Layout> lay_out(const Picture& picture);

/// `standalone`: a file of its own, with its colours; else a fragment for a page that has the
/// classes `box`, `sub`, `frame`, `arrow`, `stored`, `order`, `tip`, `label`. Ends with a newline.
std::string svg_text(const Picture& picture, const Layout& layout, bool standalone);

/// Text for XML and HTML, also inside quoted attributes. Control characters that XML cannot hold
/// and broken UTF-8 become U+FFFD.
std::string escape_markup(std::string_view text);

/// Style rules of the classes above with the colours of light and dark screens.
std::string_view picture_style();

}  // namespace weirflow::cli
