// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "batch/row_digest.h"

#include <gtest/gtest.h>

#include <limits>

#include "random_layout.h"
#include "weirflow/kernels.hpp"

namespace weirflow::batch {
namespace {

std::string digest_of(std::initializer_list<wf::Batch> batches) {
  RowDigest digest;
  for (const wf::Batch& batch : batches) digest.update(batch);
  return digest.hex();
}

wf::Batch floats(std::initializer_list<double> values, const char* name = "x") {
  wf::Float64Builder builder;
  for (const double v : values) builder.append(v);
  return wf::Batch(std::make_shared<const wf::Schema>(wf::Schema{{name, wf::Type::float64}}),
                   static_cast<int64_t>(values.size()), {builder.finish()});
}

TEST(RowDigest, DoesNotSeeBoundariesAndLayout) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    testing::RandomLayout random(seed);
    const wf::Batch whole = random.batch(random.pick(1, 50)).first;
    const int64_t cut = random.pick(0, whole.rows());
    const wf::Batch head = whole.slice(0, cut), tail = whole.slice(cut, whole.rows() - cut);
    const std::string digest = digest_of({whole});
    EXPECT_EQ(digest_of({head, tail}), digest);
    EXPECT_EQ(digest_of({wf::deep_copy(head), wf::deep_copy(tail)}), digest);
    if (cut > 0) {
      EXPECT_NE(digest_of({tail}), digest);
    }
  }
}

TEST(RowDigest, SeesValuesOrderNamesAndTypes) {
  const std::string digest = digest_of({floats({1, 2})});
  EXPECT_NE(digest_of({floats({2, 1})}), digest);
  EXPECT_NE(digest_of({floats({1, 3})}), digest);
  EXPECT_NE(digest_of({floats({1, 2, 2})}), digest);
  EXPECT_NE(digest_of({floats({1, 2}, "y")}), digest);
  EXPECT_NE(RowDigest(floats({1}).schema()).hex(), RowDigest(floats({1}, "y").schema()).hex());
}

TEST(RowDigest, NansAreOneAndZeroHasNoSign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(digest_of({floats({nan, 0.0})}), digest_of({floats({-nan, -0.0})}));
}

/// Recomputed by hand from the definition in the header, in Python:
///   import hashlib, struct
///   t = lambda s: struct.pack('<Q', len(s)) + s
///   rows = b'\1' + t(b'hi') + b'\1' + struct.pack('<q', 7) + b'\0' + b'\0'
///   hashlib.sha256(b'weirflow.rows.1\n' + t(b's') + t(b'utf8') + t(b'n') + t(b'int64') + b'\xff'
///                  + rows + struct.pack('<Q', 2)).hexdigest()
TEST(RowDigest, IsWhatItsHeaderSays) {
  wf::StringBuilder s;
  wf::Int64Builder n;
  s.append("hi");
  n.append(7);
  s.append_null();
  n.append_null();
  const wf::Batch batch(
      std::make_shared<const wf::Schema>(wf::Schema{{"s", wf::Type::utf8}, {"n", wf::Type::int64}}),
      2, {s.finish(), n.finish()});
  EXPECT_EQ(digest_of({batch}), "ead8dc8dc313a769c2705537faeed4d4dc822a04d923dea3399edb750c3843cf");
}

}  // namespace
}  // namespace weirflow::batch
