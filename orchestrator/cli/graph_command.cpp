// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "cli/commands.h"
#include "cli/json_text.h"
#include "cli/layout.h"
#include "cli/picture.h"

namespace weirflow::cli {

namespace {

wf::Result<std::string> drawn(const Picture& picture, const std::string& format) {
  if (format == "dot") return dot_text(picture);
  if (format == "mermaid") return mermaid_text(picture);
  if (format == "svg") {
    WF_ASSIGN(const Layout layout, lay_out(picture));
    return svg_text(picture, layout, true);
  }
  if (format != "text")
    return wf::invalid_config("there is no format `" + format +
                              "`; there is text, dot, mermaid and svg");
  return lanes_text(picture, {terminal_width(), wants_unicode()});
}

std::string graph_json(const Picture& picture) {
  nlohmann::ordered_json json;
  json["format"] = 1;
  json["dag"] = picture.title;
  json["nodes"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < picture.nodes.size(); ++i) {
    const PictureNode& n = picture.nodes[i];
    json["nodes"].push_back({{"id", i},
                             {"name", n.name},
                             {"component", n.component},
                             {"group", n.group},
                             {"phase", n.phase}});
  }
  json["edges"] = nlohmann::ordered_json::array();
  for (const PictureEdge& e : picture.edges)
    json["edges"].push_back({{"from", e.from},
                             {"to", e.to},
                             {"port", e.label},
                             {"kind", e.arrow == Arrow::order    ? "order"
                                      : e.arrow == Arrow::stored ? "materialised"
                                                                 : "pipelined"}});
  return json_text(json) + "\n";
}

}  // namespace

int graph_command(const GraphArguments& arguments) {
  const std::string home = home_folder(arguments.common, arguments.file);
  const plugin::Registry registry = open_registry(arguments.common, home);
  DagOptions options;
  options.set = arguments.set;
  options.home = home;
  options.planner.missing_inputs_allowed = true;
  options.planner.bind = false;
  const auto file = load_dag(arguments.file, registry, options);
  print_diagnostics(*file, arguments.common);
  if (!file->plan) return refusal_code(*file);
  const Picture picture = make_picture(*file->plan);
  const auto text = arguments.common.json ? wf::Result<std::string>(graph_json(picture))
                                          : drawn(picture, arguments.format);
  if (!text.ok()) {
    complain(text.error().message());
    return exit_code(text.error().code());
  }
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kOk;
}

}  // namespace weirflow::cli
