// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/completions.h"

#include <fstream>
#include <regex>
#include <set>

#include "program.h"

namespace weirflow::cli {
namespace {

std::set<std::string> long_options(const std::string& help) {
  std::set<std::string> found;
  static const std::regex option("(^|[\\s,])(--[a-z][a-z-]*)");
  for (std::sregex_iterator it(help.begin(), help.end(), option), end; it != end; ++it)
    found.insert((*it)[2]);
  found.erase("--help");
  return found;
}

TEST(Completions, KnowTheOptionsOfEveryCommand) {
  for (const CommandInfo& c : command_infos()) {
    const Ran help = shell(program() + " " + std::string(c.name) + " --help", ".");
    ASSERT_EQ(help.code, 0) << c.name << help.out;
    std::set<std::string> known;
    for (const OptionInfo& o : c.options) known.emplace(o.name);
    EXPECT_EQ(long_options(help.out), known) << c.name;
  }
}

TEST(Completions, KnowEveryCommand) {
  const Ran help = shell(program() + " --help", ".");
  for (const CommandInfo& c : command_infos())
    EXPECT_NE(help.out.find("\n  " + std::string(c.name) + " "), std::string::npos)
        << c.name << help.out;
}

/// What bash would offer for a line whose last word is being typed.
std::string offered(const std::string& words, const std::filesystem::path& folder) {
  std::ofstream(folder / "completion.bash") << completion_script("bash");
  const Ran ran = shell(
      "bash --norc -c 'compopt() { :; }; source ./completion.bash; COMP_WORDS=(weirflow " + words +
          "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _weirflow; echo \"${COMPREPLY[*]}\"'",
      folder);
  return ran.out;
}

TEST(Bash, OffersCommandsOptionsWordsAndDagFiles) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "train.toml") << "";
  std::ofstream(folder.path() / "notes.txt") << "";
  EXPECT_EQ(offered("gr", folder.path()), "graph\n");
  EXPECT_EQ(offered("graph --fo", folder.path()), "--format\n");
  EXPECT_EQ(offered("graph --format d", folder.path()), "dot\n");
  EXPECT_EQ(offered("run \"\"", folder.path()), "train.toml\n");
  EXPECT_EQ(offered("run --threads 2 tr", folder.path()), "train.toml\n");
  EXPECT_EQ(offered("plugins i", folder.path()), "info\n");
  EXPECT_EQ(offered("init c", folder.path()), "classifier csv-to-jsonl\n");
  EXPECT_EQ(offered("show train.toml tr", folder.path()), "\n");
}

TEST(Scripts, NameEveryCommand) {
  for (const char* name : {"bash", "zsh", "fish"})
    for (const CommandInfo& c : command_infos())
      EXPECT_NE(completion_script(name).find(c.name), std::string::npos) << name << ' ' << c.name;
  EXPECT_EQ(completion_script("tcsh"), "");
}

TEST(Scripts, EveryOptionStandsInZshAndFish) {
  for (const CommandInfo& c : command_infos())
    for (const OptionInfo& o : c.options) {
      EXPECT_NE(completion_script("zsh").find(std::string(o.name) + "["), std::string::npos)
          << o.name;
      EXPECT_NE(completion_script("fish").find(" -l " + std::string(o.name.substr(2)) + " "),
                std::string::npos)
          << o.name;
    }
}

}  // namespace
}  // namespace weirflow::cli
