// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

/// The rules on this repository.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "document_rules.h"
#include "rules.h"

namespace weirflow::structure {
namespace {

class Repository : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* root = std::getenv("WEIRFLOW_SOURCE_DIR");
    ASSERT_NE(root, nullptr) << "WEIRFLOW_SOURCE_DIR names the repository; ctest sets it";
    tree_ = new Tree(read_tree(root));
  }
  static void TearDownTestSuite() {
    delete tree_;
    tree_ = nullptr;
  }

  static void expect_none(const std::vector<std::string>& violations) {
    std::string all;
    for (const std::string& violation : violations) all += violation + "\n";
    EXPECT_TRUE(violations.empty()) << all;
  }

  static Tree* tree_;
};

Tree* Repository::tree_ = nullptr;

TEST_F(Repository, IsReadWhole) {
  for (const char* path : {"dev", ".ci/run", "README.md", "CMakeLists.txt",
                           "sdk/include/weirflow/status.hpp", "orchestrator/core/text.h"}) {
    EXPECT_TRUE(tree_->contains(path)) << path;
  }
}

TEST_F(Repository, LayersIncludeOnlyThoseBeforeThem) { expect_none(layer_violations(*tree_)); }
TEST_F(Repository, SdkAndPluginsKnowNoHost) { expect_none(sdk_and_plugin_violations(*tree_)); }
TEST_F(Repository, HeavyLibrariesHaveOneUser) { expect_none(library_user_violations(*tree_)); }
TEST_F(Repository, PublicHeadersKnowNoThirdParty) { expect_none(public_header_violations(*tree_)); }
TEST_F(Repository, FilesStartWithTheLicence) { expect_none(file_head_violations(*tree_)); }
TEST_F(Repository, TextsBelongToNoMachine) { expect_none(text_violations(*tree_)); }
TEST_F(Repository, DocumentedCommandsExist) { expect_none(command_violations(*tree_)); }
TEST_F(Repository, LinksLeadSomewhere) { expect_none(link_violations(*tree_)); }

}  // namespace
}  // namespace weirflow::structure
