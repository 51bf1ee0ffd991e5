// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// Input that is not there, not a file, broken, far too large, or that changes under the reader.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

namespace weirflow::faults {
namespace {

class Input : public ::testing::Test {
 protected:
  Input() {
    folder_.write("copy.toml", kCopyDag);
    folder_.write("sort.toml", kSortDag);
  }
  /// What was committed before a failed run is still there, and another input works.
  void expect_next_run_works() const {
    folder_.write("good.csv", numbers(10));
    const Ran next = shell(folder_, "$W run -q copy.toml --set params.input=good.csv");
    EXPECT_EQ(next.code, 0) << next.out;
    EXPECT_EQ(folder_.read("out.csv"), numbers(10));
  }
  /// The reason that stands in the only line of refused.jsonl, with its place.
  [[nodiscard]] std::string refused() const { return folder_.read("refused.jsonl").value_or(""); }
  Folder folder_;
};

TEST_F(Input, MissingFile) {
  const Ran ran = shell(folder_, "$W run copy.toml --set params.input=none.csv");
  EXPECT_EQ(ran.code, 66) << ran.out;
  EXPECT_TRUE(ran.says("copy.toml:8:17: error: rows (file.csv): ")) << ran.out;
  EXPECT_TRUE(ran.says("/none.csv: cannot be opened: No such file or directory")) << ran.out;
  EXPECT_FALSE(folder_.read("out.csv"));
  expect_next_run_works();
}

TEST_F(Input, FolderInPlaceOfAFile) {
  fs::create_directory(folder_ / "folder");
  const Ran input = shell(folder_, "$W run copy.toml --set params.input=folder");
  EXPECT_EQ(input.code, 78) << input.out;
  EXPECT_TRUE(input.says("/folder: is a folder, not a file")) << input.out;
  folder_.write("in.csv", numbers(3));
  const Ran output = shell(folder_, "$W run copy.toml --set params.output=folder");
  EXPECT_EQ(output.code, 1) << output.out;
  EXPECT_TRUE(output.says("written failed: ")) << output.out;
  EXPECT_TRUE(output.says("/folder: is a folder, not a file")) << output.out;
  const Ran dag = shell(folder_, "$W run folder");
  EXPECT_NE(dag.code, 0);
  EXPECT_TRUE(dag.says("cannot read `folder`: it is a folder")) << dag.out;
  expect_next_run_works();
}

TEST_F(Input, MissingAndBrokenDagFiles) {
  const Ran missing = shell(folder_, "$W run none.toml");
  EXPECT_EQ(missing.code, 66) << missing.out;
  EXPECT_TRUE(missing.says("cannot read `none.toml`: No such file or directory")) << missing.out;
  folder_.write("nul.toml", std::string_view("[dag]\nname = \"a\0b\"\n", 18));
  const Ran nul = shell(folder_, "$W run nul.toml");
  EXPECT_EQ(nul.code, 78) << nul.out;
  EXPECT_TRUE(nul.says("nul.toml:2:10: error: ")) << nul.out;
  expect_next_run_works();
}

TEST_F(Input, NulBytesAreDataAndBrokenTextIsRefused) {
  folder_.write("in.csv", std::string_view("id,text\n1,a\0b\n2,\xFF\xFE x\n3,ok\n", 27));
  const Ran ran = shell(folder_, "$W run -q sort.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), std::string_view("id,text\n1,a\0b\n3,ok\n", 19));
  EXPECT_NE(refused().find("\"code\":\"bad_encoding\""), std::string::npos) << refused();
  EXPECT_NE(refused().find("in.csv:3\""), std::string::npos) << refused();
  const Ran failed = shell(folder_, "$W run copy.toml");
  EXPECT_EQ(failed.code, 1) << failed.out;
  EXPECT_TRUE(failed.says("column 'text' is not valid UTF-8")) << failed.out;
  EXPECT_TRUE(failed.says("in.csv:3)")) << failed.out;
  EXPECT_TRUE(folder_.unfinished().empty());
  expect_next_run_works();
}

TEST_F(Input, NumbersOutOfRange) {
  folder_.write("in.csv", "n,x\n1,1.5\n99999999999,1\n2,1e999\n-2147483648,-0\n");
  folder_.write("typed.toml", R"([dag]
name = "typed"
[task.rows]
uses = "file.csv"
with = { path = "in.csv", columns = { n = "int32", x = "float64" } }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
[task.refused]
uses = "file.jsonl_sink"
from = "rows.errors"
with = { path = "refused.jsonl" }
)");
  const Ran ran = shell(folder_, "$W run -q typed.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_NE(refused().find("column 'n': '99999999999' is no int32"), std::string::npos)
      << refused();
  EXPECT_NE(refused().find("in.csv:3\""), std::string::npos) << refused();
  EXPECT_NE(refused().find("column 'x': '1e999' is no float64"), std::string::npos) << refused();
  EXPECT_EQ(folder_.read("out.csv"), "n,x\n1,1.5\n-2147483648,-0.0\n");
}

TEST_F(Input, TenThousandColumns) {
  std::string text;
  for (int row = 0; row < 5; ++row) {
    for (int k = 0; k < 10'000; ++k)
      text += (row == 0 ? "c" : "") + std::to_string(k * (row + 1)) + (k < 9'999 ? "," : "\n");
  }
  folder_.write("in.csv", text);
  const Ran ran = shell(folder_, "$W run -q copy.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), text);
}

/// A field of a gigabyte, most of it a hole in the file, with less address space than that: the
/// record is refused in constant memory, those beside it are read.
TEST_F(Input, OneFieldOfAGigabyte) {
  folder_.write("in.csv", "1,a\n2,");
  const std::string path = (folder_ / "in.csv").string();
  ASSERT_EQ(::truncate(path.c_str(), 6 + (off_t{1} << 30)), 0);
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  ASSERT_EQ(::write(fd, "\n3,c\n", 5), 5);
  ::close(fd);
  folder_.write("huge.toml", R"([dag]
name = "huge"
[task.rows]
uses = "file.csv"
with = { path = "in.csv", header = false, columns = { id = "int64", text = "utf8" } }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
[task.refused]
uses = "file.jsonl_sink"
from = "rows.errors"
with = { path = "refused.jsonl" }
)");
  const Ran ran = shell(folder_, MEMORY_LIMIT "$W run -q --threads 2 huge.toml");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "id,text\n1,a\n3,c\n");
  EXPECT_NE(refused().find("\"code\":\"too_large\""), std::string::npos);
  EXPECT_NE(refused().find("in.csv:2\""), std::string::npos);
}

/// The file is changed when the reader is in the midst of it: it waits for a sink whose pipe
/// nobody empties.
class Changing : public ::testing::Test {
 protected:
  Changing() {
    std::string text = "n\n";
    for (int i = 0; i < 400'000; ++i)
      text += "a line of the file that is changed while it is read\n";
    folder_.write("in.csv", text);
    folder_.write("out.csv", "before\n");
    folder_.write("change.toml", R"([dag]
name = "change"
[task.rows]
uses = "file.csv"
with = { path = "in.csv", columns = { n = "utf8" } }
[task.written]
uses = "file.csv_sink"
from = "rows"
with = { path = "out.csv" }
[task.slow]
uses = "file.csv_sink"
from = "rows"
with = { path = "pipe" }
)");
    ::mkfifo((folder_ / "pipe").c_str(), 0600);
  }
  Ran change(const std::function<void(const std::string& path)>& harm) {
    Process process(folder_, {"run", "change.toml"});
    const int pipe = ::open((folder_ / "pipe").c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[1 << 16];
    EXPECT_GT(::read(pipe, buffer, 1), 0);
    harm((folder_ / "in.csv").string());
    while (::read(pipe, buffer, sizeof(buffer)) > 0) continue;
    ::close(pipe);
    return process.wait();
  }
  Folder folder_;
};

TEST_F(Changing, TruncatedFileEndsTheRun) {
  const Ran ran = change([](const std::string& path) { fs::resize_file(path, 1000); });
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("rows failed: ")) << ran.out;
  EXPECT_TRUE(
      ran.says("in.csv: the file changed while it was read (20800002 bytes at the start, "
               "1000 at the end"))
      << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "before\n");
  EXPECT_TRUE(folder_.unfinished().empty());
}

TEST_F(Changing, AppendedFileEndsTheRun) {
  const Ran ran = change([](const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    EXPECT_EQ(::write(fd, "more\n", 5), 5);
    ::close(fd);
  });
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(
      ran.says("in.csv: the file changed while it was read (20800002 bytes at the start, "
               "20800007 at the end"))
      << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "before\n");
  EXPECT_TRUE(folder_.unfinished().empty());
}

TEST_F(Changing, OverwrittenFileOfTheSameSizeEndsTheRun) {
  const Ran ran = change([](const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    EXPECT_EQ(::pwrite(fd, "A", 1, 20'000'000), 1);
    ::close(fd);
  });
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_TRUE(ran.says("in.csv: the file changed while it was read")) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "before\n");
}

/// Between the plan, which looks at the head of the file, and the moment when its task starts.
class ChangedBefore : public ::testing::Test {
 protected:
  Ran change(const std::string& command) {
    folder_.write("in.csv", "n,m\n1,1\n2,2\n");
    folder_.write("change.sh", command);
    folder_.write("late.toml", R"([dag]
name = "late"
[task.change]
uses = "run.command"
with = { program = "sh", args = ["change.sh"] }
[task.rows]
uses = "file.csv"
after = ["change"]
with = { path = "in.csv" }
[task.big]
uses = "flow.filter"
from = "rows"
with = { where = "n > 1" }
[task.written]
uses = "file.csv_sink"
from = "big"
with = { path = "out.csv" }
)");
    return shell(folder_, "$W run -q late.toml");
  }
  Folder folder_;
};

TEST_F(ChangedBefore, OtherRowsOfTheSameColumnsAreTaken) {
  const Ran ran = change("printf 'n,m\\n1,5\\n6,6\\n7,7\\n' > in.csv");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(folder_.read("out.csv"), "n,m\n6,6\n7,7\n");
}

TEST_F(ChangedBefore, OtherColumnsAreInferredAnewAndRefused) {
  const std::pair<const char*, const char*> kCases[] = {
      {"printf 'n,m\\nxx,1\\n' > in.csv", "(n: utf8, m: int64)"},
      {"printf 'k,m\\n5,1\\n' > in.csv", "(k: int64, m: int64)"},
      {"printf 'n,m,o\\n5,5,5\\n' > in.csv", "(n: int64, m: int64, o: int64)"}};
  for (const auto& [command, now] : kCases) {
    const Ran ran = change(command);
    EXPECT_EQ(ran.code, 1) << ran.out;
    EXPECT_TRUE(
        ran.says("rows failed: the columns of output 'out' were planned as (n: int64, m: "
                 "int64) but are " +
                 std::string(now) + " now"))
        << ran.out;
    EXPECT_FALSE(folder_.read("out.csv"));
  }
}

TEST_F(ChangedBefore, GoneOrAFolder) {
  const Ran gone = change("rm in.csv");
  EXPECT_EQ(gone.code, 1) << gone.out;
  EXPECT_TRUE(gone.says("in.csv: cannot be opened: No such file or directory")) << gone.out;
  const Ran folder = change("rm in.csv; mkdir in.csv");
  EXPECT_EQ(folder.code, 1) << folder.out;
  EXPECT_TRUE(folder.says("in.csv: is a folder, not a file")) << folder.out;
  EXPECT_FALSE(folder_.read("out.csv"));
}

}  // namespace
}  // namespace weirflow::faults
