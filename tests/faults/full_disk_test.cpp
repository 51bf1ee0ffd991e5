// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// A file system of a few pages, filled to its end. It is mounted in a namespace of its own, so it
// is gone with the shell that mounted it.

#include "support.h"
#include "training.h"

namespace weirflow::faults {
namespace {

class FullDisk : public ::testing::Test {
 protected:
  FullDisk() {
    folder_.write("copy.toml", kCopyDag);
    folder_.write("in.csv", numbers(50'000));
    folder_.write("out.csv", "before\n");
    fs::create_directory(folder_ / "disk");
  }
  /// Shell lines where `disk` is a file system of `size`, and `code` prints the last exit code.
  [[nodiscard]] Ran on_disk(const std::string& size, const std::string& lines) const {
    folder_.write("lines.sh", "set -u\ncode() { echo \"code $?\"; }\nmount -t tmpfs -o size=" +
                                  size + " none disk || exit 99\n" + lines + "\n");
    return shell(folder_, UNSHARE " sh lines.sh");
  }
  Folder folder_;
};

TEST_F(FullDisk, Sink) {
  const Ran ran = on_disk("64k", R"(
echo before > disk/out.csv
$W run -q copy.toml --set params.output=disk/out.csv; code
cat disk/out.csv
ls -A disk
$W run -q copy.toml --sample 3 --set params.output=disk/out.csv; code
cat disk/out.csv)");
  EXPECT_TRUE(
      ran.says("/disk/out.csv: writing failed: No space left on device\ncode 1\n"
               "before\nout.csv\ncode 0\nn\n1\n2\n3\n"))
      << ran.out;
}

/// The home is full when the commit begins: the rows are prepared, the manifest is not written.
TEST_F(FullDisk, HomeAtTheCommit) {
  const Ran ran = on_disk("8k", R"(
head -c 65536 /dev/zero > disk/fill 2>/dev/null
$W run -q copy.toml --home disk/home; code
cat out.csv
rm disk/fill
$W run -q copy.toml --home disk/home; code)");
  EXPECT_TRUE(ran.says("No space left on device\ncode 1\nbefore\ncode 0\n")) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), numbers(50'000));
  EXPECT_TRUE(folder_.unfinished().empty());
}

/// With each kilobyte more the disk is full at a later step: fit, version, alias. At none of them
/// is half a model left, and with enough room the next run publishes.
TEST_F(FullDisk, RegistryAtEveryStep) {
  const Training training(folder_);
  const Ran ran = on_disk("512k", R"(
export WEIRFLOW_HOME=$PWD/disk/home
for free in 0 4 8 12 16 20 24 28 32 40 48 56 64 96 128; do
  rm -rf disk/home disk/fill
  head -c $(( (512 - free) * 1024 )) /dev/zero > disk/fill
  $W run -q train.toml > said 2>&1
  ended=$?
  if [ $ended != 0 ] && ! grep -q 'No space left on device' said; then cat said; echo "unclear"; fi
  $W model list --json > list; listed=$?
  if [ $listed != 0 ] || grep -q '"error":"' list; then cat list; echo "damaged with $free"; fi
  rm disk/fill
  $W run -q train.toml || echo "not repaired with $free"
  $W model show fruit@champion > shown || echo "no champion with $free"
  echo "ended $ended"
done)");
  EXPECT_TRUE(ran.says("ended 1")) << ran.out;
  EXPECT_TRUE(ran.says("ended 0")) << ran.out;
  for (const char* wrong : {"unclear", "damaged", "not repaired", "no champion"})
    EXPECT_FALSE(ran.says(wrong)) << ran.out;
}

}  // namespace
}  // namespace weirflow::faults
