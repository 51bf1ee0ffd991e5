// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "built_files.h"
#include "plugin/elf_symbols.h"
#include "plugin/info_binary.h"
#include "plugin/info_json.h"
#include "plugin/scan_cache.h"

namespace weirflow::plugin {
namespace {

LibraryInfo rich() {
  FieldInfo inner;
  inner.key = "inner";
  inner.type = FieldType::boolean;
  FieldInfo field;
  field.key = "key";
  field.type = FieldType::list;
  field.item_type = FieldType::table;
  field.required = field.secret = true;
  field.min = -1.5;
  field.max = std::numeric_limits<double>::infinity();
  field.allowed = {"a", "ü\"\n"};
  field.fields = {inner};
  field.default_value = wf::Value(wf::Value::Table{
      {"z", wf::Value(1)},
      {"a", wf::Value(wf::Value::List{wf::Value(), wf::Value(true), wf::Value(1.0), wf::Value(0.1),
                                      wf::Value("t"), wf::Value(INT64_MIN),
                                      wf::Value(std::numeric_limits<double>::infinity())})}});
  field.help = "help";
  field.example = "[1]";
  PortInfo port;
  port.name = "*";
  port.summary = "s";
  port.dynamic = true;
  port.names_from = "key";
  port.columns = {{"n", "", "utf8|binary", "c"}, {"", "key", "", ""}};
  ComponentInfo component;
  component.id = "a.b";
  component.version = "1.2.3";
  component.kind = Kind::sink;
  component.cardinality = wf::Cardinality::sink;
  component.abilities = 0xFF;
  component.replay = WF_REPLAY_EXACT;
  component.docs = std::string("nul \0 inside", 12);
  component.inputs = {port};
  component.outputs = {port, port};
  component.fields = {field, inner};
  LibraryInfo info;
  info.path = "/x/ü.so";
  info.name = "a";
  info.abi_major = 1;
  info.min_host_minor = 7;
  info.components = {component, component};
  return info;
}

TEST(InfoForms, JsonKeepsEverything) {
  const std::string text = to_json(rich());
  const auto back = library_from_json(text);
  ASSERT_TRUE(back.ok()) << back.status().to_string();
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->components[1].fields[0].default_value,
            rich().components[1].fields[0].default_value);
  EXPECT_EQ(back->components[1].docs, rich().components[1].docs);
  EXPECT_EQ(back->components[0].outputs[1].columns[0].type, "utf8|binary");
  EXPECT_EQ(back->components[0].fields[0].max, std::numeric_limits<double>::infinity());
  EXPECT_FALSE(library_from_json("{}").ok());
  EXPECT_FALSE(library_from_json("not JSON").ok());
}

TEST(InfoForms, BinaryKeepsEverything) {
  std::string bytes;
  BinaryWriter(bytes).put(rich());
  BinaryReader reader(bytes);
  const LibraryInfo back = reader.library();
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(to_json(back), to_json(rich()));
}

TEST(InfoForms, CutOrWrongBinaryIsNoticed) {
  std::string bytes;
  BinaryWriter(bytes).put(rich());
  for (size_t cut = 0; cut < bytes.size(); cut += 3) {
    BinaryReader reader(std::string_view(bytes).substr(0, cut));
    (void)reader.library();
    EXPECT_FALSE(reader.ok() && reader.at_end()) << cut;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string wrong = bytes;
    wrong[at] = static_cast<char>(~wrong[at]);
    BinaryReader reader(wrong);
    (void)reader.library();  // must end, and read nothing outside
  }
}

TEST(InfoForms, AStatusCrossesAsJson) {
  const wf::Status sent = wf::invalid_config("no 'x'").at({"key", 3, 4, "did you mean 'y'?"});
  wf::Status got;
  ASSERT_TRUE(status_from_json(to_json(sent), got));
  EXPECT_EQ(got.to_string(), sent.to_string());
  EXPECT_EQ(got.place()->hint, "did you mean 'y'?");
  EXPECT_FALSE(status_from_json(to_json(rich()), got));
  EXPECT_FALSE(status_from_json("", got));
}

TEST(InfoForms, TheCacheFileKeepsRefusalsAndStamps) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "deep" / "plugins.cache";
  ScanCache cache;
  cache["/a.so"] = {{10, 20, 30}, rich(), "", wf::Code::ok};
  cache["/b.so"] = {{1, -2, 3}, {}, "crashes", wf::Code::internal};
  ASSERT_TRUE(write_cache(file, cache).ok());
  const ScanCache back = read_cache(file);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back.at("/b.so").refusal, "crashes");
  EXPECT_EQ(back.at("/b.so").code, wf::Code::internal);
  EXPECT_EQ(back.at("/b.so").stamp, (FileStamp{1, -2, 3}));
  EXPECT_EQ(to_json(back.at("/a.so").info), to_json(rich()));
  EXPECT_TRUE(read_cache(folder.path() / "none").empty());
  EXPECT_FALSE(write_cache("/proc/no/such/folder/x", cache).ok());
}

TEST(ElfSymbols, ListsWhatIsExported) {
  const auto one = exported_symbols(test::bad("good"));
  ASSERT_TRUE(one.ok()) << one.status().to_string();
  EXPECT_NE(std::find(one->begin(), one->end(), "wf_plugin_entry_v1"), one->end());
  EXPECT_EQ(std::find(one->begin(), one->end(), "malloc"), one->end()) << "imported, not exported";
  const auto two = exported_symbols(test::bad("check_exports"));
  ASSERT_TRUE(two.ok());
  EXPECT_NE(std::find(two->begin(), two->end(), "weirflow_left_over"), two->end());
  EXPECT_FALSE(exported_symbols(test::bad("not_a_library")).ok());
  EXPECT_FALSE(exported_symbols("/no/such/file").ok());
}

}  // namespace
}  // namespace weirflow::plugin
