// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/entry_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "plugin/descriptor_reader.h"
#include "weirflow/plugin.hpp"

namespace weirflow::plugin {
namespace {

wf_str text(std::string_view s) { return wf::str(s); }

/// A sound entry whose every part can be spoiled.
struct Parts {
  wf_column_info column{};
  wf_port_info in{}, out{};
  wf_field_info size{}, names{}, member{};
  wf_descriptor descriptor{};
  wf_component_class cls{};
  wf_entry entry{};
  const wf_column_info* columns[1] = {&column};
  const wf_port_info* ports[2] = {&in, &out};
  const wf_field_info* fields[2] = {&size, &names};
  const wf_field_info* members[1] = {&member};
  const wf_component_class* classes[1] = {&cls};
  wf_str allowed[2] = {text("a"), text("b")};
  std::vector<wf_value> items;

  Parts() {
    column = {sizeof(column), 0, text("body"), text(""), text("utf8|binary"), text("")};
    in = {sizeof(in), WF_PORT_INPUT, 0, 1, text("in"), text(""), text(""), columns};
    out = {sizeof(out), WF_PORT_OUTPUT, 0, 0, text("out"), text(""), text(""), nullptr};
    for (wf_field_info* f : {&size, &names, &member}) {
      f->struct_size = sizeof(wf_field_info);
      f->default_value.type = WF_VALUE_NULL;
    }
    size.type = WF_FIELD_INTEGER;
    size.key = text("size");
    names.type = WF_FIELD_LIST;
    names.item_type = WF_FIELD_STRING;
    names.key = text("names");
    member.type = WF_FIELD_BOOL;
    member.key = text("deep");
    descriptor.struct_size = sizeof(descriptor);
    descriptor.kind = WF_KIND_TRANSFORM;
    descriptor.cardinality = WF_CARDINALITY_MAP;
    descriptor.n_ports = descriptor.n_fields = 2;
    descriptor.id = text("t.one");
    descriptor.version = text("1.2.3");
    descriptor.ports = ports;
    descriptor.fields = fields;
    cls.struct_size = sizeof(cls);
    cls.descriptor = &descriptor;
    cls.create = [](const wf_component_class*, const wf_host*, wf_error*) -> wf_instance* {
      return nullptr;
    };
    entry.struct_size = sizeof(entry);
    entry.abi_major = WF_ABI_MAJOR;
    entry.name = text("t");
    entry.version = text("0.1.0");
    entry.n_components = 1;
    entry.components = classes;
  }
};

struct Case {
  const char* name;
  std::function<void(Parts&)> spoil;
  const char* message;
};

std::vector<Case> cases() {
  static const std::string kLong(1 << 21, 'x');
  return {
      {"sound", [](Parts&) {}, ""},
      {"newer_minor", [](Parts& p) { p.entry.abi_minor = 99; }, ""},
      {"major", [](Parts& p) { p.entry.abi_major = 0; },
       "built for ABI major 0, this host has major 1"},
      {"floor", [](Parts& p) { p.entry.min_host_minor = 3; },
       "needs a host with ABI 1.3 or newer, this host has 1.0"},
      {"entry_size", [](Parts& p) { p.entry.struct_size = 20; },
       "the entry says it has 20 bytes, at least 96 are needed"},
      {"library_name", [](Parts& p) { p.entry.name = text("T"); },
       "the library's name `T` does not match [a-z][a-z0-9_]*"},
      {"library_version", [](Parts& p) { p.entry.version = text("1.2"); },
       "the library's version `1.2` is no semantic version (1.2.3)"},
      {"null_text",
       [](Parts& p) {
         p.entry.license = {nullptr, 3};
       },
       "the library's license is NULL with length 3"},
      {"long_text", [](Parts& p) { p.entry.sdk = text(kLong); },
       "the library's sdk says it has 2097152 bytes, more than 1048576"},
      {"no_components", [](Parts& p) { p.entry.n_components = 0; },
       "the library has no components"},
      {"many_components", [](Parts& p) { p.entry.n_components = 5000; },
       "the library says it has 5000 components, more than 1000"},
      {"null_components", [](Parts& p) { p.entry.components = nullptr; },
       "the list of components is NULL"},
      {"null_class", [](Parts& p) { p.classes[0] = nullptr; }, "component 1: its class is NULL"},
      {"null_descriptor", [](Parts& p) { p.cls.descriptor = nullptr; },
       "component 1: the descriptor is NULL"},
      {"not_utf8", [](Parts& p) { p.descriptor.id = text("t.\xff"); },
       "component 1: its id is not UTF-8"},
      {"no_dot", [](Parts& p) { p.descriptor.id = text("one"); },
       "component 1: id `one` is not `library.name`, each part [a-z][a-z0-9_]*"},
      {"two_dots", [](Parts& p) { p.descriptor.id = text("t.a.b"); },
       "component 1: id `t.a.b` is not `library.name`, each part [a-z][a-z0-9_]*"},
      {"cardinality", [](Parts& p) { p.descriptor.cardinality = 9; },
       "component `t.one`: unknown cardinality 9"},
      {"version", [](Parts& p) { p.descriptor.version = text("01.2.3"); },
       "component `t.one`: version `01.2.3` is no semantic version (1.2.3)"},
      {"null_ports", [](Parts& p) { p.descriptor.ports = nullptr; },
       "component `t.one`: the list of ports is NULL"},
      {"null_port", [](Parts& p) { p.ports[1] = nullptr; }, "component `t.one`: port 2 is NULL"},
      {"direction", [](Parts& p) { p.out.direction = 0; },
       "component `t.one`: port 2: unknown direction 0"},
      {"port_flags", [](Parts& p) { p.in.flags = 64; },
       "component `t.one`: port 1: unknown flags 64"},
      {"port_name", [](Parts& p) { p.in.name = text("In"); },
       "component `t.one`: port 1: the name does not match [a-z][a-z0-9_]*"},
      {"errors_port", [](Parts& p) { p.out.name = text("errors"); },
       "component `t.one`: port 2: `errors` is the implicit output of every task"},
      {"star", [](Parts& p) { p.in.name = text("*"); },
       "component `t.one`: port 1: a dynamic port, and no other, is named `*`"},
      {"optional_output", [](Parts& p) { p.out.flags = WF_PORT_OPTIONAL; },
       "component `t.one`: port 2: only an input can be optional"},
      {"dynamic_without_names",
       [](Parts& p) { p.out.flags = WF_PORT_DYNAMIC, p.out.name = text("*"); },
       "component `t.one`: port 2: a dynamic output needs names_from"},
      {"dynamic_names_wrong_key",
       [](Parts& p) {
         p.out.flags = WF_PORT_DYNAMIC, p.out.name = text("*"), p.out.names_from = text("size");
       },
       "component `t.one`: names_from of output `*` is `size`, which is no key that holds a list "
       "or "
       "table"},
      {"dynamic_names",
       [](Parts& p) {
         p.out.flags = WF_PORT_DYNAMIC, p.out.name = text("*"), p.out.names_from = text("names");
       },
       ""},
      {"column_type", [](Parts& p) { p.column.type = text("utf8|strin"); },
       "component `t.one`: port 1: column `body`: 'strin' is no type; did you mean 'string'?"},
      {"column_key", [](Parts& p) { p.column.name = text(""), p.column.from_key = text("col"); },
       "component `t.one`: port `in` takes a column's name from `col`, which is no key"},
      {"column_nameless", [](Parts& p) { p.column.name = text(""); },
       "component `t.one`: port 1: a column needs either a name or a from_key"},
      {"null_columns", [](Parts& p) { p.in.columns = nullptr; },
       "component `t.one`: port 1: the list of columns is NULL"},
      {"no_input", [](Parts& p) { p.descriptor.ports = p.ports + 1, p.descriptor.n_ports = 1; },
       "component `t.one`: must have an input, it is a transform"},
      {"source_with_input", [](Parts& p) { p.descriptor.kind = WF_KIND_SOURCE; },
       "component `t.one`: must have no input, it is a source"},
      {"sink_cardinality", [](Parts& p) { p.descriptor.cardinality = WF_CARDINALITY_SINK; },
       "component `t.one`: cannot have cardinality `sink`, it is a transform"},
      {"replay", [](Parts& p) { p.descriptor.replay = 1; },
       "component `t.one`: cannot have replay 1, it is a transform"},
      {"null_fields", [](Parts& p) { p.descriptor.fields = nullptr; },
       "component `t.one`: the list of keys is NULL"},
      {"many_fields", [](Parts& p) { p.descriptor.n_fields = 4'000'000'000; },
       "component `t.one`: says it has 4000000000 keys, more than 1000"},
      {"field_size", [](Parts& p) { p.names.struct_size = 4; },
       "component `t.one`: key 2 says it has 4 bytes, at least 128 are needed"},
      {"key_name", [](Parts& p) { p.size.key = text("my size"); },
       "component `t.one`: key `my size` does not match [a-z][a-z0-9_]*"},
      {"duplicate_key", [](Parts& p) { p.names.key = text("size"); },
       "component `t.one`: key `size` is there twice"},
      {"field_type", [](Parts& p) { p.size.type = 14; },
       "component `t.one`: key `size`: unknown type 14"},
      {"field_flags", [](Parts& p) { p.size.flags = 32; },
       "component `t.one`: key `size`: unknown flags 32"},
      {"item_type", [](Parts& p) { p.names.item_type = WF_FIELD_LIST; },
       "component `t.one`: key `names`: unknown item type 10"},
      {"stray_item_type", [](Parts& p) { p.size.item_type = 1; },
       "component `t.one`: key `size`: has an item type but is no list or map"},
      {"nan_range", [](Parts& p) { p.size.flags = WF_FIELD_HAS_MIN, p.size.min = NAN; },
       "component `t.one`: key `size`: its range is empty"},
      {"empty_range",
       [](Parts& p) {
         p.size.flags = WF_FIELD_HAS_MIN | WF_FIELD_HAS_MAX, p.size.min = 2, p.size.max = 1;
       },
       "component `t.one`: key `size`: its range is empty"},
      {"default_out_of_range",
       [](Parts& p) {
         p.size.flags = WF_FIELD_HAS_MAX, p.size.max = 1;
         p.size.default_value.type = WF_VALUE_INTEGER, p.size.default_value.as.integer = 2;
       },
       "component `t.one`: key `size`: its default is out of its range"},
      {"required_default",
       [](Parts& p) {
         p.size.flags = WF_FIELD_REQUIRED;
         p.size.default_value.type = WF_VALUE_INTEGER;
       },
       "component `t.one`: key `size`: is required and has a default"},
      {"default_type", [](Parts& p) { p.size.default_value.type = 77; },
       "component `t.one`: key `size`: its default has the unknown type 77"},
      {"default_zero", [](Parts& p) { p.size.default_value.type = 0; },
       "component `t.one`: key `size`: its default has the unknown type 0"},
      {"default_items_null",
       [](Parts& p) {
         p.names.default_value.type = WF_VALUE_LIST, p.names.default_value.count = 2;
       },
       "component `t.one`: key `names`: its default has items that are NULL"},
      {"default_item",
       [](Parts& p) {
         p.items.resize(1);
         p.items[0].type = WF_VALUE_BOOL;
         p.names.default_value.type = WF_VALUE_LIST;
         p.names.default_value.count = 1;
         p.names.default_value.as.list = p.items.data();
       },
       "component `t.one`: key `names`: its default has an item that is a bool, not a string"},
      {"allowed_null", [](Parts& p) { p.names.n_allowed = 2; },
       "component `t.one`: key `names`: the allowed values are NULL"},
      {"allowed_number", [](Parts& p) { p.size.n_allowed = 2, p.size.allowed = p.allowed; },
       "component `t.one`: key `size`: has allowed values but holds no text"},
      {"default_not_allowed",
       [](Parts& p) {
         p.size.type = WF_FIELD_STRING, p.size.n_allowed = 2, p.size.allowed = p.allowed;
         p.size.default_value.type = WF_VALUE_STRING, p.size.default_value.as.string = text("c");
       },
       "component `t.one`: key `size`: its default `c` is none of the allowed values"},
      {"table_without_members", [](Parts& p) { p.size.type = WF_FIELD_TABLE; },
       "component `t.one`: key `size`: is a table without members"},
      {"member",
       [](Parts& p) {
         p.size.type = WF_FIELD_TABLE, p.size.n_fields = 1, p.size.fields = p.members;
         p.member.type = 0;
       },
       "component `t.one`: key `size.deep`: unknown type 0"},
      {"endless_members",
       [](Parts& p) {
         p.size.type = WF_FIELD_TABLE, p.size.n_fields = 2, p.size.fields = p.fields;
       },
       "component `t.one`: key `size.size.size.size.size.size.size.size.size`: keys are nested "
       "more "
       "than 8 deep"},
      {"null_create", [](Parts& p) { p.cls.create = nullptr; },
       "component `t.one`: create is NULL"},
  };
}

TEST(EntryReader, RefusesEachSpoiledPartWithItsReason) {
  for (const Case& one : cases()) {
    Parts parts;
    one.spoil(parts);
    const auto entry = read_entry(&parts.entry);
    EXPECT_EQ(entry.status().message(), one.message) << one.name;
    EXPECT_EQ(entry.ok(), *one.message == '\0') << one.name;
  }
  EXPECT_EQ(read_entry(nullptr).status().message(), "wf_plugin_entry_v1 returned no entry (NULL)");
}

TEST(EntryReader, ALongerStructIsAcceptedAndItsTailIgnored) {
  struct Longer {
    wf_field_info known;
    uint64_t tail[4];
  } longer{};
  Parts parts;
  longer.known = parts.size;
  longer.known.struct_size = sizeof(longer);
  for (uint64_t& word : longer.tail) word = ~uint64_t{0};
  parts.fields[0] = &longer.known;
  const auto entry = read_entry(&parts.entry);
  ASSERT_TRUE(entry.ok()) << entry.status().to_string();
  EXPECT_EQ(entry->info.components[0].fields[0].key, "size");
}

struct Inner {
  bool on = true;
  static constexpr auto kFields = wf::fields(wf::field("on", &Inner::on));
};
struct Config {
  std::string column;
  std::vector<std::string> words{"x"};
  wf::Map<double> weights{{"a", 0.5}};
  std::vector<Inner> parts;
  std::optional<int64_t> limit;
  wf::Duration wait{250'000};
  int64_t memory = 1 << 20;
};
class Rich : public wf::Transform<Config> {
 public:
  static constexpr auto kInfo = wf::component("sdk.rich")
                                    .version("2.0.0-rc.1")
                                    .summary("All there is")
                                    .concurrent()
                                    .cardinality(wf::Cardinality::route);
  static constexpr auto kConfig = wf::fields(
      wf::field("column", &Config::column).required().column().help("Which").example("\"body\""),
      wf::field("words", &Config::words).one_of("x", "y"), wf::field("weights", &Config::weights),
      wf::field("parts", &Config::parts), wf::field("limit", &Config::limit).at_least(0),
      wf::field("wait", &Config::wait).range(0, 1e6),
      wf::field("memory", &Config::memory).size().secret());
  static constexpr auto kPorts =
      wf::ports(wf::input("in").column_from("column", "utf8"), wf::input("extra").optional(),
                wf::output("rest"), wf::outputs_named("weights"));
};

TEST(EntryReader, ReadsWhatTheSdkDescribes) {
  const auto entry = read_entry(wf::detail::make_entry<Rich>());
  ASSERT_TRUE(entry.ok()) << entry.status().to_string();
  const ComponentInfo& c = entry->info.components[0];
  EXPECT_EQ(c.id, "sdk.rich");
  EXPECT_EQ(c.kind, Kind::transform);
  EXPECT_EQ(c.cardinality, wf::Cardinality::route);
  EXPECT_TRUE(c.can(WF_ABILITY_CONCURRENT));
  ASSERT_EQ(c.inputs.size(), 2U);
  EXPECT_TRUE(c.inputs[1].optional);
  ASSERT_EQ(c.outputs.size(), 2U);
  EXPECT_TRUE(c.outputs[1].dynamic);
  ASSERT_EQ(c.fields.size(), 7U);
  EXPECT_EQ(c.fields[0].type, FieldType::column);
  EXPECT_EQ(c.fields[1].default_value, wf::Value(wf::Value::List{wf::Value("x")}));
  EXPECT_EQ(c.fields[2].default_value, wf::Value(wf::Value::Table{{"a", wf::Value(0.5)}}));
  EXPECT_EQ(c.fields[3].fields[0].key, "on");
  EXPECT_TRUE(c.fields[4].default_value.is_null());
  EXPECT_EQ(c.fields[5].default_value, wf::Value(250'000));
  EXPECT_EQ(c.fields[6].type, FieldType::size);
  EXPECT_TRUE(c.fields[6].secret);
}

TEST(EntryReader, KnowsSemanticVersions) {
  for (const char* good : {"0.0.0", "1.2.3", "10.20.30-alpha.1+build-5", "1.0.0+x"})
    EXPECT_TRUE(is_semantic_version(good)) << good;
  for (const char* bad :
       {"", "1", "1.2", "1.2.", "1.2.3.4", "v1.2.3", "1.02.3", "1.2.3-", "1.2.3-ü"})
    EXPECT_FALSE(is_semantic_version(bad)) << bad;
}

}  // namespace
}  // namespace weirflow::plugin
