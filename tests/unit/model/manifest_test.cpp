// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "model/manifest.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>

#include "core/digest.h"
#include "model/diff.h"
#include "model/json.h"
#include "model/reference.h"

namespace weirflow::model {
namespace {

Manifest some_manifest() {
  Manifest m;
  m.name = "spam";
  m.group_text = "[task.tfidf]\nuses = \"ml.tfidf\"\nwith = { max_features = 10 }\n";
  m.states = {{"tfidf", "ml.tfidf", "1.0.0", std::string(64, 'b'), 120},
              {"words.count", "text.count", "2.1.0", std::string(64, 'c'), 0}};
  m.input = {{"body", "utf8", true, ""}};
  m.output = {{"body", "utf8", true, ""},
              {"v", "list<struct<index: int32, value: float64>>", false, "weirflow.sparse"}};
  m.training_data = std::string(64, 'd');
  m.training_rows = 4908;
  m.created_us = 1'700'000'000'000'000;
  m.id = identity_of(m);
  return m;
}

TEST(Manifest, ReadsWhatItWrote) {
  const Manifest m = some_manifest();
  const auto read = decode_manifest(encode_manifest(m));
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(encode_manifest(*read), encode_manifest(m));
  EXPECT_EQ(read->states, m.states);
  EXPECT_EQ(read->output, m.output);
  EXPECT_EQ(read->training_rows, 4908);
  EXPECT_EQ(read->version(), "spam@" + m.id.substr(0, 16));
}

TEST(Manifest, EveryFlippedByteIsSeen) {
  const std::string text = encode_manifest(some_manifest());
  for (size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    ASSERT_FALSE(decode_manifest(damaged).ok()) << "byte " << at;
  }
}

TEST(Manifest, EveryLengthButTheWholeIsSeen) {
  const std::string text = encode_manifest(some_manifest());
  for (size_t size = 0; size < text.size(); ++size)
    ASSERT_FALSE(decode_manifest(text.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decode_manifest(text + "\n").ok());
}

TEST(Manifest, ANewerFormatIsNamed) {
  std::string text = encode_manifest(some_manifest());
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 2");
  const auto read = decode_manifest(text);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().message().find("format 2"), std::string::npos) << read.error().message();
}

TEST(Manifest, TheIdentityIsWhatWasFitted) {
  const Manifest m = some_manifest();
  std::set<std::string> ids{m.id};
  const auto differs = [&](const std::function<void(Manifest&)>& change) {
    Manifest other = m;
    change(other);
    return ids.insert(identity_of(other)).second;
  };
  EXPECT_TRUE(differs([](Manifest& x) { x.group_text += "# x"; }));
  EXPECT_TRUE(differs([](Manifest& x) { x.states[0].component = "ml.hash"; }));
  EXPECT_TRUE(differs([](Manifest& x) { x.states[0].component_version = "1.0.1"; }));
  EXPECT_TRUE(differs([](Manifest& x) { x.states[0].sha256[0] = 'e'; }));
  EXPECT_TRUE(differs([](Manifest& x) { std::swap(x.states[0], x.states[1]); }));
  EXPECT_TRUE(differs([](Manifest& x) { x.input[0].type = "binary"; }));
  EXPECT_TRUE(differs([](Manifest& x) { x.output.pop_back(); }));
  EXPECT_TRUE(differs([](Manifest& x) { x.training_data[0] = 'e'; }));
  EXPECT_FALSE(differs([](Manifest& x) { x.name = "other"; }));
  EXPECT_FALSE(differs([](Manifest& x) { x.created_us += 1; }));
}

// The text that is hashed, written out by hand: an id must stay the same for ever.
TEST(Manifest, TheIdIsTheHashOfTheIdentityText) {
  Manifest m;
  m.group_text = "g\n";
  m.states = {{"s", "ml.s", "1", "00", 2}};
  m.input = {{"a", "utf8", true, ""}};
  m.output = {{"b", "float64", false, "x"}};
  m.training_data = "ff";
  EXPECT_EQ(
      identity_of(m),
      sha256_hex(R"({"format":1,"group":"g\n","states":[{"member":"s","component":"ml.s",)"
                 R"("component_version":"1","size":2,"sha256":"00"}],)"
                 R"("input":[{"name":"a","type":"utf8","nullable":true}],)"
                 R"("output":[{"name":"b","type":"float64","nullable":false,"extension":"x"}],)"
                 R"("training_data":"ff"})"));
}

TEST(Manifest, DifferencesAreNamed) {
  const Manifest before = some_manifest();
  Manifest after = before;
  EXPECT_TRUE(diff(before, after).empty());
  after.group_text = "[task.tfidf]\nuses = \"ml.tfidf\"\nwith = { max_features = 20 }\n";
  after.states[0].component_version = "1.1.0";
  after.states[0].sha256 = std::string(64, 'e');
  after.states.pop_back();
  after.input.push_back({"id", "int64", true, ""});
  after.training_data = std::string(64, 'f');
  after.training_rows = 5000;
  std::string seen;
  for (const Difference& d : diff(before, after))
    seen += d.what + ": " + d.before + " -> " + d.after + "\n";
  EXPECT_EQ(seen,
            "group: with = { max_features = 10 } -> \n"
            "group:  -> with = { max_features = 20 }\n"
            "component of tfidf: ml.tfidf 1.0.0 -> ml.tfidf 1.1.0\n"
            "state tfidf: 120 bytes, bbbbbbbbbbbbbbbb -> 120 bytes, eeeeeeeeeeeeeeee\n"
            "state words.count: 0 bytes, cccccccccccccccc -> \n"
            "input id:  -> int64\n"
            "training data: 4908 rows, dddddddddddddddd -> 5000 rows, ffffffffffffffff\n");
}

TEST(Json, ValuesComeBack) {
  const wf::Value value(wf::Value::Table{
      {"a", wf::Value::List{1, -2.5, true, wf::Value(), "x\"\\\n\xC3\xA9", wf::Value::List{}}},
      {"b", wf::Value::Table{}},
      {"big", int64_t{9'223'372'036'854'775'807}},
      {"tenth", 0.1},
      {"one", 1.0}});
  for (const std::string& text : {to_json(value), to_pretty_json(value)}) {
    const auto read = parse_json(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.error().message();
    EXPECT_EQ(*read, value) << text;
  }
  EXPECT_EQ(to_json(wf::Value(std::numeric_limits<double>::quiet_NaN())), "null");
}

TEST(Json, RefusesWhatIsNone) {
  for (const char* text :
       {"", "{", "{\"a\":1,\"a\":2}", "1 2", "nan", "9223372036854775808", "'a'", "{\"a\":1,}"})
    EXPECT_EQ(parse_json(text).status().code(), wf::Code::invalid_data) << text;
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).ok());
}

TEST(Json, ASealedLineKnowsItself) {
  const wf::Value value(wf::Value::Table{{"alias", "champion"}, {"time_us", 12}});
  std::string line = seal_line(value);
  ASSERT_EQ(line.back(), '\n');
  line.pop_back();
  const auto read = open_line(line);
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(*read, value);
  for (size_t at = 0; at < line.size(); ++at) {
    std::string damaged = line;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(open_line(damaged).ok()) << at;
  }
}

TEST(Reference, HasThreeForms) {
  const auto parts = [](std::string_view text) {
    const auto r = parse_reference(text);
    return r.ok() ? r->model + "|" + r->alias + "|" + r->digits
                  : std::string(to_string(r.error().code()));
  };
  EXPECT_EQ(parts("spam"), "spam|champion|");
  EXPECT_EQ(parts("spam-2_x@shadow"), "spam-2_x|shadow|");
  EXPECT_EQ(parts("spam@0123456789abcdef"), "spam||0123456789abcdef");
  EXPECT_EQ(parts("spam@0123456789abcdef0"), "spam||0123456789abcdef0");
  EXPECT_EQ(parts("spam@abcdef"), "spam|abcdef|") << "six hex digits are a name";
  for (const char* wrong : {"", "@champion", "Spam", "1spam", "spam@", "spam@a@b", "spam@0123",
                            "spam@Champion", "../spam", "spam@0123456789ABCDEF", "spam@.."})
    EXPECT_EQ(parts(wrong), "invalid_config") << wrong;
}

TEST(Reference, AnAliasNeverLooksLikeAVersion) {
  EXPECT_TRUE(is_alias_name("champion"));
  EXPECT_TRUE(is_alias_name("abcdefabcdefabc"));
  EXPECT_FALSE(is_alias_name("abcdefabcdefabcd"));
  EXPECT_TRUE(is_alias_name("abcdefabcdefabcg"));
}

}  // namespace
}  // namespace weirflow::model
