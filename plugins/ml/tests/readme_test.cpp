// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// README.md lists the keys of each component as its descriptor has them, in the same order, with
// the same defaults.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "calibrate_component.h"
#include "component_test.h"
#include "evaluate_component.h"
#include "explain_component.h"
#include "logistic_component.h"
#include "tfidf_component.h"

namespace weirflow::ml {
namespace {

/// As it would stand in a DAG file.
std::string toml(const Value& value) {
  if (const auto* text = value.string()) return '"' + *text + '"';
  if (const auto* flag = value.boolean()) return *flag ? "true" : "false";
  if (const auto* count = value.integer()) return std::to_string(*count);
  if (const auto* number = value.number()) {
    std::string text = std::to_string(*number);
    while (text.ends_with('0') && text[text.size() - 2] != '.') text.pop_back();
    return text;
  }
  std::string items;
  for (const Value& item : *value.list()) items += (items.empty() ? "" : ", ") + toml(item);
  return "[" + items + "]";
}

/// "key default" of each row of the table in the component's section.
std::vector<std::string> listed(const std::string& readme, const std::string& id) {
  const size_t start = readme.find("\n## " + id + "\n");
  if (start == std::string::npos) return {};
  const std::string section = readme.substr(start, readme.find("\n## ", start + 1) - start);
  std::vector<std::string> rows;
  for (size_t at = section.find("\n| `"); at != std::string::npos;
       at = section.find("\n| `", at + 1)) {
    const size_t key = at + 4, key_end = section.find("` | ", key);
    const size_t cell = key_end + 4, cell_end = section.find(" | ", cell);
    rows.push_back(section.substr(key, key_end - key) + " " +
                   section.substr(cell, cell_end - cell));
  }
  return rows;
}

template <typename T>
void expect_listed(const std::string& readme, const std::map<std::string, std::string>& unset) {
  const wf_descriptor& d = *wf::Trampoline<T>::component_class()->descriptor;
  std::vector<std::string> expected;
  for (uint32_t i = 0; i < d.n_fields; ++i) {
    const std::string key(wf::view(d.fields[i]->key));
    const Value value = Value::from_abi(d.fields[i]->default_value);
    expected.push_back(key + " " +
                       (d.fields[i]->flags & WF_FIELD_REQUIRED ? "required"
                        : value.is_null()                      ? unset.at(key)
                                                               : "`" + toml(value) + "`"));
  }
  EXPECT_EQ(listed(readme, std::string(wf::view(d.id))), expected);
}

TEST(Readme, ListsEveryKeyWithItsDefault) {
  const char* root = std::getenv("WEIRFLOW_SOURCE_DIR");
  ASSERT_TRUE(root);
  std::ifstream file(std::string(root) + "/plugins/ml/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  ASSERT_GT(readme.size(), 1000U);
  expect_listed<Tfidf>(readme, {{"max_features", "all"}});
  expect_listed<LogisticRegression>(readme, {{"regularisation", "unset"}});
  expect_listed<Calibrate>(readme, {});
  expect_listed<Evaluate>(readme, {});
  expect_listed<Explain>(readme, {});
}

}  // namespace
}  // namespace weirflow::ml
