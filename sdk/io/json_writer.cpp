// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "base64.h"
#include "weirflow/io/output.hpp"
#include "weirflow/io/text.hpp"
#include "weirflow/io/values.hpp"

namespace wf::io {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool needs_escape(char c) { return static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escape(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHex[static_cast<uint8_t>(c) >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

template <typename T>
void append_json_float(T value, std::string* out) {
  if (!std::isfinite(value)) {
    out->append("null");
    return;
  }
  if constexpr (std::is_same_v<T, float>)
    append_float32(value, out);
  else
    append_float64(value, out);
}

void append_list(const Array& array, int64_t i, std::string* out) {
  const ListView list(array);
  out->push_back('[');
  for (int64_t k = list.begin(i); k < list.end(i); ++k) {
    if (k > list.begin(i)) out->push_back(',');
    append_json_value(*list.items(), k, out);
  }
  out->push_back(']');
}

void append_struct(const Array& array, int64_t i, std::string* out) {
  out->push_back('{');
  for (size_t k = 0; k < array.children.size(); ++k) {
    if (k) out->push_back(',');
    append_json_string(array.type.children()[k].name, out);
    out->push_back(':');
    append_json_value(*array.children[k], array.offset + i, out);
  }
  out->push_back('}');
}

class JsonlEncoder final : public RowEncoder {
 public:
  JsonlEncoder(const Schema& schema, bool nulls) : nulls_(nulls) {
    for (const Field& field : schema.fields()) {
      append_json_string(field.name, &keys_.emplace_back());
      keys_.back() += ':';
    }
  }
  void begin(std::string*) override {}
  void append(const Batch& batch, int64_t start, int64_t count, std::string* out) override {
    for (int64_t row = start; row < start + count; ++row) {
      bool first = true;
      out->push_back('{');
      for (int c = 0; c < batch.column_count(); ++c) {
        const Array& column = *batch.column(c);
        if (!nulls_ && column.is_null(row)) continue;
        if (!first) out->push_back(',');
        first = false;
        out->append(keys_[static_cast<size_t>(c)]);
        append_json_value(column, row, out);
      }
      out->append("}\n");
    }
  }

 private:
  bool nulls_;
  std::vector<std::string> keys_;
};

}  // namespace

void append_json_string(std::string_view text, std::string* out) {
  if (!valid_utf8(text)) {
    static const EncodingList replacing{{Encoding::replace}};
    std::string fixed;
    decode(replacing, text, &fixed);
    return append_json_string(fixed, out);
  }
  out->push_back('"');
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out->append(text.substr(run, i - run));
    append_escape(text[i], out);
    run = i + 1;
  }
  out->append(text.substr(run));
  out->push_back('"');
}

void append_json_value(const Array& array, int64_t i, std::string* out) {
  if (array.is_null(i)) {
    out->append("null");
    return;
  }
  switch (array.type.id()) {
    case Type::boolean:
      out->append(BoolView(array)[i] ? "true" : "false");
      break;
    case Type::int32:
      append_int64(NumericView<int32_t>(array)[i], out);
      break;
    case Type::int64:
      append_int64(NumericView<int64_t>(array)[i], out);
      break;
    case Type::float32:
      append_json_float(NumericView<float>(array)[i], out);
      break;
    case Type::float64:
      append_json_float(NumericView<double>(array)[i], out);
      break;
    case Type::timestamp:
      out->push_back('"');
      append_timestamp(NumericView<int64_t>(array)[i], out);
      out->push_back('"');
      break;
    case Type::utf8:
    case Type::large_utf8:
      append_json_string(StringView(array)[i], out);
      break;
    case Type::binary:
    case Type::large_binary:
      out->push_back('"');
      append_base64(StringView(array)[i], out);
      out->push_back('"');
      break;
    case Type::list:
      append_list(array, i, out);
      break;
    case Type::structure:
      append_struct(array, i, out);
      break;
    case Type::null:
      out->append("null");
      break;
  }
}

Result<std::unique_ptr<RowEncoder>> make_jsonl_encoder(const Schema& schema,
                                                       const JsonlWriteOptions& options) {
  return std::unique_ptr<RowEncoder>(new JsonlEncoder(schema, options.nulls));
}

}  // namespace wf::io
