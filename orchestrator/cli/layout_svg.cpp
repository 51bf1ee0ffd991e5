// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/layout.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

constexpr double kMargin = 10, kLine = 17;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value + 0.0);
  return text;
}

std::string text_element(const char* css, double x, double y, const std::string& text,
                         const char* anchor = "middle") {
  return "<text class=\"" + std::string(css) + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
         "\" text-anchor=\"" + anchor + "\">" + escape_markup(text) + "</text>\n";
}

void add_arrow(std::string& out, const PictureEdge& edge, const std::vector<Point>& points) {
  if (points.size() < 5) return;
  const char* css = edge.arrow == Arrow::stored  ? "arrow stored"
                    : edge.arrow == Arrow::order ? "arrow order"
                                                 : "arrow";
  std::string path = "M" + number(points[0].x) + "," + number(points[0].y);
  const size_t end = points.size() - 2;  // the last point of the curve; behind it stands the tip
  for (size_t i = 1; i + 2 <= end; i += 3) {
    path += " C";
    for (size_t k = i; k < i + 3; ++k)
      path += (k > i ? " " : "") + number(points[k].x) + "," + number(points[k].y);
  }
  out += "<path class=\"" + std::string(css) + "\" d=\"" + path + "\"/>\n";
  const Point from = points[end], tip = points.back();
  const double dx = tip.x - from.x, dy = tip.y - from.y,
               length = std::max(std::hypot(dx, dy), 1e-6);
  const double nx = -dy / length * 4, ny = dx / length * 4;
  out += "<polygon class=\"tip\" points=\"" + number(tip.x) + "," + number(tip.y) + " " +
         number(from.x + nx) + "," + number(from.y + ny) + " " + number(from.x - nx) + "," +
         number(from.y - ny) + "\"/>\n";
  if (edge.label.empty()) return;
  const size_t middle = (end / 3 / 2) * 3;  // a point on the curve; of one piece, its half
  Point at = points[middle];
  if (middle + 3 <= end) {
    const Point* p = &points[middle];
    at = {(p[0].x + 3 * p[1].x + 3 * p[2].x + p[3].x) / 8,
          (p[0].y + 3 * p[1].y + 3 * p[2].y + p[3].y) / 8};
  }
  out += text_element("label", at.x + 4, at.y + 4, edge.label, "start");
}

void add_box(std::string& out, const PictureNode& node, const Box& box) {
  out += "<g class=\"task " + escape_markup(node.style) + "\"><title>" + escape_markup(node.name) +
         "</title>\n";
  out += "<rect class=\"box\" x=\"" + number(box.x) + "\" y=\"" + number(box.y) + "\" width=\"" +
         number(box.width) + "\" height=\"" + number(box.height) + "\" rx=\"6\"/>\n";
  const double x = box.x + box.width / 2;
  double y = box.y + 20;
  out += text_element("name", x, y, node.name);
  if (!node.component.empty()) out += text_element("sub", x, y += kLine, node.component);
  for (const std::string& line : node.lines) out += text_element("sub", x, y += kLine, line);
  out += "</g>\n";
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t n = wf::detail::utf8_sequence(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    if (n == 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
      out += "\xEF\xBF\xBD";
    else if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out.append(text.substr(i, n));
    i += std::max<size_t>(n, 1);
  }
  return out;
}

std::string_view picture_style() {
  return R"(svg.dag{--ink:#1c2530;--soft:#5b6877;--line:#7b8794;--paper:#fff;--box:#f3f6f9;--edge:#c3ccd5;--good:#e3f4e6;--bad:#fbe3e1;--dim:#eee}
@media (prefers-color-scheme:dark){svg.dag{--ink:#e6ebf0;--soft:#9fabb8;--line:#8a96a3;--paper:#14191f;--box:#1f2730;--edge:#3b4754;--good:#1d3626;--bad:#4a2422;--dim:#20252b}}
svg.dag text{font:13px system-ui,sans-serif;fill:var(--ink)}
svg.dag .name{font-weight:600}
svg.dag .sub{font-size:12px;fill:var(--soft)}
svg.dag .label{font-size:11px;fill:var(--soft);paint-order:stroke;stroke:var(--paper);stroke-width:4px}
svg.dag .box{fill:var(--box);stroke:var(--edge)}
svg.dag .success .box{fill:var(--good)}
svg.dag .failed .box,svg.dag .upstream_failed .box{fill:var(--bad);stroke:#c0392b}
svg.dag .skipped .box,svg.dag .cancelled .box{fill:var(--dim);stroke-dasharray:4 3}
svg.dag .frame{fill:none;stroke:var(--edge);stroke-dasharray:5 4}
svg.dag .arrow{fill:none;stroke:var(--line);stroke-width:1.4}
svg.dag .stored{stroke-width:2.6}
svg.dag .order{stroke-dasharray:4 4}
svg.dag .tip{fill:var(--line)}
)";
}

std::string svg_text(const Picture& picture, const Layout& layout, bool standalone) {
  const double width = layout.width + 2 * kMargin, height = layout.height + 2 * kMargin;
  std::string out;
  if (standalone) out += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += "<svg class=\"dag\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"" +
         escape_markup(picture.title) + "\" width=\"" + number(width) + "\" height=\"" +
         number(height) + "\" viewBox=\"" + number(-kMargin) + " " + number(-kMargin) + " " +
         number(width) + " " + number(height) + "\">\n";
  if (standalone) {
    out += "<style>" + std::string(picture_style()) + "</style>\n<rect x=\"" + number(-kMargin) +
           "\" y=\"" + number(-kMargin) +
           "\" width=\"100%\" height=\"100%\" style=\"fill:var(--paper)\"/>\n";
  }
  for (const Frame& f : layout.frames) {
    out += "<rect class=\"frame\" x=\"" + number(f.box.x) + "\" y=\"" + number(f.box.y) +
           "\" width=\"" + number(f.box.width) + "\" height=\"" + number(f.box.height) +
           "\" rx=\"8\"/>\n";
    out += text_element("sub", f.box.x + 8, f.box.y + 15, f.group, "start");
  }
  for (size_t i = 0; i < picture.edges.size(); ++i)
    add_arrow(out, picture.edges[i], layout.edges[i]);
  for (size_t i = 0; i < picture.nodes.size(); ++i) add_box(out, picture.nodes[i], layout.nodes[i]);
  return out + "</svg>\n";
}

}  // namespace weirflow::cli
