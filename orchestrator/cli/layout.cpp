// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/layout.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/text.h"

#if defined(__SANITIZE_ADDRESS__)
// Graphviz 2.42 keeps some memory of every layout: not ours to free.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libgvc.so\nleak:libcgraph.so\n";
}
#endif

namespace weirflow::cli {

namespace {

constexpr double kLetter = 7.4, kLine = 17, kPadX = 22, kPadY = 14, kPointsPerInch = 72;

/// The functions of libgvc and libcgraph that are used; their ABI of soname 6.
struct Graphviz {
  void* (*context)() = nullptr;
  int (*free_context)(void*) = nullptr;
  void* (*read)(const char*) = nullptr;
  int (*close)(void*) = nullptr;
  int (*layout)(void*, void*, const char*) = nullptr;
  int (*free_layout)(void*, void*) = nullptr;
  int (*render)(void*, void*, const char*, char**, unsigned*) = nullptr;
  void (*free_render)(char*) = nullptr;
  int (*set_error_level)(int) = nullptr;
};

template <typename F>
bool load(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

wf::Result<const Graphviz*> graphviz() {
  static Graphviz functions;
  static const std::string failure = [] {
    // Stays loaded: its plugins register themselves with it.
    void* library = ::dlopen("libgvc.so.6", RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return std::string(::dlerror());
    Graphviz& f = functions;
    const bool whole =
        load(library, "gvContext", f.context) && load(library, "gvFreeContext", f.free_context) &&
        load(library, "agmemread", f.read) && load(library, "agclose", f.close) &&
        load(library, "gvLayout", f.layout) && load(library, "gvFreeLayout", f.free_layout) &&
        load(library, "gvRenderData", f.render) &&
        load(library, "gvFreeRenderData", f.free_render) &&
        load(library, "agseterr", f.set_error_level);
    return std::string(whole ? "" : "libgvc.so.6 lacks a function");
  }();
  if (!failure.empty())
    return wf::Status(
        wf::Code::unavailable,
        "drawing needs Graphviz' library (Debian: apt-get install libgvc6): " + failure);
  return &functions;
}

double box_width(const PictureNode& node) {
  size_t letters = std::max(display_width(node.name), display_width(node.component));
  for (const std::string& line : node.lines) letters = std::max(letters, display_width(line));
  return static_cast<double>(letters) * kLetter + kPadX;
}

double box_height(const PictureNode& node) {
  const size_t lines = 1 + !node.component.empty() + node.lines.size();
  return static_cast<double>(lines) * kLine + kPadY;
}

/// Numbers only, so that neither fonts nor names have a say in the places.
std::string placing_text(const Picture& picture) {
  std::string out =
      "digraph g { graph [ranksep=0.55, nodesep=0.35]; node [shape=box, fixedsize=true, "
      "label=\"\"];\n";
  std::map<std::string, std::string> groups;
  for (size_t i = 0; i < picture.nodes.size(); ++i) {
    const PictureNode& n = picture.nodes[i];
    char text[120];
    std::snprintf(text, sizeof(text), "n%zu [width=%.4f, height=%.4f];\n", i,
                  box_width(n) / kPointsPerInch, box_height(n) / kPointsPerInch);
    if (n.group.empty())
      out += text;
    else
      groups[n.group] += text;
  }
  size_t number = 0;  // the margin has room for the group's name
  for (const auto& [name, members] : groups)
    out += "subgraph cluster_" + std::to_string(number++) + " { margin=20;\n" + members + "}\n";
  for (size_t i = 0; i < picture.edges.size(); ++i)
    out += "n" + std::to_string(picture.edges[i].from) + " -> n" +
           std::to_string(picture.edges[i].to) + " [id=\"" + std::to_string(i) + "\"];\n";
  return out + "}\n";
}

wf::Result<std::string> placed_json(const Graphviz& f, const std::string& text) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  f.set_error_level(1);
  void* context = f.context();
  void* graph = context ? f.read(text.c_str()) : nullptr;
  std::string json;
  if (graph && f.layout(context, graph, "dot") == 0) {
    char* data = nullptr;
    unsigned length = 0;
    if (f.render(context, graph, "json0", &data, &length) == 0 && data) {
      json.assign(data, length);
      f.free_render(data);
    }
    f.free_layout(context, graph);
  }
  if (graph) f.close(graph);
  if (context) f.free_context(context);
  if (json.empty()) return wf::internal_error("Graphviz could not place the picture");
  return json;
}

std::vector<double> numbers(std::string_view text) {
  std::vector<double> out;
  const std::string copy(text);
  for (const char* at = copy.c_str(); *at;) {
    char* end = nullptr;
    const double value = std::strtod(at, &end);
    if (end == at) {
      ++at;
      continue;
    }
    out.push_back(value);
    at = end;
  }
  return out;
}

/// "e,x,y x0,y0 x1,y1 ...": the tip stands first.
std::vector<Point> curve(const std::string& text, double height) {
  const std::vector<double> n = numbers(text);
  std::vector<Point> points;
  for (size_t i = 0; i + 1 < n.size(); i += 2) points.push_back({n[i], height - n[i + 1]});
  if (text.starts_with("e,") && !points.empty())
    std::rotate(points.begin(), points.begin() + 1, points.end());
  return points;
}

std::string places_missing() { return "Graphviz answered without the places"; }

wf::Result<Layout> read_places(const Picture& picture, const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return wf::internal_error(places_missing());
  const auto field = [](const nlohmann::json& object, const char* name) {
    return object.value(name, std::string());
  };
  const std::vector<double> all = numbers(field(json, "bb"));
  if (all.size() != 4) return wf::internal_error(places_missing());
  Layout layout;
  layout.width = all[2];
  layout.height = all[3];
  layout.nodes.resize(picture.nodes.size());
  layout.edges.resize(picture.edges.size());
  std::map<std::string, int> groups;
  for (const PictureNode& n : picture.nodes)
    if (!n.group.empty()) groups.emplace(n.group, 0);
  for (const auto& object : json.value("objects", nlohmann::json::array())) {
    const std::string name = field(object, "name");
    const std::vector<double> at = numbers(field(object, name.starts_with("n") ? "pos" : "bb"));
    if (name.starts_with("cluster_") && at.size() == 4) {
      const auto group = std::next(groups.begin(), std::atoi(name.c_str() + 8));
      layout.frames.push_back(
          {group->first, {at[0], layout.height - at[3], at[2] - at[0], at[3] - at[1]}});
    } else if (name.starts_with("n") && at.size() == 2) {
      const auto i = static_cast<size_t>(std::atoi(name.c_str() + 1));
      if (i >= layout.nodes.size()) continue;
      const double w = box_width(picture.nodes[i]), h = box_height(picture.nodes[i]);
      layout.nodes[i] = {at[0] - w / 2, layout.height - at[1] - h / 2, w, h};
    }
  }
  for (const auto& object : json.value("edges", nlohmann::json::array())) {
    const auto i = static_cast<size_t>(std::atoi(field(object, "id").c_str()));
    if (i < layout.edges.size()) layout.edges[i] = curve(field(object, "pos"), layout.height);
  }
  return layout;
}

}  // namespace

wf::Result<Layout> lay_out(const Picture& picture) {
  if (picture.nodes.size() > kMostPlaced)
    return wf::exhausted("a picture of " + std::to_string(picture.nodes.size()) +
                         " boxes is too large to place, " + std::to_string(kMostPlaced) +
                         " is the most");
  WF_ASSIGN(const Graphviz* functions, graphviz());
  WF_ASSIGN(const std::string places, placed_json(*functions, placing_text(picture)));
  return read_places(picture, places);
}

}  // namespace weirflow::cli
