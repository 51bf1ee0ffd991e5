// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Files that the system does not let us read or write. Root may read everything, so as root
// weirflow runs as somebody else.

#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

namespace weirflow::faults {
namespace {

constexpr unsigned kNobody = 65534;

class Unreadable : public ::testing::Test {
 protected:
  Unreadable() {
    folder_.write("copy.toml", kCopyDag);
    folder_.write("in.csv", numbers(10));
    own(".");
    own("copy.toml");
    own("in.csv");
  }
  void own(const char* name) const {
    if (::geteuid() == 0) {
      EXPECT_EQ(::chown((folder_ / name).c_str(), kNobody, kNobody), 0);
    }
  }
  void allow(const char* name, mode_t mode) const {
    EXPECT_EQ(::chmod((folder_ / name).c_str(), mode), 0);
  }
  [[nodiscard]] Ran run(const std::string& arguments) const {
    const char* as_nobody =
        ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    return shell(folder_, as_nobody + ("$W " + arguments));
  }
  Folder folder_;
};

TEST_F(Unreadable, Input) {
  allow("in.csv", 0);
  const Ran refused = run("run -q copy.toml");
  EXPECT_EQ(refused.code, 77) << refused.out;
  EXPECT_TRUE(refused.says("in.csv: cannot be opened: Permission denied")) << refused.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  allow("in.csv", 0600);
  const Ran next = run("run -q copy.toml");
  EXPECT_EQ(next.code, 0) << next.out;
  EXPECT_EQ(folder_.read("out.csv"), numbers(10));
}

TEST_F(Unreadable, DagFile) {
  allow("copy.toml", 0);
  const Ran refused = run("run -q copy.toml");
  EXPECT_EQ(refused.code, 77) << refused.out;
  EXPECT_TRUE(refused.says("cannot read `copy.toml`: Permission denied")) << refused.out;
}

TEST_F(Unreadable, FolderOfTheOutputAndHome) {
  fs::create_directory(folder_ / "closed");
  own("closed");
  allow("closed", 0500);
  const Ran output = run("run -q copy.toml --set params.output=closed/out.csv");
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_TRUE(output.says("closed/out.csv: cannot be written: Permission denied")) << output.out;
  const Ran home = run("run -q copy.toml --home closed/home");
  EXPECT_NE(home.code, 0) << home.out;
  EXPECT_TRUE(home.says("closed/home")) << home.out;
  EXPECT_TRUE(home.says("Permission denied")) << home.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  const Ran next = run("run -q copy.toml");
  EXPECT_EQ(next.code, 0) << next.out;
}

}  // namespace
}  // namespace weirflow::faults
