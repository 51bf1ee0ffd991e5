// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "index_template.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace weirflow::elasticsearch {

using nlohmann::ordered_json;

wf::Result<HttpRequest> template_request(const std::string& path, const std::string& name) {
  const auto wrong = [&](const std::string& what, const std::string& hint) {
    return wf::invalid_config(path + ": " + what).at({"template", 0, 0, hint});
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return wf::not_found(path + ": cannot be read").at({"template", 0, 0, ""});
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ordered_json json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object()) return wrong("is no JSON object", "");
  const auto patterns = json.find("index_patterns");
  if (patterns == json.end() || !patterns->is_array() || patterns->empty())
    return wrong("has no 'index_patterns'", "write \"index_patterns\": [\"comments-*\"]");
  const auto inside = json.find("template");
  if (inside == json.end() || !inside->is_object())
    return wrong("has no object 'template'",
                 json.contains("mappings") ? "put mappings and settings into \"template\"" : "");
  ordered_json& mappings = (*inside)["mappings"];
  if (mappings.is_null()) mappings = ordered_json::object();
  if (!mappings.is_object()) return wrong("'template.mappings' is no object", "");
  if (!mappings.contains("dynamic")) mappings["dynamic"] = false;
  return HttpRequest{"PUT", "/_index_template/" + url_encoded(name), json.dump(),
                     "application/json"};
}

}  // namespace weirflow::elasticsearch
