// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "rules.h"

namespace weirflow::structure {
namespace {

constexpr std::string_view kLicence =
    "Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0";

// Written in two parts, or this file would break its own rule.
std::string joined(std::string_view a, std::string_view b) { return std::string(a).append(b); }

const std::array<std::string, 7> kMachinePaths = {
    joined("/wo", "rk/"),    joined("/ro", "ot/"),  joined("/ho", "me/"), joined("/tm", "p/"),
    joined("/var/tm", "p/"), joined("/Us", "ers/"), joined("/mn", "t/")};
const std::array<std::string, 12> kRegistries = {
    joined("py", "pi.org"),       joined("pythonho", "sted.org"), joined("crates", ".io"),
    joined("registry.np", "mjs"), joined("np", "mjs.com"),        joined("proxy.go", "lang.org"),
    joined("sum.go", "lang.org"), joined("repo1.ma", "ven"),      joined("repo.ma", "ven"),
    joined("deb.deb", "ian.org"), joined("security.deb", "ian"),  joined("registry.ya", "rnpkg")};
const std::array<std::string, 3> kLeftToDo = {joined("TO", "DO"), joined("FIX", "ME"),
                                              joined("XX", "X")};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// A path starts here, and does not go on from something before it (a/b, ${x}/b, ../b).
bool starts_path(std::string_view line, std::size_t at) {
  if (at == 0) return true;
  const char before = line[at - 1];
  return !is_word(before) && std::string_view(".-})>*%~/").find(before) == std::string_view::npos;
}

bool has_machine_path(std::string_view line, const std::string& path) {
  for (std::size_t at = line.find(path); at != std::string_view::npos;
       at = line.find(path, at + 1)) {
    if (starts_path(line, at)) return true;
  }
  return false;
}

bool has_word(std::string_view line, const std::string& word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]))) {
      return true;
    }
  }
  return false;
}

void check_line(std::string_view line, const std::string& place, bool is_code,
                std::vector<std::string>& out) {
  for (const std::string& path : kMachinePaths) {
    if (has_machine_path(line, path)) out.push_back(place + "holds the machine path " + path);
  }
  for (const std::string& registry : kRegistries) {
    if (line.find(registry) != std::string_view::npos) {
      out.push_back(place + "holds the registry address " + registry);
    }
  }
  if (!is_code) return;
  for (const std::string& word : kLeftToDo) {
    if (has_word(line, word)) out.push_back(place + "leaves work to do: " + word);
  }
}

bool has_guard(std::string_view text) {
  const std::size_t at = text.find("#ifndef WEIRFLOW_");
  return at != std::string_view::npos &&
         text.find("#define WEIRFLOW_", at) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> file_head_violations(const Tree& tree) {
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    if (!is_source(path)) continue;
    const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
    const std::string line_form = "// " + std::string(kLicence);
    const std::string block_form = "/* " + std::string(kLicence) + " */";
    if (first != line_form && first != block_form) {
      out.push_back(path + ":1: the first line is not the licence");
    }
    if (!is_header(path)) continue;
    const bool is_abi = path.find("/weirflow/abi/") != std::string::npos;
    if (text.find("\n#pragma once\n") == std::string::npos && !(is_abi && has_guard(text))) {
      out.push_back(path + ":1: the header may be included twice");
    }
  }
  return out;
}

std::vector<std::string> text_violations(const Tree& tree) {
  std::vector<std::string> out;
  for (const auto& [path, text] : tree) {
    const bool is_code = is_source(path) || path.ends_with(".txt") || path.ends_with(".cmake") ||
                         path.find('.') == std::string::npos;
    int number = 0;
    for (std::string_view line : lines_of(text)) {
      check_line(line, path + ":" + std::to_string(++number) + ": ", is_code, out);
    }
  }
  return out;
}

}  // namespace weirflow::structure
