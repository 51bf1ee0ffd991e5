// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/info_binary.h"

#include <bit>

#include "plugin/info_fields.h"

namespace weirflow::plugin {

namespace {

constexpr int kMaxDepth = 40;

enum : uint64_t { kNull, kBool, kInteger, kNumber, kString, kList, kTable };

class Put {
 public:
  explicit Put(BinaryWriter& out) : out_(out) {}
  template <typename T>
  void operator()(const char*, T& value) {
    put(value);
  }
  void put(std::string& v) { out_.put(std::string_view(v)); }
  void put(std::optional<double>& v) {
    out_.put(uint64_t{v.has_value()});
    if (v) out_.put(std::bit_cast<uint64_t>(*v));
  }
  void put(wf::Value& v) { put_value(v); }
  void put_value(const wf::Value& v) {
    if (const auto* b = v.boolean()) return tagged(kBool, *b);
    if (const auto* i = v.integer()) return tagged(kInteger, static_cast<uint64_t>(*i));
    if (const auto* d = v.number()) return tagged(kNumber, std::bit_cast<uint64_t>(*d));
    if (const auto* s = v.string()) {
      out_.put(uint64_t{kString});
      return out_.put(std::string_view(*s));
    }
    if (const auto* list = v.list()) {
      tagged(kList, list->size());
      for (const wf::Value& item : *list) put_value(item);
    } else if (const auto* table = v.table()) {
      tagged(kTable, table->size());
      for (const auto& [key, item] : *table) {
        out_.put(std::string_view(key));
        put_value(item);
      }
    } else {
      out_.put(uint64_t{kNull});
    }
  }
  template <typename T>
  void put(std::vector<T>& list) {
    out_.put(uint64_t{list.size()});
    for (T& item : list) put(item);
  }
  template <typename T>
  void put(T& v) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>)
      out_.put(static_cast<uint64_t>(v));
    else
      fields(*this, v);
  }

 private:
  void tagged(uint64_t tag, uint64_t v) {
    out_.put(tag);
    out_.put(v);
  }
  BinaryWriter& out_;
};

class Get {
 public:
  explicit Get(BinaryReader& in) : in_(in) {}
  template <typename T>
  void operator()(const char*, T& value) {
    get(value);
  }
  void get(std::string& v) { v = in_.text(); }
  void get(std::optional<double>& v) {
    if (in_.number()) v = std::bit_cast<double>(in_.number());
  }
  void get(wf::Value& v) { v = value(0); }
  template <typename T>
  void get(std::vector<T>& list) {
    const uint64_t count = size();
    list.reserve(count);
    for (uint64_t i = 0; i < count && in_.ok(); ++i) get(list.emplace_back());
  }
  template <typename T>
  void get(T& v) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>)
      v = static_cast<T>(in_.number());
    else
      fields(*this, v);
  }

 private:
  /// A count of items, each of which takes at least 8 bytes.
  uint64_t size() {
    const uint64_t count = in_.number();
    if (count <= in_.left() / 8) return count;
    in_.fail();
    return 0;
  }
  wf::Value value(int depth) {
    if (depth > kMaxDepth) in_.fail();
    switch (in_.number()) {
      case kBool:
        return wf::Value(in_.number() != 0);
      case kInteger:
        return wf::Value(static_cast<int64_t>(in_.number()));
      case kNumber:
        return wf::Value(std::bit_cast<double>(in_.number()));
      case kString:
        return wf::Value(in_.text());
      case kList: {
        wf::Value::List list(size());
        for (wf::Value& item : list) item = value(depth + 1);
        return wf::Value(std::move(list));
      }
      case kTable: {
        wf::Value::Table table(size());
        for (auto& [key, item] : table) {
          key = in_.text();
          item = value(depth + 1);
        }
        return wf::Value(std::move(table));
      }
      default:
        return {};
    }
  }
  BinaryReader& in_;
};

}  // namespace

void BinaryWriter::put(const LibraryInfo& info) {
  LibraryInfo copy = info;
  Put archive(*this);
  fields(archive, copy);
}

LibraryInfo BinaryReader::library() {
  LibraryInfo info;
  Get archive(*this);
  fields(archive, info);
  return info;
}

}  // namespace weirflow::plugin
