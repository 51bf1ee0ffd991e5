// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "rules.h"

namespace weirflow::structure {
namespace {

struct Layer {
  std::string_view name;
  int height;
};
constexpr std::array kLayers = {
    Layer{"core", 1},      Layer{"batch", 2},  Layer{"plugin", 3},   Layer{"dag", 4},
    Layer{"model", 5},     Layer{"store", 5},  Layer{"metrics", 6},  Layer{"engine", 7},
    Layer{"scheduler", 8}, Layer{"worker", 9}, Layer{"service", 10}, Layer{"cli", 11},
};

std::optional<int> height_of(std::string_view layer) {
  for (const Layer& l : kLayers) {
    if (l.name == layer) return l.height;
  }
  return std::nullopt;
}

/// Where a heavy library may be included. `folder` ends with '/'. A library with several users,
/// each in another program or plugin, has several.
struct LibraryUser {
  std::string_view library;
  std::string_view include_prefix;
  std::string_view folder;
};
constexpr std::array kLibraryUsers = {
    LibraryUser{"Boost.DLL", "boost/dll", "orchestrator/plugin/"},
    LibraryUser{"Boost.Graph", "boost/graph/", "orchestrator/dag/"},
    LibraryUser{"Boost.PropertyMap", "boost/property_map/", "orchestrator/dag/"},
    LibraryUser{"toml++", "toml++/", "orchestrator/dag/"},
    LibraryUser{"CivetWeb", "civetweb.h", "orchestrator/metrics/"},
    LibraryUser{"CivetWeb", "CivetServer.h", "orchestrator/metrics/"},
    LibraryUser{"CivetWeb", "civetweb.h", "plugins/http/"},
    LibraryUser{"simdjson", "simdjson", "sdk/io/"},
    LibraryUser{"simdjson", "simdjson", "plugins/elasticsearch/"},
    LibraryUser{"PEGTL", "tao/pegtl", "sdk/expr/"},
};

constexpr std::array<std::string_view, 2> kPublicFolders = {"sdk/include/", "sdk/testing/include/"};

std::string at(std::string_view path, int line, std::string_view message) {
  return std::string(path) + ":" + std::to_string(line) + ": " + std::string(message);
}

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

bool within_own_folder(const Tree& tree, std::string_view path, std::string_view root,
                       const std::string& target) {
  return tree.contains(std::string(folder_of(path)) + "/" + target) ||
         tree.contains(std::string(root) + "/" + target);
}

/// "plugins/text" of "plugins/text/tests/x.cpp".
std::string_view two_parts(std::string_view path) {
  const std::size_t first = path.find('/');
  if (first == std::string_view::npos) return path;
  return path.substr(0, path.find('/', first + 1));
}

void check_links(std::string_view path, std::string_view text, std::vector<std::string>& out) {
  int number = 0;
  for (std::string_view line : lines_of(text)) {
    ++number;
    for (const Layer& layer : kLayers) {
      const std::string target = "weirflow-" + std::string(layer.name);
      const std::size_t found = line.find(target);
      if (found == std::string_view::npos) continue;
      const std::size_t after = found + target.size();
      if (after < line.size() && (std::isalnum(static_cast<unsigned char>(line[after])) ||
                                  line[after] == '-' || line[after] == '_' || line[after] == '.')) {
        continue;
      }
      out.push_back(at(path, number, "links the host's library " + in_quotes(target)));
    }
  }
}

}  // namespace

std::vector<std::string> layer_violations(const Tree& tree) {
  constexpr std::string_view kHost = "orchestrator/";
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    if (!path.starts_with(kHost) || !is_source(path)) continue;
    const std::string_view layer = first_part(std::string_view(path).substr(kHost.size()));
    const std::optional<int> own = height_of(layer);
    if (!own) {
      out.push_back(at(path, 1, "is in no layer of the architecture"));
      continue;
    }
    for (const Include& include : includes_of(text)) {
      const std::string_view target = first_part(include.target);
      const std::optional<int> other = height_of(target);
      if (target == include.target || target == layer || !other || *other < *own) continue;
      out.push_back(at(path, include.line,
                       "layer " + in_quotes(layer) + " includes " + in_quotes(include.target) +
                           ", which is not before it"));
    }
  }
  return out;
}

std::vector<std::string> sdk_and_plugin_violations(const Tree& tree) {
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    const bool in_plugin = path.starts_with("plugins/");
    const bool in_sdk = path.starts_with("sdk/");
    if ((in_plugin || in_sdk) && path.ends_with("CMakeLists.txt")) check_links(path, text, out);
    if (!is_source(path)) continue;
    for (const Include& include : includes_of(text)) {
      if (include.target.starts_with("../") || include.target.find("/../") != std::string::npos) {
        out.push_back(
            at(path, include.line, in_quotes(include.target) + " climbs out of its folder"));
        continue;
      }
      if ((!in_plugin && !in_sdk) ||
          within_own_folder(tree, path, two_parts(path), include.target)) {
        continue;
      }
      const std::string_view target = first_part(include.target);
      const bool of_host = tree.contains("orchestrator/" + include.target) ||
                           (target != include.target && height_of(target).has_value()) ||
                           target == "orchestrator";
      if (of_host) {
        out.push_back(at(path, include.line, "includes the host's " + in_quotes(include.target)));
      } else if (in_plugin && (target == "plugins" || tree.contains("plugins/" + include.target))) {
        out.push_back(
            at(path, include.line, "includes another plugin's " + in_quotes(include.target)));
      }
    }
  }
  return out;
}

/// Whether what `path` includes is a matter of another entry of the same library.
bool is_of_another(const LibraryUser& user, std::string_view path) {
  if (path.starts_with(user.folder)) return false;
  const auto same = [&](const LibraryUser& other) {
    return other.include_prefix == user.include_prefix;
  };
  const auto* first = std::find_if(kLibraryUsers.begin(), kLibraryUsers.end(), same);
  return first != &user ||
         std::any_of(kLibraryUsers.begin(), kLibraryUsers.end(), [&](const LibraryUser& other) {
           return same(other) && path.starts_with(other.folder);
         });
}

std::vector<std::string> library_user_violations(const Tree& tree) {
  std::vector<std::string> out;
  for (const LibraryUser& user : kLibraryUsers) {
    std::string_view first_user;
    for (const auto& [path, text] : tree) {
      if (!is_source(path)) continue;
      for (const Include& include : includes_of(text)) {
        if (!include.target.starts_with(user.include_prefix) || is_of_another(user, path)) continue;
        const std::string library(user.library);
        // The grammar's rules are a private part of the one file that uses them.
        if (path == "sdk/expr/grammar_rules.h") continue;
        if (!path.starts_with(user.folder) || is_header(path)) {
          out.push_back(at(path, include.line,
                           library + " is for a .cpp of " + std::string(user.folder) + " only"));
        } else if (first_user.empty() || first_user == path) {
          first_user = path;
        } else {
          out.push_back(at(path, include.line,
                           library + " has its one user already: " + std::string(first_user)));
        }
      }
    }
  }
  return out;
}

std::vector<std::string> public_header_violations(const Tree& tree) {
  static const std::set<std::string, std::less<>> kAbiHeaders = {"stddef.h", "stdint.h"};
  // The system's own interface is no third party.
  static const std::set<std::string, std::less<>> kPosixHeaders = {
      "dlfcn.h", "fcntl.h", "poll.h", "sys/eventfd.h", "sys/stat.h", "unistd.h"};
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    const std::string_view name = path;
    const bool is_public = std::any_of(kPublicFolders.begin(), kPublicFolders.end(),
                                       [&](auto folder) { return name.starts_with(folder); });
    if (!is_public || !is_source(path)) continue;
    const bool is_abi = path.starts_with("sdk/include/weirflow/abi/");
    for (const Include& include : includes_of(text)) {
      const std::string_view target = include.target;
      const bool ours = target.starts_with(is_abi ? "weirflow/abi/" : "weirflow/");
      const bool standard = is_abi ? kAbiHeaders.contains(target)
                                   : target.find_first_of("/.") == std::string_view::npos ||
                                         kPosixHeaders.contains(target);
      if (include.quoted ? ours : (ours || standard)) continue;
      out.push_back(at(path, include.line,
                       "a public header includes " + in_quotes(target) +
                           ", which is neither ours nor the standard library's"));
    }
  }
  return out;
}

}  // namespace weirflow::structure
