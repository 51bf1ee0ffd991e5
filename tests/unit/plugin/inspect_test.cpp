// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/inspect.h"

#include <gtest/gtest.h>

#include <fstream>

#include "built_files.h"
#include "plugin/child_process.h"
#include "plugin/info_json.h"
#include "plugin/library.h"

namespace weirflow::plugin {
namespace {

using test::bad;

wf::Result<LibraryInfo> look(const std::filesystem::path& file, int limit_ms = 20'000) {
  return inspect(file, {test::helper(), std::chrono::milliseconds(limit_ms)});
}

struct Refusal {
  const char* name;
  wf::Code code;
  const char* message;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class Refuses : public testing::TestWithParam<Refusal> {};

TEST_P(Refuses, WithTheReason) {
  const auto& [name, code, message] = GetParam();
  const bool hangs = std::string_view(name) == "hang_at_load";
  const auto info = look(bad(name), hangs ? 300 : 20'000);
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().message(), message);
  EXPECT_EQ(info.error().code(), code);
}

INSTANTIATE_TEST_SUITE_P(
    Libraries, Refuses,
    testing::Values(
        Refusal{"no_such_file", wf::Code::not_found, "cannot be opened: No such file or directory"},
        Refusal{"not_a_library", wf::Code::invalid_data,
                "not a shared library that can be loaded: file too short"},
        Refusal{"missing_entry", wf::Code::invalid_data,
                "has no function `wf_plugin_entry_v1`: not a Weirflow plugin"},
        Refusal{"future_entry", wf::Code::not_implemented,
                "built for ABI major 2, this host has major 1"},
        Refusal{"wrong_major", wf::Code::not_implemented,
                "built for ABI major 2, this host has major 1"},
        Refusal{"new_floor", wf::Code::not_implemented,
                "needs a host with ABI 1.7 or newer, this host has 1.0"},
        Refusal{"null_entry", wf::Code::invalid_data,
                "wf_plugin_entry_v1 returned no entry (NULL)"},
        Refusal{"short_struct", wf::Code::invalid_data,
                "component 1: its class says it has 8 bytes, at least 24 are needed"},
        Refusal{"crash_at_load", wf::Code::internal,
                "crashes while it is loaded: crashed (signal 6, Aborted)"},
        Refusal{"crash_in_entry", wf::Code::internal,
                "crashes while it is loaded: crashed (signal 11, Segmentation fault)"},
        Refusal{"hang_at_load", wf::Code::timeout,
                "hangs while it is loaded: did not end within 300ms"},
        Refusal{"exit_at_load", wf::Code::internal,
                "ends the process while it is loaded (code 3): no licence found"},
        Refusal{"undefined_symbol", wf::Code::invalid_data,
                "undefined symbol `weirflow_nobody_defines_this`: it was linked without a library "
                "that it needs"},
        Refusal{"needs_library", wf::Code::invalid_data,
                "needs the library `libweirflow-missing.so`, which cannot be opened: No such file "
                "or directory"},
        Refusal{"invalid_id", wf::Code::invalid_data,
                "component 1: id `bad.Pass` is not `library.name`, each part [a-z][a-z0-9_]*"},
        Refusal{"foreign_id", wf::Code::invalid_data,
                "component `good.pass`: the part before the dot must be the library's name, `bad`"},
        Refusal{"unknown_kind", wf::Code::invalid_data, "component `bad.pass`: unknown kind 0"},
        Refusal{"wrong_default", wf::Code::invalid_data,
                "component `bad.pass`: key `size`: its default is a bool, not an integer"},
        Refusal{"duplicate_port", wf::Code::invalid_data,
                "component `bad.pass`: input `in` is there twice"},
        Refusal{
            "dynamic_not_last", wf::Code::invalid_data,
            "component `bad.pass`: output `out` stands behind the dynamic output, which must be "
            "the last"},
        Refusal{"duplicate_id", wf::Code::invalid_data, "component id `bad.pass` is there twice"},
        Refusal{"null_create", wf::Code::invalid_data, "component `bad.pass`: create is NULL"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Inspect, ReadsASoundLibrary) {
  const auto info = look(bad("good"));
  ASSERT_TRUE(info.ok()) << info.status().to_string();
  EXPECT_EQ(info->name, "bad");
  EXPECT_EQ(info->path, std::filesystem::canonical(bad("good")).string());
  ASSERT_EQ(info->components.size(), 1U);
  EXPECT_EQ(info->components[0].id, "bad.pass");
  EXPECT_EQ(info->components[0].fields[0].default_value, wf::Value(1));
}

TEST(Inspect, WhatALibraryPrintsIsNotItsDescription) {
  const auto info = look(bad("noisy"));
  ASSERT_TRUE(info.ok()) << info.status().to_string();
  EXPECT_EQ(info->name, "bad");
}

TEST(Inspect, ACutLibraryIsRefused) {
  const test::TemporaryFolder folder;
  const auto cut = folder.path() / "cut.so";
  std::ifstream in(bad("good"), std::ios::binary);
  std::string bytes(2000, '\0');
  in.read(bytes.data(), 2000);
  std::ofstream(cut, std::ios::binary) << bytes;
  const auto info = look(cut);
  ASSERT_FALSE(info.ok());
  EXPECT_TRUE(info.error().message().starts_with("not a shared library that can be loaded: ") ||
              info.error().message().starts_with("crashes while it is loaded"))
      << info.error().message();
}

TEST(Inspect, AFolderIsRefused) {
  EXPECT_EQ(look(test::built("bad_plugins")).status().message(), "is no regular file");
}

TEST(Inspect, ThePlainCPluginAndTheShortOneAreSound) {
  const auto hello = look(test::built("example_plugins/hello.so"));
  ASSERT_TRUE(hello.ok()) << hello.status().to_string();
  EXPECT_EQ(hello->components[0].id, "hello.length");
  const auto flag = look(test::built("example_plugins/flag.so"));
  ASSERT_TRUE(flag.ok()) << flag.status().to_string();
  EXPECT_EQ(flag->components[0].id, "demo.flag");
  EXPECT_TRUE(flag->components[0].fields[0].required);
  EXPECT_EQ(flag->components[0].fields[1].max, 1.0);
}

TEST(Inspect, AMissingHelperSaysNothingOfTheFile) {
  const auto info = inspect(bad("good"), {"/no/such/program", std::chrono::milliseconds(1000)});
  EXPECT_EQ(info.status().code(), wf::Code::unavailable);
}

TEST(ChildProcess, CollectsOutputLargerThanAPipe) {
  ChildRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", "head -c 300000 /dev/zero; echo oops >&2; exit 7"};
  const auto child = run_child(request);
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->out.size(), 300'000U);
  EXPECT_EQ(child->err, "oops\n");
  EXPECT_EQ(child->exit_code, 7);
  EXPECT_EQ(child->failure(request.limit), "ended with code 7");
}

TEST(ChildProcess, AGrandchildThatHoldsThePipeIsNotWaitedFor) {
  ChildRequest request;
  request.program = "/bin/sh";
  request.arguments = {"-c", "sleep 1000 & echo done"};
  request.limit = std::chrono::milliseconds(20'000);
  const auto child = run_child(request);
  ASSERT_TRUE(child.ok());
  EXPECT_FALSE(child->timed_out);
  EXPECT_EQ(child->out, "done\n");
}

TEST(Library, LoadsOnceAndKnowsItsComponents) {
  const auto first = Library::load(bad("good"));
  const auto second = Library::load(bad("good"));
  ASSERT_TRUE(first.ok()) << first.status().to_string();
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(*first, *second);
  EXPECT_NE((*first)->find("bad.pass"), nullptr);
  EXPECT_EQ((*first)->find("bad.other"), nullptr);
}

}  // namespace
}  // namespace weirflow::plugin
