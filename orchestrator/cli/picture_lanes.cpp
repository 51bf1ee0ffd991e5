// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <numeric>

#include "cli/picture.h"
#include "core/text.h"
#include "weirflow/print.hpp"

namespace weirflow::cli {

namespace {

constexpr size_t kMostLanes = 40;
constexpr int kFree = -1;

/// Directions in which a line leaves the middle of a cell.
enum Way : uint8_t { kUp = 1, kDown = 2, kLeft = 4, kRight = 8 };

const char* corner(uint8_t ways, bool unicode) {
  static constexpr const char* kUnicode[16] = {" ", "│", "│", "│", "─", "╯", "╮", "┤",
                                               "─", "╰", "╭", "├", "─", "┴", "┬", "┼"};
  static constexpr const char* kAscii[16] = {" ", "|", "|", "|", "-", "'", ".", "+",
                                             "-", "'", ".", "+", "-", "+", "+", "+"};
  return (unicode ? kUnicode : kAscii)[ways];
}

/// Lanes hold the task that a line from above leads to; lines to the same task share one.
class Lanes {
 public:
  Lanes(const Picture& picture, bool unicode)
      : unicode_(unicode), next_(picture.nodes.size()), place_(picture.nodes.size()) {
    for (const PictureEdge& e : picture.edges) next_[static_cast<size_t>(e.from)].push_back(e.to);
  }
  void set_order(const std::vector<size_t>& order) {
    for (size_t i = 0; i < order.size(); ++i) place_[order[i]] = i;
    for (auto& list : next_) {
      std::sort(list.begin(), list.end(), [&](int a, int b) { return place(a) < place(b); });
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
  }

  /// The gutter of a task's line; its lane is freed or goes on by the lines that begin here.
  std::string task_line(size_t node) {
    own_ = find(static_cast<int>(node));
    if (own_ == lanes_.size()) own_ = open(static_cast<int>(node), 0);
    std::string text;
    for (size_t c = 0; c < lanes_.size(); ++c) {
      if (c == own_)
        text += unicode_ ? "●" : "*";
      else
        text += corner(lanes_[c] == kFree ? 0 : kUp | kDown, unicode_);
      text += ' ';
    }
    lanes_[own_] = kFree;
    return text;
  }

  /// The gutter below it where its lines turn to their lanes, or "" when one goes straight down.
  std::string turn_line(size_t node) {
    std::vector<uint8_t> ways;
    std::vector<size_t> targets;
    const std::vector<int> before = lanes_;
    for (const int to : next_[node]) {
      size_t lane = find(to);
      if (lane == lanes_.size())
        lane = lanes_[own_] == kFree ? (lanes_[own_] = to, own_) : open(to, own_ + 1);
      targets.push_back(lane);
    }
    const bool straight = targets.empty() || (targets.size() == 1 && targets[0] == own_);
    std::string text;
    if (!straight) {
      const auto [low, high] = std::minmax_element(targets.begin(), targets.end());
      const size_t left = std::min(*low, own_), right = std::max(*high, own_);
      for (size_t c = 0; c < lanes_.size(); ++c) text += cell(c, before, targets, left, right);
    }
    while (!lanes_.empty() && lanes_.back() == kFree) lanes_.pop_back();
    return text;
  }

  [[nodiscard]] size_t size() const { return lanes_.size(); }

 private:
  [[nodiscard]] size_t place(int node) const { return place_[static_cast<size_t>(node)]; }
  [[nodiscard]] size_t find(int node) const {
    return static_cast<size_t>(std::find(lanes_.begin(), lanes_.end(), node) - lanes_.begin());
  }
  size_t open(int node, size_t from) {
    for (size_t c = from; c < lanes_.size(); ++c)
      if (lanes_[c] == kFree) return lanes_[c] = node, c;
    lanes_.push_back(node);
    return lanes_.size() - 1;
  }
  [[nodiscard]] std::string cell(size_t c, const std::vector<int>& before,
                                 const std::vector<size_t>& targets, size_t left,
                                 size_t right) const {
    const bool within = c >= left && c <= right;
    const bool target = std::find(targets.begin(), targets.end(), c) != targets.end();
    const bool old = c < before.size() && before[c] != kFree;
    uint8_t ways = 0;
    if (old) ways = kUp | kDown;
    if (c == own_) ways = kUp;
    if (target) ways |= kDown;
    // A line that only passes behind a lane is not drawn through it: that would look joined.
    if (within && (!old || target || c == own_)) {
      if (c > left) ways |= kLeft;
      if (c < right) ways |= kRight;
    }
    return corner(ways, unicode_) +
           std::string(c >= left && c < right ? corner(kLeft, unicode_) : " ");
  }

  const bool unicode_;
  std::vector<std::vector<int>> next_;
  std::vector<size_t> place_;
  std::vector<int> lanes_;
  size_t own_ = 0;
};

/// "<- parts.test (stored), a; after b".
std::string inputs_text(const Picture& picture, const std::vector<size_t>& edges, bool unicode) {
  std::string data, order;
  for (const size_t i : edges) {
    const PictureEdge& e = picture.edges[i];
    const std::string& name = picture.nodes[static_cast<size_t>(e.from)].name;
    std::string& text = e.arrow == Arrow::order ? order : data;
    text += (text.empty() ? "" : ", ") + name + (e.label.empty() ? "" : "." + e.label);
    if (e.arrow == Arrow::stored) text += " (stored)";
  }
  if (!data.empty()) data.insert(0, unicode ? "← " : "<- ");
  if (!order.empty()) data += (data.empty() ? "after " : "; after ") + order;
  return data;
}

void add_line(std::string& out, std::string line, int width) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (width > 0 && display_width(line) > static_cast<size_t>(width)) {
    std::string kept;
    for (size_t i = 0; i < line.size();) {
      const size_t n =
          std::max<size_t>(wf::detail::utf8_sequence(std::string_view(line).substr(i)), 1);
      if (display_width(kept) + display_width(std::string_view(line).substr(i, n)) >
          static_cast<size_t>(width) - 3)
        break;
      kept.append(line, i, n);
      i += n;
    }
    line = kept + "...";
  }
  out += line + '\n';
}

}  // namespace

std::string lanes_text(const Picture& picture, const TextOptions& options) {
  const size_t n = picture.nodes.size();
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return picture.nodes[a].phase < picture.nodes[b].phase;
  });
  std::vector<std::vector<size_t>> inputs(n);
  for (size_t i = 0; i < picture.edges.size(); ++i)
    inputs[static_cast<size_t>(picture.edges[i].to)].push_back(i);

  Lanes lanes(picture, options.unicode);
  lanes.set_order(order);
  std::vector<std::string> task_gutters, turn_gutters;
  size_t widest = 0, names = 0, components = 0;
  for (const size_t i : order) {
    task_gutters.push_back(lanes.task_line(i));
    turn_gutters.push_back(lanes.turn_line(i));
    widest = std::max({widest, lanes.size(), display_width(task_gutters.back()) / 2});
    if (widest > kMostLanes) break;
  }
  for (const PictureNode& node : picture.nodes) {
    names = std::max(names, display_width(node.name));
    components = std::max(components, display_width(node.component));
  }
  const bool drawn = widest <= kMostLanes;
  std::string out;
  for (size_t k = 0; k < n; ++k) {
    const PictureNode& node = picture.nodes[order[k]];
    std::string line = drawn ? task_gutters[k] : "";
    if (drawn) line.append(2 * widest - display_width(line) + 1, ' ');
    line += node.name;
    line.append(names - display_width(node.name), ' ');
    line += "  " + node.component;
    line.append(components - display_width(node.component), ' ');
    line += "  " + inputs_text(picture, inputs[order[k]], options.unicode);
    add_line(out, std::move(line), options.width);
    if (drawn && !turn_gutters[k].empty()) add_line(out, turn_gutters[k], options.width);
  }
  return out;
}

}  // namespace weirflow::cli
