// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/picture.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

namespace weirflow::cli {

namespace {

std::string in_dot(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

std::string in_mermaid(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"')
      out += "#quot;";
    else if (c == '#')
      out += "#35;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '\n')
      out += "<br>";
    else
      out += c;
  }
  return out + '"';
}

std::string box_text(const PictureNode& node) {
  std::string text = node.name;
  if (!node.component.empty()) text += "\n" + node.component;
  for (const std::string& line : node.lines) text += "\n" + line;
  return text;
}

/// Groups in the order of their first node, "" for nodes outside.
std::vector<std::pair<std::string, std::vector<size_t>>> by_group(const Picture& picture) {
  std::vector<std::pair<std::string, std::vector<size_t>>> groups;
  std::map<std::string, size_t> at;
  for (size_t i = 0; i < picture.nodes.size(); ++i) {
    const auto [place, fresh] = at.try_emplace(picture.nodes[i].group, groups.size());
    if (fresh) groups.emplace_back(picture.nodes[i].group, std::vector<size_t>());
    groups[place->second].second.push_back(i);
  }
  return groups;
}

}  // namespace

std::string node_title(const dag::PlanNode& node) {
  switch (node.kind) {
    case dag::NodeKind::fit:
      return node.task + " (fit)";
    case dag::NodeKind::version:
      return node.task + " (version)";
    default:
      return node.task;
  }
}

Picture make_picture(const dag::Plan& plan) {
  Picture picture;
  picture.title = plan.dag;
  std::set<std::pair<int, int>> joined;
  for (const dag::PlanNode& n : plan.nodes) {
    const bool in_group = !n.group.empty();
    picture.nodes.push_back({node_title(n),
                             n.component.id,
                             in_group                           ? n.group
                             : n.kind == dag::NodeKind::version ? n.task
                                                                : "",
                             n.phase,
                             {},
                             {}});
  }
  for (const dag::PlanEdge& e : plan.edges) {
    const dag::PlanNode& from = plan.nodes[static_cast<size_t>(e.from)];
    std::string label;
    if (e.from_port == dag::kErrorsPort)
      label = "errors";
    else if (from.outputs.size() > 1)
      label = from.outputs[static_cast<size_t>(e.from_port)];
    picture.edges.push_back({e.from, e.to,
                             e.kind == dag::EdgeKind::materialised ? Arrow::stored : Arrow::queue,
                             std::move(label), e.id});
    joined.emplace(e.from, e.to);
  }
  for (const dag::PlanNode& n : plan.nodes)
    for (const int before : n.after)
      if (joined.emplace(before, n.id).second)
        picture.edges.push_back({before, n.id, Arrow::order, "", -1});
  return picture;
}

std::string dot_text(const Picture& picture) {
  std::string out = "digraph " + in_dot(picture.title) +
                    " {\n  rankdir=TB;\n"
                    "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                    "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  int cluster = 0;
  for (const auto& [group, nodes] : by_group(picture)) {
    const std::string indent = group.empty() ? "  " : "    ";
    if (!group.empty())
      out += "  subgraph cluster_" + std::to_string(cluster++) + " {\n    label=" + in_dot(group) +
             ";\n    style=\"rounded,dashed\";\n";
    for (const size_t i : nodes)
      out += indent + "n" + std::to_string(i) + " [label=" + in_dot(box_text(picture.nodes[i])) +
             "];\n";
    if (!group.empty()) out += "  }\n";
  }
  for (const PictureEdge& e : picture.edges) {
    out += "  n" + std::to_string(e.from) + " -> n" + std::to_string(e.to);
    std::string attributes;
    if (!e.label.empty()) attributes = "label=" + in_dot(e.label);
    if (e.arrow == Arrow::stored)
      attributes += std::string(attributes.empty() ? "" : ", ") + "style=bold";
    if (e.arrow == Arrow::order)
      attributes += std::string(attributes.empty() ? "" : ", ") + "style=dashed";
    out += attributes.empty() ? ";\n" : " [" + attributes + "];\n";
  }
  return out + "}\n";
}

std::string mermaid_text(const Picture& picture) {
  std::string out = "flowchart TD\n";
  int group_number = 0;
  for (const auto& [group, nodes] : by_group(picture)) {
    const std::string indent = group.empty() ? "  " : "    ";
    if (!group.empty())
      out += "  subgraph g" + std::to_string(group_number++) + "[" + in_mermaid(group) + "]\n";
    for (const size_t i : nodes)
      out +=
          indent + "n" + std::to_string(i) + "[" + in_mermaid(box_text(picture.nodes[i])) + "]\n";
    if (!group.empty()) out += "  end\n";
  }
  for (const PictureEdge& e : picture.edges) {
    const char* arrow = e.arrow == Arrow::queue    ? " -->"
                        : e.arrow == Arrow::stored ? " ==>"
                                                   : " -.->";
    out += "  n" + std::to_string(e.from) + arrow;
    if (!e.label.empty()) out += "|" + in_mermaid(e.label) + "|";
    out += " n" + std::to_string(e.to) + "\n";
  }
  return out;
}

bool wants_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    std::string set(value);
    std::transform(set.begin(), set.end(), set.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return set.find("utf-8") != std::string::npos || set.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace weirflow::cli
