// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/registry.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "built_files.h"
#include "plugin/scan_cache.h"
#include "weirflow/plugin.hpp"

namespace weirflow::plugin {
namespace {

namespace fs = std::filesystem;
using test::bad;

ScanOptions options() {
  ScanOptions made;
  made.inspect = {test::helper(), std::chrono::milliseconds(20'000)};
  return made;
}

/// A folder with copies of built libraries, and one for the cache.
class RegistryTest : public testing::Test {
 protected:
  void put(const std::string& bad_name, const std::string& as = "") {
    fs::copy_file(bad(bad_name), file(as.empty() ? bad_name : as),
                  fs::copy_options::overwrite_existing);
  }
  fs::path file(const std::string& name) { return plugins_.path() / (name + ".so"); }
  Registry scan(const ScanOptions& with = options()) {
    return Registry::scan({plugins_.path()}, cache_.path() / "new", with);
  }
  /// Options with which every inspection fails: what is found comes from the cache.
  static ScanOptions cache_only() {
    ScanOptions made = options();
    made.inspect.program = "/no/such/program";
    return made;
  }
  test::TemporaryFolder plugins_, cache_;
};

TEST_F(RegistryTest, FindsLibrariesAndSaysWhyOthersAreRefused) {
  put("good");
  put("null_entry");
  std::ofstream(plugins_.path() / "notes.txt") << "not looked at";
  const Registry registry = scan();
  ASSERT_EQ(registry.libraries().size(), 1U);
  ASSERT_EQ(registry.components().size(), 1U);
  EXPECT_EQ(registry.components()[0]->id, "bad.pass");
  ASSERT_EQ(registry.refused().size(), 1U);
  EXPECT_EQ(registry.refused()[0].path, fs::canonical(file("null_entry")).string());
  EXPECT_EQ(registry.refused()[0].reason, "wf_plugin_entry_v1 returned no entry (NULL)");
}

TEST_F(RegistryTest, ASecondScanInspectsNothing) {
  put("good");
  put("crash_at_load");
  const Registry first = scan();
  const Registry second = scan(cache_only());
  ASSERT_NE(second.find("bad.pass"), nullptr);
  ASSERT_EQ(second.refused().size(), 1U);
  EXPECT_EQ(second.refused()[0].reason, first.refused()[0].reason);
  EXPECT_TRUE(second.refused()[0].reason.starts_with("crashes while it is loaded"));
}

TEST_F(RegistryTest, AChangedFileIsInspectedAnew) {
  put("crash_at_load", "plugin");
  EXPECT_EQ(scan().find("bad.pass"), nullptr);
  fs::remove(file("plugin"));
  put("good", "plugin");
  EXPECT_NE(scan().find("bad.pass"), nullptr);
  EXPECT_TRUE(scan().refused().empty());
}

TEST_F(RegistryTest, AFailureToStartTheChildIsNotKept) {
  put("good");
  const Registry without = scan(cache_only());
  ASSERT_EQ(without.refused().size(), 1U);
  EXPECT_TRUE(without.refused()[0].reason.starts_with("cannot start /no/such/program"));
  EXPECT_NE(scan().find("bad.pass"), nullptr);
}

TEST_F(RegistryTest, ADamagedCacheIsIgnored) {
  put("good");
  ASSERT_NE(scan().find("bad.pass"), nullptr);
  const fs::path cache = cache_.path() / "new" / "plugins.cache";
  const auto size = fs::file_size(cache);
  for (const uintmax_t cut : {uintmax_t{0}, uintmax_t{7}, uintmax_t{40}, size / 2, size - 1}) {
    fs::resize_file(cache, cut);
    EXPECT_NE(scan().find("bad.pass"), nullptr) << cut;
    EXPECT_EQ(fs::file_size(cache), size) << "written again";
  }
  std::fstream(cache, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(size / 2))
      << "XX";
  EXPECT_TRUE(read_cache(cache).empty());
  EXPECT_NE(scan().find("bad.pass"), nullptr);
}

TEST_F(RegistryTest, TheSameIdInTwoLibrariesIsAnErrorThatNamesBoth) {
  put("good");
  put("same_id");
  const Registry registry = scan();
  EXPECT_EQ(registry.find("bad.pass"), nullptr);
  const auto found = registry.require("bad.pass");
  EXPECT_EQ(found.status().code(), wf::Code::conflict);
  EXPECT_EQ(found.status().message(),
            "component `bad.pass` is in " + fs::canonical(file("good")).string() + " and in " +
                fs::canonical(file("same_id")).string() + "; remove all but one");
  EXPECT_EQ(registry.conflicts().size(), 1U);
  EXPECT_FALSE(registry.load("bad.pass").ok());
}

TEST_F(RegistryTest, AFileReachedTwiceCountsOnce) {
  put("good");
  fs::create_symlink(file("good"), file("link"));
  const Registry registry = Registry::scan({plugins_.path(), plugins_.path() / ".", file("good")},
                                           cache_.path(), options());
  EXPECT_EQ(registry.libraries().size(), 1U);
  EXPECT_NE(registry.find("bad.pass"), nullptr);
}

TEST_F(RegistryTest, AnUnknownIdGetsTheNearestOne) {
  put("good");
  put("wrong_major", "other");
  const Registry registry = scan();
  const auto status = registry.require("bad.pas").status();
  EXPECT_EQ(status.message(), "there is no component `bad.pas`");
  ASSERT_NE(status.place(), nullptr);
  EXPECT_EQ(status.place()->hint, "did you mean `bad.pass`?");
  EXPECT_EQ(registry.nearest("pass"), "bad.pass");
  EXPECT_EQ(registry.require("other.pass").status().message(),
            "there is no component `other.pass`; " + fs::canonical(file("other")).string() +
                " was refused: built for ABI major 2, this host has major 1");
}

TEST_F(RegistryTest, AMissingFolderIsReported) {
  const Registry registry = Registry::scan({"/no/such/folder"}, "", options());
  ASSERT_EQ(registry.refused().size(), 1U);
  EXPECT_EQ(registry.refused()[0].reason, "cannot be opened: No such file or directory");
}

TEST_F(RegistryTest, LoadsAComponentAndNoticesAnExchangedFile) {
  put("good");
  const Registry registry = scan();
  const auto cls = registry.load("bad.pass");
  ASSERT_TRUE(cls.ok()) << cls.status().to_string();
  EXPECT_NE((*cls)->create, nullptr);
  put("good", "gone");
  const Registry other = Registry::scan({file("gone")}, "", options());
  fs::remove(file("gone"));
  EXPECT_EQ(other.load("bad.pass").status().message(),
            fs::weakly_canonical(file("gone")).string() +
                ": cannot be opened: No such file or directory");
}

TEST(Registry, DefaultPathsReadTheEnvironment) {
  ::setenv("WEIRFLOW_PLUGIN_PATH", "/a/b::/c", 1);
  const auto paths = Registry::default_paths();
  ASSERT_GE(paths.size(), 2U);
  EXPECT_EQ(paths[0], "/a/b");
  EXPECT_EQ(paths[1], "/c");
}

class Nothing : public wf::Action<> {
 public:
  static constexpr auto kInfo = wf::component("host.nothing").version("1.0.0");

 protected:
  wf::Status run() override { return {}; }
};

TEST(Registry, TakesComponentsOfTheHost) {
  Registry registry;
  ASSERT_TRUE(registry.add_builtin(wf::detail::make_entry<Nothing>()).ok());
  ASSERT_NE(registry.find("host.nothing"), nullptr);
  EXPECT_EQ(registry.library_of("host.nothing")->path, "");
  const auto cls = registry.load("host.nothing");
  ASSERT_TRUE(cls.ok());
  EXPECT_NE((*cls)->create, nullptr);
}

TEST_F(RegistryTest, StartingWithAFullCacheCostsLittle) {
  for (int i = 0; i < 10; ++i) put("good", "copy" + std::to_string(i));
  scan();
  const auto cold = std::chrono::steady_clock::now();
  scan();
  const auto once = std::chrono::steady_clock::now() - cold;
  RecordProperty("warm_scan_us", static_cast<int>(once.count() / 1000));
  // A ratio, not a time: a warm scan of ten files costs less than one inspection.
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(inspect(file("copy0"), options().inspect).ok());
  EXPECT_LT(once.count(), (std::chrono::steady_clock::now() - start).count());
}

}  // namespace
}  // namespace weirflow::plugin
