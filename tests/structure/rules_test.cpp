// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// Each rule sees a tree that keeps it and trees that break it: a rule that finds nothing anywhere
/// would pass on the repository for ever.

#include "rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "document_rules.h"

namespace weirflow::structure {
namespace {

using Lines = std::vector<std::string>;

const std::string kLicence =
    "// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0\n";

std::string include(const std::string& target) { return "#include " + target + "\n"; }

TEST(Includes, AreReadInAllTheirForms) {
  const std::vector<Include> found = includes_of(
      "#include <vector>\n  #  include \"a/b.h\"  // why\n// #include \"no.h\"\nint include;\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].target, "vector");
  EXPECT_FALSE(found[0].quoted);
  EXPECT_EQ(found[1].target, "a/b.h");
  EXPECT_TRUE(found[1].quoted);
  EXPECT_EQ(found[1].line, 2);
}

TEST(Layers, MayIncludeThoseBeforeThem) {
  EXPECT_EQ(layer_violations({{"orchestrator/engine/run.h",
                               include("\"core/text.h\"") + include("\"engine/edge.h\"") +
                                   include("\"weirflow/status.hpp\"") + include("\"near.h\"") +
                                   include("<vector>")},
                              {"orchestrator/cli/run.cpp", include("\"engine/run.h\"")}}),
            Lines{});
}

TEST(Layers, MayNotIncludeThoseBehindThem) {
  EXPECT_EQ(layer_violations({{"orchestrator/core/text.h", "\n" + include("\"dag/plan.h\"")}}),
            Lines{"orchestrator/core/text.h:2: layer 'core' includes 'dag/plan.h', which is not "
                  "before it"});
  EXPECT_EQ(layer_violations({{"orchestrator/dag/a/b.cpp", include("<cli/command.h>")}}).size(),
            1U);
}

TEST(Layers, ModelAndStoreDoNotKnowEachOther) {
  EXPECT_EQ(layer_violations({{"orchestrator/model/a.h", include("\"store/log.h\"")},
                              {"orchestrator/store/a.h", include("\"model/alias.h\"")}})
                .size(),
            2U);
}

TEST(Layers, AFolderOutsideThemIsRefused) {
  EXPECT_EQ(layer_violations({{"orchestrator/misc/a.cpp", ""}}),
            Lines{"orchestrator/misc/a.cpp:1: is in no layer of the architecture"});
}

TEST(SdkAndPlugins, IncludeTheSdkAndThemselves) {
  EXPECT_EQ(
      sdk_and_plugin_violations(
          {{"plugins/ml/model/fit.h", ""},
           {"plugins/ml/plugin.cpp",
            include("\"model/fit.h\"") + include("\"weirflow/plugin.hpp\"") + include("<map>")},
           {"plugins/ml/tests/a_test.cpp", include("\"model/fit.h\"")},
           {"plugins/ml/CMakeLists.txt", "target_link_libraries(a weirflow-plugin-tools)"},
           {"sdk/io/input.cpp", include("\"weirflow/io/input.hpp\"")}}),
      Lines{});
}

TEST(SdkAndPlugins, IncludeNothingOfTheHost) {
  EXPECT_EQ(sdk_and_plugin_violations({{"plugins/ml/a.cpp", include("\"engine/run.h\"")}}),
            Lines{"plugins/ml/a.cpp:1: includes the host's 'engine/run.h'"});
  EXPECT_EQ(sdk_and_plugin_violations({{"sdk/io/a.h", include("<core/file.h>")}}).size(), 1U);
  EXPECT_EQ(
      sdk_and_plugin_violations({{"sdk/io/a.h", include("\"orchestrator/core/file.h\"")}}).size(),
      1U);
}

TEST(SdkAndPlugins, IncludeNoOtherPluginAndDoNotClimb) {
  EXPECT_EQ(sdk_and_plugin_violations(
                {{"plugins/ml/a.cpp", include("\"text/clean.h\"")}, {"plugins/text/clean.h", ""}}),
            Lines{"plugins/ml/a.cpp:1: includes another plugin's 'text/clean.h'"});
  EXPECT_EQ(
      sdk_and_plugin_violations({{"plugins/ml/a.cpp", include("\"../text/clean.h\"")}}).size(), 1U);
  EXPECT_EQ(sdk_and_plugin_violations({{"tests/unit/a.cpp", include("\"x/../y.h\"")}}).size(), 1U);
}

TEST(SdkAndPlugins, LinkNothingOfTheHost) {
  EXPECT_EQ(sdk_and_plugin_violations({{"plugins/ml/CMakeLists.txt",
                                        "\ntarget_link_libraries(ml PRIVATE weirflow-core)"}}),
            Lines{"plugins/ml/CMakeLists.txt:2: links the host's library 'weirflow-core'"});
}

TEST(LibraryUsers, OneSourceInTheRightFolder) {
  const std::string dll = include("<boost/dll/shared_library.hpp>");
  EXPECT_EQ(library_user_violations({{"orchestrator/plugin/library.cpp", dll}}), Lines{});
  EXPECT_EQ(library_user_violations(
                {{"orchestrator/plugin/a.cpp", dll}, {"orchestrator/plugin/b.cpp", dll}}),
            Lines{"orchestrator/plugin/b.cpp:1: Boost.DLL has its one user already: "
                  "orchestrator/plugin/a.cpp"});
  EXPECT_EQ(library_user_violations({{"orchestrator/plugin/library.h", dll}}).size(), 1U);
}

TEST(LibraryUsers, TheHostAndAPluginEachHaveTheirServer) {
  const std::string server = include("<civetweb.h>");
  EXPECT_EQ(library_user_violations(
                {{"orchestrator/metrics/server.cpp", server}, {"plugins/http/server.cpp", server}}),
            Lines{});
  EXPECT_EQ(library_user_violations(
                {{"plugins/http/server.cpp", server}, {"plugins/http/server2.cpp", server}})
                .size(),
            1U);
  EXPECT_EQ(library_user_violations({{"plugins/http/server.h", server}}).size(), 1U);
  EXPECT_EQ(library_user_violations({{"plugins/other/server.cpp", server}}).size(), 1U);
}

TEST(LibraryUsers, EachLibraryIsKeptOutOfOtherFolders) {
  for (const std::string header :
       {"<boost/dll.hpp>", "<boost/graph/adjacency_list.hpp>",
        "<boost/property_map/property_map.hpp>", "<toml++/toml.h>", "<civetweb.h>",
        "<CivetServer.h>", "<simdjson.h>", "<tao/pegtl.hpp>"}) {
    const Lines found = library_user_violations({{"orchestrator/cli/run.cpp", include(header)}});
    EXPECT_EQ(found.size(), 1U) << header;
  }
}

TEST(PublicHeaders, KnowTheStandardLibraryAndEachOther) {
  EXPECT_EQ(public_header_violations({{"sdk/include/weirflow/a.hpp",
                                       include("<vector>") + include("\"weirflow/abi/host.h\"")},
                                      {"sdk/include/weirflow/abi/host.h",
                                       include("<stdint.h>") + include("\"weirflow/abi/types.h\"")},
                                      {"sdk/io/a.cpp", include("<zstd.h>")}}),
            Lines{});
}

TEST(PublicHeaders, KnowNoThirdParty) {
  for (const std::string header :
       {"<zstd.h>", "<nlohmann/json.hpp>", "\"detail.h\"", "<curl/curl.h>"}) {
    EXPECT_EQ(public_header_violations({{"sdk/include/weirflow/a.hpp", include(header)}}).size(),
              1U)
        << header;
  }
  EXPECT_EQ(public_header_violations(
                {{"sdk/testing/include/weirflow/testing/a.hpp", include("<gtest/gtest.h>")}})
                .size(),
            1U);
}

TEST(PublicHeaders, TheAbiIsC) {
  for (const std::string header : {"<vector>", "<string.h>", "\"weirflow/status.hpp\""}) {
    EXPECT_EQ(public_header_violations({{"sdk/include/weirflow/abi/a.h", include(header)}}).size(),
              1U)
        << header;
  }
}

TEST(FileHeads, LicenceAndGuard) {
  EXPECT_EQ(
      file_head_violations({{"a.cpp", kLicence},
                            {"a.h", kLicence + "#pragma once\n"},
                            {"sdk/include/weirflow/abi/a.h",
                             "/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: "
                             "Apache-2.0 */\n#ifndef WEIRFLOW_A\n#define WEIRFLOW_A\n#endif\n"},
                            {"a.md", "no licence"}}),
      Lines{});
}

TEST(FileHeads, AreMissed) {
  EXPECT_EQ(file_head_violations({{"a.cpp", "\n" + kLicence}}),
            Lines{"a.cpp:1: the first line is not the licence"});
  EXPECT_EQ(file_head_violations({{"a.h", kLicence}}),
            Lines{"a.h:1: the header may be included twice"});
  const std::string guard = kLicence + "#ifndef WEIRFLOW_A\n#define WEIRFLOW_A\n#endif\n";
  EXPECT_EQ(file_head_violations({{"sdk/include/weirflow/a.hpp", guard}}).size(), 1U);
}

// In two parts: the rules read this file too.
std::string joined(const std::string& a, const std::string& b) { return a + b; }

TEST(Texts, OfNoMachine) {
  EXPECT_EQ(text_violations({{"a.md", "../work/x ${dir}/tmp/x tests/home/x network/root/x\n"}}),
            Lines{});
  const std::string path = joined("/ho", "me/");
  EXPECT_EQ(text_violations({{"a.md", "\npath = \"" + path + "me/x\"\n"}}),
            Lines{"a.md:2: holds the machine path " + path});
  EXPECT_EQ(text_violations({{"a.sh", joined("cat /tm", "p/x")}}).size(), 1U);
  EXPECT_EQ(text_violations({{".ci/run", joined("cd /wo", "rk/main")}}).size(), 1U);
}

TEST(Texts, OfNoRegistry) {
  EXPECT_EQ(text_violations({{"a.txt", joined("--index-url=https://py", "pi.org/simple")}}).size(),
            1U);
  EXPECT_EQ(text_violations({{"dev", joined("deb http://deb.deb", "ian.org/debian")}}).size(), 1U);
}

TEST(Texts, WithNothingLeftToDo) {
  EXPECT_EQ(text_violations({{"a.cpp", joined("// TO", "DO: later\n")}}),
            Lines{joined("a.cpp:1: leaves work to do: TO", "DO")});
  EXPECT_EQ(text_violations({{"a.cpp", "// MASTODON\n"}}), Lines{});
}

const std::string kDev = "x\ncommands=(demo test)\n";

TEST(Documents, CommandsAreFoundAndKnown) {
  const Tree tree = {{"dev", kDev},
                     {"README.md",
                      "```sh\n# why\n./dev test --quick\nweirflow run \\\n  a.toml\n```\n"
                      "```console\n$ A=b build/release/bin/weirflow version\nweirflow 0.1\n```\n"}};
  const std::vector<DocumentCommand> commands = commands_of(tree);
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(commands[0].text, "./dev test --quick");
  EXPECT_EQ(commands[0].line, 3);
  EXPECT_EQ(commands[1].text, "weirflow run   a.toml");
  EXPECT_EQ(commands[2].text, "A=b build/release/bin/weirflow version");
  EXPECT_EQ(command_violations(tree), Lines{});
}

TEST(Documents, UnknownCommandsAreRefused) {
  const auto faults = [](const std::string& block) {
    return command_violations({{"dev", kDev}, {"a/b.md", block}});
  };
  EXPECT_EQ(faults("```sh\n./dev deploy\n```\n"), Lines{"a/b.md:2: ./dev has no command 'deploy'"});
  EXPECT_EQ(faults("```sh\nweirflow fly\n```\n"), Lines{"a/b.md:2: weirflow has no command 'fly'"});
  EXPECT_EQ(faults("```sh\nfrobnicate\n```\n").size(), 1U);
  EXPECT_EQ(faults("```\n./dev test\n```\n"),
            Lines{"a/b.md:2: a block with commands is not marked sh or console"});
}

TEST(Documents, LinksLeadSomewhere) {
  EXPECT_EQ(
      link_violations({{"docs/a.md", "[b](b.md#part) [up](../x/) [out](https://e.org/) [p](#p)"},
                       {"docs/b.md", ""},
                       {"x/y.txt", ""}}),
      Lines{});
  EXPECT_EQ(link_violations({{"docs/a.md", "\n[b](b.md)"}}),
            Lines{"docs/a.md:2: links to b.md, which is not there"});
}

}  // namespace
}  // namespace weirflow::structure
