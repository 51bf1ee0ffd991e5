// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The cores against naive answers on random rows: order of keys, external sort, spilled rows.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <random>

#include "row_store.h"
#include "sorter.h"
#include "weirflow/kernels.hpp"
#include "weirflow/testing/batch_text.hpp"

namespace weirflow::flow {
namespace {

/// A folder of its own, removed with its content.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "flow-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] Memory memory(int64_t budget) const {
    return {budget, [path = path_] { return wf::Result<std::string>(path); }};
  }
  [[nodiscard]] bool is_empty() const { return std::filesystem::is_empty(path_); }

 private:
  std::string path_;
};

/// Random rows of every kind of column, nulls and awkward values among them.
wf::Batch random_rows(std::mt19937_64& random, int64_t n, int64_t first_id) {
  static const double kReals[] = {0.0, -0.0, 1.5, -1e300, std::nan(""), HUGE_VAL, -HUGE_VAL};
  static const std::string kTexts[] = {
      "", "a", std::string("a\0", 2), std::string("a\0b", 3), "ab", "\xFF", "b"};
  wf::Int64Builder id, i;
  wf::Float64Builder r;
  wf::StringBuilder s;
  wf::BoolBuilder b;
  wf::ListBuilder<wf::StringBuilder> l;
  for (int64_t k = 0; k < n; ++k) {
    const auto null = [&] { return random() % 5 == 0; };
    id.append(first_id + k);
    if (null())
      i.append_null();
    else
      i.append(static_cast<int64_t>(random() % 5) - 2);
    if (null())
      r.append_null();
    else
      r.append(kReals[random() % 7]);
    if (null())
      s.append_null();
    else
      s.append(kTexts[random() % 7]);
    if (null())
      b.append_null();
    else
      b.append(random() % 2);
    for (size_t c = random() % 3; c > 0; --c) l.items().append(kTexts[random() % 7]);
    l.append();
  }
  return wf::Batch(std::make_shared<const wf::Schema>(
                       wf::Schema{{"id", wf::Type::int64, true, {}},
                                  {"i", wf::Type::int64, true, {}},
                                  {"r", wf::Type::float64, true, {}},
                                  {"s", wf::Type::utf8, true, {}},
                                  {"b", wf::Type::boolean, true, {}},
                                  {"l", wf::DataType::list_of(wf::Type::utf8), true, {}}}),
                   n, {id.finish(), i.finish(), r.finish(), s.finish(), b.finish(), l.finish()});
}

/// -1, 0, 1 by the rules of key_encoder.h, told from the values and not from the bytes.
int naive_order(const wf::Batch& batch, int64_t x, int64_t y, const KeyColumn& key) {
  const wf::Array& a = *batch.column(key.column);
  if (a.is_null(x) || a.is_null(y)) {
    if (a.is_null(x) == a.is_null(y)) return 0;
    return a.is_null(x) == key.nulls_last ? 1 : -1;
  }
  const auto three = [](const auto& p, const auto& q) { return p < q ? -1 : q < p ? 1 : 0; };
  int c = 0;
  switch (a.type.id()) {
    case wf::Type::int64:
      c = three(wf::NumericView<int64_t>(a)[x], wf::NumericView<int64_t>(a)[y]);
      break;
    case wf::Type::float64: {
      const double p = wf::NumericView<double>(a)[x], q = wf::NumericView<double>(a)[y];
      c = std::isnan(p) || std::isnan(q) ? three(std::isnan(p), std::isnan(q)) : three(p, q);
      break;
    }
    case wf::Type::boolean:
      c = three(wf::BoolView(a)[x], wf::BoolView(a)[y]);
      break;
    default:
      c = three(wf::StringView(a)[x], wf::StringView(a)[y]);
  }
  return key.descending ? -c : c;
}

std::vector<int64_t> ids_of(const std::vector<wf::Batch>& batches) {
  std::vector<int64_t> ids;
  for (const wf::Batch& b : batches)
    for (int64_t i = 0; i < b.rows(); ++i) ids.push_back(b.numbers<int64_t>(0)[i]);
  return ids;
}

void check_sort(uint64_t seed) {
  std::mt19937_64 random(seed);
  const Folder folder;
  std::vector<KeyColumn> keys;
  for (size_t k = 1 + random() % 3; k > 0; --k)
    keys.push_back({1 + static_cast<int>(random() % 4), random() % 2 == 0, random() % 2 == 0});
  const int64_t limit = random() % 2 ? static_cast<int64_t>(random() % 300 + 1) : 0;
  Sorter sorter(keys, limit, folder.memory(random() % 2 ? 3'000 : 1 << 20));
  std::vector<wf::Batch> parts;
  int64_t rows = 0;
  for (size_t k = random() % 120; k > 0; --k) {
    parts.push_back(random_rows(random, static_cast<int64_t>(random() % 20), rows));
    rows += parts.back().rows();
    ASSERT_TRUE(sorter.add(parts.back()).ok());
  }
  std::vector<wf::Batch> out;
  for (;;) {
    auto batch = sorter.next();
    ASSERT_TRUE(batch.ok());
    if (!*batch) break;
    out.push_back(**batch);
  }
  EXPECT_TRUE(folder.is_empty()) << "a temporary file kept its name";
  if (parts.empty()) return;
  const wf::Batch all = wf::concat(parts);
  std::vector<int64_t> expected(static_cast<size_t>(rows));
  std::iota(expected.begin(), expected.end(), 0);
  std::stable_sort(expected.begin(), expected.end(), [&](int64_t x, int64_t y) {
    for (const KeyColumn& key : keys)
      if (const int c = naive_order(all, x, y, key)) return c < 0;
    return false;
  });
  if (limit > 0 && rows > limit) expected.resize(static_cast<size_t>(limit));
  ASSERT_EQ(ids_of(out), expected) << "seed " << seed;
  // All columns travel with their row.
  if (!out.empty()) {
    const wf::Batch sorted = wf::concat(out);
    ASSERT_TRUE(wf::equal(sorted, wf::take(all, expected))) << "seed " << seed;
  }
}

TEST(FlowCores, SortEqualsAStableSortOfTheValues) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    check_sort(seed);
    if (HasFatalFailure()) return;
  }
}

RC_GTEST_PROP(FlowCores, SortProperty, (uint64_t seed)) { check_sort(seed); }

TEST(FlowCores, RowStoreGivesBackWhatItTookInOrder) {
  for (const int64_t budget : {0, 5'000, 1 << 20}) {
    const Folder folder;
    std::mt19937_64 random(9);
    RowStore store(folder.memory(budget));
    std::vector<wf::Batch> parts;
    for (int64_t k = 0; k < 40; ++k) {
      // Slices: what goes to disk is the part and not the whole.
      parts.push_back(random_rows(random, 30, k * 30).slice(5, 20));
      ASSERT_TRUE(store.add(parts.back()).ok());
      EXPECT_LE(store.bytes(), budget);
    }
    EXPECT_EQ(store.spilled(), budget < 1 << 20);
    EXPECT_EQ(store.rows(), 800);
    for (const wf::Batch& expected : parts) {
      auto batch = store.next();
      ASSERT_TRUE(batch.ok() && *batch);
      EXPECT_TRUE(wf::equal(**batch, expected));
    }
    EXPECT_FALSE(*store.next());
    EXPECT_FALSE(*store.next());
  }
}

TEST(FlowCores, AFolderThatIsNotThere) {
  RowStore store({0, [] { return wf::Result<std::string>(std::string("/nowhere/at/all")); }});
  std::mt19937_64 random(1);
  const wf::Status status = store.add(random_rows(random, 3, 0));
  EXPECT_EQ(status.code(), wf::Code::io_error);
  EXPECT_EQ(status.message(), "making a temporary file: No such file or directory");
}

TEST(FlowCores, SpilledFilesCanBeReadSeveralTimes) {
  const Folder folder;
  std::mt19937_64 random(2);
  auto file = *SpillFile::create(*folder.memory(0).spill_folder());
  const wf::Batch batch = random_rows(random, 1'000, 0);
  ASSERT_TRUE(file->write(batch).ok());
  ASSERT_TRUE(file->write(batch.slice(10, 0)).ok());
  for (int pass = 0; pass < 2; ++pass) {
    SpillFile::Reader reader(file);
    EXPECT_TRUE(wf::equal(**reader.next(), batch));
    EXPECT_EQ((**reader.next()).rows(), 0);
    EXPECT_FALSE(*reader.next());
  }
}

}  // namespace
}  // namespace weirflow::flow
