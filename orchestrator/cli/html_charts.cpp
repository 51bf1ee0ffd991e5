// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/html_charts.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/figures.h"

namespace weirflow::cli {

namespace {

std::string fixed(double value, int digits = 1) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", digits, value);
  return text;
}

std::string line(const char* css, double x1, double y1, double x2, double y2) {
  return "<line class=\"" + std::string(css) + "\" x1=\"" + fixed(x1) + "\" y1=\"" + fixed(y1) +
         "\" x2=\"" + fixed(x2) + "\" y2=\"" + fixed(y2) + "\"/>";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text,
                    const std::string& more = "") {
  return "<text x=\"" + fixed(x) + "\" y=\"" + fixed(y) + "\" text-anchor=\"" + anchor + "\"" +
         more + ">" + escape_markup(text) + "</text>";
}

bool number_of(const wf::Value* value, double& out) {
  return value && value->as_double(out) && std::isfinite(out);
}

/// 1, 2 or 5 times a power of ten, so that about eight fit into `total`.
double tick_step(double total) {
  const double rough = total / 8, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

}  // namespace

std::vector<Point> points_of(const wf::Value& value) {
  std::vector<Point> points;
  if (!value.list()) return points;
  for (const wf::Value& item : *value.list()) {
    Point p;
    if (number_of(item.find("x"), p.x) && number_of(item.find("y"), p.y)) {
      points.push_back(p);
      continue;
    }
    std::vector<double> numbers;
    double n = 0;
    if (item.table())
      for (const auto& [key, member] : *item.table()) {
        if (number_of(&member, n)) numbers.push_back(n);
      }
    if (item.list())
      for (const wf::Value& member : *item.list())
        if (number_of(&member, n)) numbers.push_back(n);
    if (numbers.size() >= 2) points.push_back({numbers[0], numbers[1]});
  }
  return points;
}

std::string curve_svg(const Curve& curve) {
  constexpr double kLeft = 44, kTop = 14, kSide = 240;
  const auto x = [&](double v) { return kLeft + std::clamp(v, 0.0, 1.0) * kSide; };
  const auto y = [&](double v) { return kTop + (1 - std::clamp(v, 0.0, 1.0)) * kSide; };
  std::string out = "<figure><figcaption>" + escape_markup(curve.title) +
                    "</figcaption><svg class=\"chart\" role=\"img\" aria-label=\"" +
                    escape_markup(curve.title) +
                    "\" width=\"300\" height=\"300\" viewBox=\"0 0 300 300\">";
  for (int i = 0; i <= 4; ++i) {
    const double v = i / 4.0;
    out += line("grid", x(v), y(0), x(v), y(1)) + line("grid", x(0), y(v), x(1), y(v));
    out += text_at(x(v), y(0) + 15, "middle", fixed(v, 2)) +
           text_at(x(0) - 6, y(v) + 4, "end", fixed(v, 2));
  }
  if (curve.diagonal) out += line("chance", x(0), y(0), x(1), y(1));
  std::string path;
  for (const Point& p : curve.points)
    path += (path.empty() ? "M" : " L") + fixed(x(p.x)) + "," + fixed(y(p.y));
  if (!path.empty()) out += "<path class=\"curve\" d=\"" + path + "\"/>";
  if (curve.dots)
    for (const Point& p : curve.points)
      out += "<circle class=\"dot\" cx=\"" + fixed(x(p.x)) + "\" cy=\"" + fixed(y(p.y)) +
             "\" r=\"3\"/>";
  out += text_at(x(0.5), 296, "middle", curve.x_label);
  out += text_at(11, y(0.5), "middle", curve.y_label,
                 " transform=\"rotate(-90 11 " + fixed(y(0.5)) + ")\"");
  return out + "</svg></figure>\n";
}

std::string gantt_svg(const std::vector<Bar>& bars, int64_t total_us) {
  constexpr double kRow = 22, kTop = 24, kWidth = 960, kRight = 90;
  size_t longest = 0;
  for (const Bar& bar : bars) longest = std::max(longest, bar.name.size());
  const double left = std::min(320.0, static_cast<double>(longest) * 7.2 + 14);
  const double scale =
      (kWidth - left - kRight) / static_cast<double>(std::max<int64_t>(total_us, 1));
  const double height = kTop + kRow * static_cast<double>(bars.size()) + 6;
  std::string out =
      "<svg class=\"chart gantt\" role=\"img\" aria-label=\"Tasks in time\" width=\"" +
      fixed(kWidth, 0) + "\" height=\"" + fixed(height, 0) + "\" viewBox=\"0 0 " +
      fixed(kWidth, 0) + " " + fixed(height, 0) + "\">";
  const double total = static_cast<double>(std::max<int64_t>(total_us, 1)), step = tick_step(total);
  for (double t = 0; t <= total; t += step) {
    const double x = left + t * scale;
    out += line("grid", x, kTop - 4, x, height - 4) +
           text_at(x, 12, "middle", seconds_text(static_cast<int64_t>(t)));
  }
  for (size_t i = 0; i < bars.size(); ++i) {
    const Bar& bar = bars[i];
    const double y = kTop + kRow * static_cast<double>(i);
    const double x = left + static_cast<double>(bar.start_us) * scale;
    const double width = std::max(1.5, static_cast<double>(bar.end_us - bar.start_us) * scale);
    out += "<g class=\"" + escape_markup(bar.state) + "\"><title>" +
           escape_markup(bar.name + ": " + bar.text) + "</title>";
    out += text_at(left - 8, y + 14, "end", bar.name);
    out += "<rect class=\"bar\" x=\"" + fixed(x) + "\" y=\"" + fixed(y + 3) + "\" width=\"" +
           fixed(width) + "\" height=\"15\" rx=\"3\"/>";
    out += text_at(x + width + 5, y + 14, "start", bar.text) + "</g>";
  }
  return out + "</svg>\n";
}

}  // namespace weirflow::cli
