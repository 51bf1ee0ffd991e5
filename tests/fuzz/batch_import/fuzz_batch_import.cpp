// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0

// The bytes describe a schema and a batch as a careless foreign library might make them: any
// numbers, any NULL, any offsets. What the C Data Interface cannot show to be wrong is kept right:
// a buffer holds at least the bytes that length, offset and last offset claim. Import and full
// validation must refuse or accept without reading past a buffer; what is accepted must go through
// every kernel and out again. Each struct must be released once.

#include <cstdint>
#include <cstdlib>
#include <list>

#include "weirflow/bridge.hpp"
#include "weirflow/kernels.hpp"
#include "weirflow/print.hpp"
#include "weirflow/row_hash.hpp"
#include "weirflow/validate.hpp"

namespace {

using namespace wf;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Values drawn from the input; zeros behind its end.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t next() { return at_ < size_ ? data_[at_++] : uint8_t{0}; }
  /// Mostly small, now and then impossible.
  int64_t number() {
    const uint8_t b = next();
    if (b < 0xF0) return b % 24;
    static constexpr int64_t kWild[] = {-1, -2, INT64_MIN, INT64_MAX, INT64_MAX - 1};
    return kWild[b % 5];
  }
  std::string text() {
    std::string text;
    for (int n = next() % 8; n > 0; --n) text += static_cast<char>(next() % 127 + 1);
    return text;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

/// Everything that the foreign side allocates, and its count of releases.
class Foreign {
 public:
  explicit Foreign(Bytes& in) : in_(in) {}

  void schema(ArrowSchema* out, int depth) {
    static const char* const kFormats[] = {"n", "b",  "i",       "l",    "f",  "g",   "u",  "z",
                                           "U", "Z",  "tsu:UTC", "tsu:", "+l", "+s",  "+l", "+s",
                                           "c", "vu", "+L",      "tss:", "",   "+w:3"};
    *out = ArrowSchema{};
    const uint8_t b = in_.next();
    const char* format = depth == 0 && b < 0xF0 ? "+s" : kFormats[b % 22];
    out->format = b == 0xFF ? nullptr : format;
    names_.push_back(in_.text());
    out->name = in_.next() == 0xFF ? nullptr : names_.back().c_str();
    out->flags = in_.next() % 4 == 0 ? 0 : ARROW_FLAG_NULLABLE;
    if (in_.next() % 16 == 0) out->metadata = metadata();
    int64_t children = format[0] != '+' ? 0 : format[1] == 's' ? in_.next() % 4 : 1;
    if (in_.next() == 0xFE) children = in_.next() % 4;
    if (depth > kMaxDepth + 1) children = 0;
    link<ArrowSchema>(out, schema_nodes_, schemas_, children,
                      [&](ArrowSchema* c, size_t) { schema(c, depth + 1); });
  }

  void array(ArrowArray* out, const DataType& type) {
    *out = ArrowArray{};
    out->length = in_.number();
    out->offset = in_.next() % 3 ? 0 : in_.number();
    out->null_count = in_.next() % 3 ? -1 : in_.number();
    const Type id = type.id();
    out->n_buffers = detail::buffer_count(id);
    const bool honest =
        out->length >= 0 && out->length < 24 && out->offset >= 0 && out->offset < 24;
    const int64_t end = honest ? out->offset + out->length : 0;
    const auto** buffers = lists_.emplace_back(3, nullptr).data();
    if (id != Type::null && in_.next() % 2) buffers[0] = block((end + 7) / 8);
    if (const int64_t width = detail::offset_width(id)) {
      int64_t last = 0;
      buffers[1] = offsets(end, width, last);
      buffers[2] = block(std::max<int64_t>(last, 0));
    } else if (id != Type::structure && id != Type::null) {
      buffers[1] = block(id == Type::boolean ? (end + 7) / 8 : end * detail::width_of(id));
    }
    const uint8_t spoil = in_.next();
    if (spoil >= 0xFC) buffers[spoil % 3] = nullptr;
    out->buffers = spoil == 0xFB ? nullptr : buffers;
    // Claiming more buffers than there are is what import must see before it reads one.
    if (spoil == 0xFA) out->n_buffers = in_.number();
    const auto& members = type.children();
    link<ArrowArray>(out, array_nodes_, arrays_, static_cast<int64_t>(members.size()),
                     [&](ArrowArray* c, size_t k) { array(c, members[k].type); });
    if (spoil == 0xF9) out->n_children = 0;
  }

  void check_all_released_once() const {
    for (const auto& node : schema_nodes_) require(node.releases == 1);
    for (const auto& node : array_nodes_) require(node.releases == 1);
  }

 private:
  template <typename T>
  struct Node {
    int releases = 0;
    std::vector<T*> children;
  };
  /// Releases the children that nobody moved out, as a producer has to.
  template <typename T>
  static void release_node(T* self) {
    auto* node = static_cast<Node<T>*>(self->private_data);
    ++node->releases;
    for (T* child : node->children) release(child);
    self->release = nullptr;
  }
  template <typename T, typename Fill>
  static void link(T* out, std::list<Node<T>>& nodes, std::list<T>& structs, int64_t children,
                   Fill&& fill) {
    Node<T>& node = nodes.emplace_back();
    for (int64_t i = 0; i < children; ++i) {
      T* child = &structs.emplace_back();
      fill(child, static_cast<size_t>(i));
      node.children.push_back(child);
    }
    out->n_children = children;
    out->children = node.children.data();
    out->release = release_node<T>;
    out->private_data = &node;
  }
  /// Memory of exactly that size, at an odd address now and then.
  void* block(int64_t size) {
    const size_t shift = in_.next() % 8 == 0 ? 1 : 0;
    auto& memory = blocks_.emplace_back(static_cast<uint8_t*>(std::malloc(size + shift + 1)));
    uint8_t* data = memory.get() + shift;
    for (int64_t i = 0; i < size; ++i) data[i] = in_.next();
    return data;
  }
  /// Any offsets; the last one is what the buffer behind them will be made for.
  void* offsets(int64_t end, int64_t width, int64_t& last) {
    auto* data = static_cast<uint8_t*>(block((end + 1) * width));
    const bool wild = in_.next() % 4 == 0;
    int64_t value = in_.next() % 4;
    for (int64_t i = 0; i <= end; ++i, value += in_.next() % 4) {
      last = wild && i < end ? static_cast<int8_t>(in_.next()) : value;
      if (wild && i < end && in_.next() % 8 == 0) last = INT32_MAX;
      const auto narrow = static_cast<int32_t>(last);
      std::memcpy(data + i * width, width == 8 ? static_cast<const void*>(&last) : &narrow,
                  static_cast<size_t>(width));
    }
    return data;
  }
  const char* metadata() {
    Metadata pairs;
    static const std::pair<const char*, const char*> kKnown[] = {
        {"ARROW:extension:name", "weirflow.sparse"}, {"ARROW:extension:metadata", "{\"v\":1}"}};
    for (const auto& [key, value] : kKnown)
      if (in_.next() % 2) pairs.emplace_back(key, in_.next() % 4 ? value : in_.text());
    if (pairs.empty()) pairs.emplace_back(in_.text(), in_.text());
    return names_.emplace_back(detail::encode_metadata(pairs)).data();
  }

  struct Free {
    void operator()(uint8_t* p) const { std::free(p); }
  };
  Bytes& in_;
  std::list<std::string> names_;
  std::list<ArrowSchema> schemas_;
  std::list<ArrowArray> arrays_;
  std::list<Node<ArrowSchema>> schema_nodes_;
  std::list<Node<ArrowArray>> array_nodes_;
  std::list<std::vector<const void*>> lists_;
  std::list<std::unique_ptr<uint8_t, Free>> blocks_;
};

std::vector<std::string> rows_of(const Batch& batch) {
  std::vector<std::string> rows;
  for (int64_t i = 0; i < batch.rows(); ++i) rows.push_back(row_to_json(batch, i));
  return rows;
}

void use(const Batch& batch) {
  const auto rows = rows_of(batch);
  const Batch copy = deep_copy(batch);
  require(validate(copy, ValidationLevel::full).ok());
  require(rows_of(copy) == rows && equal(copy, batch));
  std::vector<int64_t> backwards;
  std::vector<uint8_t> odd;
  for (int64_t i = batch.rows(); i-- > 0;) backwards.push_back(i);
  for (int64_t i = 0; i < batch.rows(); ++i) odd.push_back(i % 2);
  require(rows_of(take(take(batch, backwards), backwards)) == rows);
  require(filter(batch, odd).rows() == batch.rows() / 2);
  const std::vector<Batch> parts{batch, copy};
  require(concat(parts).rows() == 2 * batch.rows());
  require(batch_bytes(batch) >= 0);
  format_table(batch, {.width = 60});
  std::vector<SortKey> keys;
  for (int k = 0; k < batch.column_count(); ++k) {
    keys.push_back({k, k % 2 == 1});
    for (int64_t i = 0; i < batch.rows(); ++i)
      require(hash_value(*batch.column(k), i, 1) == hash_value(*copy.column(k), i, 1));
  }
  for (int64_t i = 0; i < batch.rows(); ++i) require(compare_rows(batch, i, copy, i, keys) == 0);
  ArrowArray out;
  export_batch(batch, &out);
  Result<Batch> back = import_batch(&out, batch.schema_ptr());
  require(back.ok() && rows_of(*back) == rows);
}

/// The type of a batch whose import is tried even though its schema was refused.
Schema fallback() {
  return Schema{{"s", Type::utf8},
                {"l", DataType::list_of(DataType::struct_of({{"x", Type::int64}}))}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes in(data, size);
  Foreign schema_side(in);
  ArrowSchema schema;
  schema_side.schema(&schema, 0);
  Result<Schema> columns = import_schema(&schema);
  require(schema.release == nullptr);
  schema_side.check_all_released_once();

  Foreign array_side(in);
  const auto agreed = std::make_shared<const Schema>(columns.ok() ? *columns : fallback());
  ArrowArray array;
  array_side.array(&array, DataType::struct_of(agreed->fields()));
  {
    Result<Batch> batch = import_batch(&array, agreed);
    require(array.release == nullptr);
    if (batch.ok() && validate(*batch, ValidationLevel::full).ok()) use(*batch);
  }
  array_side.check_all_released_once();
  return 0;
}
