// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Arrays of random nested types in random layouts (offsets, gaps, rubbish under nulls, unknown
/// null counts), each with the JSON text that its rows must have. The text is made from the values
/// while they are drawn, never read back from the array. Deterministic for a seed.

#include <cstdio>
#include <random>

#include "weirflow/batch.hpp"

namespace weirflow::testing {

struct Sample {
  wf::ArrayPtr array;
  std::vector<std::string> json;  ///< one per row
};

class RandomLayout {
 public:
  explicit RandomLayout(uint64_t seed) : random_(seed) {}

  int64_t pick(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }

  wf::DataType type(int depth = 0) {
    using wf::Type;
    static constexpr Type kFlat[] = {Type::null,         Type::boolean,  Type::int32,
                                     Type::int64,        Type::float32,  Type::float64,
                                     Type::utf8,         Type::binary,   Type::large_utf8,
                                     Type::large_binary, Type::timestamp};
    const int64_t choice = pick(0, depth < 3 ? 15 : 10);
    if (choice <= 10) return kFlat[choice];
    if (choice <= 13) return wf::DataType::list_of(type(depth + 1));
    std::vector<wf::Field> members;
    for (int64_t n = pick(1, 3); n > 0; --n)
      members.push_back({"m" + std::to_string(n), type(depth + 1), true, {}});
    return wf::DataType::struct_of(std::move(members));
  }

  Sample sample(const wf::DataType& type, int64_t length) {
    auto a = std::make_shared<wf::Array>();
    a->type = type;
    a->length = length;
    a->offset = pick(0, 2) ? pick(0, 19) : 0;
    Sample s{nullptr, std::vector<std::string>(static_cast<size_t>(length))};
    fill(*a, s.json);
    if (type.id() == wf::Type::null)
      s.json.assign(s.json.size(), "null");
    else
      add_nulls(*a, s.json);
    s.array = a;
    return s;
  }

  /// A batch of one to four columns and the JSON objects of its rows.
  std::pair<wf::Batch, std::vector<std::string>> batch(int64_t rows) {
    std::vector<wf::Field> fields;
    std::vector<wf::ArrayPtr> columns;
    std::vector<std::string> json(static_cast<size_t>(rows), "{");
    const int64_t n = pick(1, 4);
    for (int64_t k = 0; k < n; ++k) {
      const std::string name = "c" + std::to_string(k);
      Sample s = sample(type(), rows);
      fields.push_back({name, s.array->type, true, {}});
      columns.push_back(s.array);
      for (size_t i = 0; i < json.size(); ++i)
        json[i] += (k ? ",\"" : "\"") + name + "\":" + s.json[i];
    }
    for (std::string& row : json) row += "}";
    return {wf::Batch(std::make_shared<const wf::Schema>(fields), rows, columns), json};
  }

 private:
  using Json = std::vector<std::string>;

  void add_nulls(wf::Array& a, Json& json) {
    const int64_t share = pick(0, 3);
    if (share == 0) return;
    wf::BufferBuilder<uint8_t> bits;
    for (int64_t i = 0; i < (a.offset + a.length + 7) / 8 + 1; ++i)
      bits.push_back(static_cast<uint8_t>(random_()));
    int64_t nulls = 0;
    for (int64_t i = 0; i < a.length; ++i) {
      const bool null = pick(0, 3) < share - 1;
      nulls += null;
      if (null) {
        wf::clear_bit(bits.data(), a.offset + i);
        json[static_cast<size_t>(i)] = "null";
      } else {
        wf::set_bit(bits.data(), a.offset + i);
      }
    }
    a.buffers[0] = bits.finish();
    a.null_count_cache = pick(0, 1) ? -1 : nulls;
  }

  /// Values before, in and behind the rows; `text(i)` is asked for the rows' JSON.
  template <typename T, typename Draw, typename Text>
  void fill_numbers(wf::Array& a, Json& json, Draw&& draw, Text&& text) {
    wf::BufferBuilder<T> values;
    for (int64_t i = 0; i < a.offset + a.length + pick(0, 3); ++i) {
      const auto [value, shown] = draw();
      values.push_back(value);
      if (i >= a.offset && i < a.offset + a.length)
        json[static_cast<size_t>(i - a.offset)] = text(value, shown);
    }
    a.buffers[1] = values.finish();
  }

  static std::string format(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%g", value);
    return text;
  }

  template <typename T>
  void fill_plain(wf::Array& a, Json& json) {
    const auto draw = [&] {
      if constexpr (std::is_floating_point_v<T>) {
        const T v = static_cast<T>(pick(1, 400)) / 8;
        return std::pair<T, std::string>(v, format(static_cast<double>(v)));
      } else {
        const T v = static_cast<T>(random_());
        return std::pair<T, std::string>(v, std::to_string(v));
      }
    };
    fill_numbers<T>(a, json, draw, [](T, const std::string& shown) { return shown; });
  }

  void fill_times(wf::Array& a, Json& json) {
    static const std::pair<int64_t, std::string> kTimes[] = {
        {0, "\"1970-01-01T00:00:00.000000Z\""},
        {-1, "\"1969-12-31T23:59:59.999999Z\""},
        {951'827'696'789'012, "\"2000-02-29T12:34:56.789012Z\""},
        {1'763'852'371'000'001, "\"2025-11-22T22:59:31.000001Z\""}};
    fill_numbers<int64_t>(
        a, json, [&] { return kTimes[pick(0, 3)]; },
        [](int64_t, const std::string& shown) { return shown; });
  }

  void fill_bools(wf::Array& a, Json& json) {
    wf::BufferBuilder<uint8_t> bits;
    for (int64_t i = 0; i < (a.offset + a.length + 7) / 8 + 1; ++i)
      bits.push_back(static_cast<uint8_t>(random_()));
    for (int64_t i = 0; i < a.length; ++i)
      json[static_cast<size_t>(i)] = wf::get_bit(bits.data(), a.offset + i) ? "true" : "false";
    a.buffers[1] = bits.finish();
  }

  template <typename T>
  void fill_texts(wf::Array& a, Json& json, bool binary) {
    static const std::pair<std::string, std::string> kTexts[] = {
        {"", "\"\""},
        {"a", "\"a\""},
        {"\xC3\xA9 \n", "\"\xC3\xA9 \\n\""},
        {"say \"so\"\\", "\"say \\\"so\\\"\\\\\""},
        {"\xF0\x9F\x98\x80 and more text", "\"\xF0\x9F\x98\x80 and more text\""}};
    static const std::pair<std::string, std::string> kBytes[] = {
        {"", "\"\""},
        {"\xFF", "\"/w==\""},
        {std::string("\0\1", 2), "\"AAE=\""},
        {"abc", "\"YWJj\""},
        {"\xDE\xAD\xBE\xEF", "\"3q2+7w==\""}};
    wf::BufferBuilder<char> bytes;
    bytes.append("rubbish", static_cast<size_t>(pick(0, 7)));
    wf::BufferBuilder<T> offsets;
    offsets.push_back(static_cast<T>(bytes.size()));
    for (int64_t i = 0; i < a.offset + a.length; ++i) {
      const auto& [value, shown] = binary ? kBytes[pick(0, 4)] : kTexts[pick(0, 4)];
      bytes.append(value.data(), value.size());
      offsets.push_back(static_cast<T>(bytes.size()));
      if (i >= a.offset) json[static_cast<size_t>(i - a.offset)] = shown;
    }
    bytes.append("rubbish", static_cast<size_t>(pick(0, 7)));
    a.buffers[1] = offsets.finish();
    a.buffers[2] = bytes.finish();
  }

  void fill_lists(wf::Array& a, Json& json) {
    std::vector<int32_t> offsets{static_cast<int32_t>(pick(0, 3))};
    for (int64_t i = 0; i < a.offset + a.length; ++i)
      offsets.push_back(offsets.back() + static_cast<int32_t>(pick(0, 3)));
    const Sample items = sample(a.type.children()[0].type, offsets.back() + pick(0, 3));
    for (int64_t i = 0; i < a.length; ++i) {
      std::string text = "[";
      const auto at = static_cast<size_t>(a.offset + i);
      for (int32_t k = offsets[at]; k < offsets[at + 1]; ++k)
        text += (k > offsets[at] ? "," : "") + items.json[static_cast<size_t>(k)];
      json[static_cast<size_t>(i)] = text + "]";
    }
    wf::BufferBuilder<int32_t> buffer;
    buffer.append(offsets.data(), offsets.size());
    a.buffers[1] = buffer.finish();
    a.children.push_back(items.array);
  }

  void fill_struct(wf::Array& a, Json& json) {
    for (std::string& text : json) text = "{";
    for (const wf::Field& member : a.type.children()) {
      const Sample s = sample(member.type, a.offset + a.length + pick(0, 3));
      for (int64_t i = 0; i < a.length; ++i) {
        std::string& text = json[static_cast<size_t>(i)];
        text += (text.size() > 1 ? ",\"" : "\"") + member.name +
                "\":" + s.json[static_cast<size_t>(a.offset + i)];
      }
      a.children.push_back(s.array);
    }
    for (std::string& text : json) text += "}";
  }

  void fill(wf::Array& a, Json& json) {
    using wf::Type;
    switch (a.type.id()) {
      case Type::null:
        break;
      case Type::boolean:
        return fill_bools(a, json);
      case Type::int32:
        return fill_plain<int32_t>(a, json);
      case Type::int64:
        return fill_plain<int64_t>(a, json);
      case Type::float32:
        return fill_plain<float>(a, json);
      case Type::float64:
        return fill_plain<double>(a, json);
      case Type::timestamp:
        return fill_times(a, json);
      case Type::utf8:
      case Type::binary:
        return fill_texts<int32_t>(a, json, a.type.id() == Type::binary);
      case Type::large_utf8:
      case Type::large_binary:
        return fill_texts<int64_t>(a, json, a.type.id() == Type::large_binary);
      case Type::list:
        return fill_lists(a, json);
      case Type::structure:
        return fill_struct(a, json);
    }
  }

  std::mt19937_64 random_;
};

}  // namespace weirflow::testing
