// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// C functions for pyarrow_test.py. Each takes over the structs that come in, answers 0, or 1 with
// the message in `error` (zero-terminated, cut to `size`); out structs are set only on 0.

#include <cstring>
#include <string>

#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"
#include "weirflow/validate.hpp"

namespace {

using namespace wf;

int answer(const Status& status, char* error, size_t size) {
  if (status.ok()) return 0;
  const std::string text = status.to_string();
  const size_t n = std::min(text.size(), size - 1);
  std::memcpy(error, text.data(), n);
  error[n] = '\0';
  return 1;
}

Result<Batch> take_in(ArrowSchema* schema, ArrowArray* array) {
  const detail::Releaser<ArrowArray> release_at_end(array);
  WF_ASSIGN(Schema columns, import_schema(schema));
  WF_ASSIGN(Batch batch, import_batch(array, std::make_shared<const Schema>(std::move(columns))));
  WF_TRY(validate(batch, ValidationLevel::full));
  return batch;
}

Result<Batch> changed(ArrowSchema* schema, ArrowArray* array, int64_t start, int64_t count,
                      int64_t how) {
  WF_ASSIGN(Batch batch, take_in(schema, array));
  batch = batch.slice(start, count);
  if (how == 1) return deep_copy(batch);
  if (how == 2) {
    std::vector<int64_t> backwards;
    for (int64_t i = batch.rows(); i-- > 0;) backwards.push_back(i);
    return take(take(batch, backwards), backwards);
  }
  if (how == 3) {
    const int64_t half = count / 2;
    const std::vector<Batch> parts{batch.slice(0, half), batch.slice(half, count - half)};
    return concat(parts);
  }
  return batch;
}

/// Four rows of every type that Weirflow makes, the third null.
Batch every_type() {
  Int32Builder i;
  Int64Builder l;
  Float32Builder f;
  Float64Builder d;
  BoolBuilder b;
  StringBuilder s, z(Type::binary);
  TimestampBuilder t;
  ListBuilder<StringBuilder> tags;
  ListBuilder<Int32Builder> ints;
  SparseBuilder sparse;
  for (int k = 0; k < 4; ++k) {
    sparse.items().append(k, k + 0.5);
    sparse.append();
    if (k == 2) {
      for (auto* builder : {&s, &z}) builder->append_null();
      i.append_null(), l.append_null(), f.append_null(), d.append_null(), b.append_null();
      t.append_null(), tags.append_null(), ints.append_null();
      continue;
    }
    i.append(k - 1);
    l.append((int64_t{1} << 40) + k);
    f.append(static_cast<float>(k) / 4);
    d.append(k / 3.0);
    b.append(k % 2 == 1);
    s.append(std::string(static_cast<size_t>(k), 'x') + "\xC3\xA9");
    z.append(std::string("\0\xFF", 2) + std::to_string(k));
    t.append(1'000'000 * k - 1);
    for (int n = 0; n < k; ++n) tags.items().append("t" + std::to_string(n));
    tags.append();
    for (int n = 0; n < k; ++n) ints.items().append(n);
    ints.append();
  }
  auto none = std::make_shared<Array>();
  none->length = 4;
  const auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{"i", Type::int32},
                         {"l", Type::int64},
                         {"f", Type::float32},
                         {"d", Type::float64},
                         {"b", Type::boolean},
                         {"s", Type::utf8, true, {{"key", std::string("v\0w", 3)}}},
                         {"z", Type::binary},
                         {"t", Type::timestamp},
                         {"tags", DataType::list_of(Type::utf8)},
                         {"ints", DataType::list_of(Type::int32)},
                         sparse_field("v", 4),
                         {"none", Type::null}},
      Metadata{{"made by", "weirflow"}});
  return Batch(schema, 4,
               {i.finish(), l.finish(), f.finish(), d.finish(), b.finish(), s.finish(), z.finish(),
                t.finish(), tags.finish(), ints.finish(), sparse.finish(), none});
}

}  // namespace

#define INTEROP_API extern "C" __attribute__((visibility("default")))

/// Rows [start, start + count) by `how`: 0 as they are, 1 deep copy, 2 turned twice, 3 concat.
INTEROP_API int interop_round_trip(ArrowSchema* schema, ArrowArray* array, int64_t start,
                                   int64_t count, int64_t how, ArrowSchema* out_schema,
                                   ArrowArray* out_array, char* error, size_t size) {
  Result<Batch> batch = changed(schema, array, start, count, how);
  if (!batch.ok()) return answer(batch.status(), error, size);
  export_schema(batch->schema(), out_schema);
  export_batch(*batch, out_array);
  return 0;
}

/// The rows as JSON lines in `text`.
INTEROP_API int interop_json(ArrowSchema* schema, ArrowArray* array, char* text, size_t size) {
  Result<Batch> batch = take_in(schema, array);
  if (!batch.ok()) return answer(batch.status(), text, size);
  std::string lines;
  for (int64_t i = 0; i < batch->rows(); ++i) lines += row_to_json(*batch, i) + "\n";
  if (lines.size() >= size) return answer(exhausted("the text is too long"), text, size);
  std::memcpy(text, lines.c_str(), lines.size() + 1);
  return 0;
}

/// Rows [start, start + count) of every_type().
INTEROP_API int interop_produce(int64_t start, int64_t count, ArrowSchema* out_schema,
                                ArrowArray* out_array) {
  const Batch batch = every_type().slice(start, count);
  export_schema(batch.schema(), out_schema);
  export_batch(batch, out_array);
  return 0;
}
