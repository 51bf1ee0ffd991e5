// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "engine/refused_input.h"

#include <cstring>

#include "batch/frame.h"

namespace weirflow::engine {

namespace {

/// A run of 1 to 255 zeros is a zero and its length: frames are padded to 64 bytes a buffer.
std::string pack_zeros(std::string_view bytes) {
  std::string packed;
  for (size_t i = 0; i < bytes.size();) {
    size_t zeros = 0;
    while (zeros < 255 && i + zeros < bytes.size() && bytes[i + zeros] == 0) ++zeros;
    packed += zeros > 0 ? '\0' : bytes[i];
    if (zeros > 0) packed += static_cast<char>(zeros);
    i += zeros > 0 ? zeros : 1;
  }
  return packed;
}

/// Larger than what batches hold: a run of bytes that claims more is no letter of ours.
constexpr size_t kMostBytes = size_t{4} << 30;

bool unpack_zeros(std::string_view packed, std::string& bytes) {
  for (size_t i = 0; i < packed.size(); ++i) {
    if (packed[i] != 0) {
      bytes += packed[i];
      continue;
    }
    if (++i == packed.size() || packed[i] == 0) return false;
    bytes.append(static_cast<unsigned char>(packed[i]), '\0');
    if (bytes.size() > kMostBytes) return false;
  }
  return true;
}

}  // namespace

std::string encode_input(const wf::Batch& batch, int64_t row) {
  std::string schema, columns;
  batch::encode_schema(batch.schema(), schema);
  batch::encode_columns(batch.slice(row, 1), columns);
  const auto size = static_cast<uint32_t>(schema.size());
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof(size));
  return pack_zeros(bytes + schema + columns);
}

wf::Result<wf::Batch> decode_input(std::string_view packed) {
  std::string bytes;
  uint32_t size = 0;
  if (!unpack_zeros(packed, bytes) || bytes.size() < sizeof(size))
    return wf::invalid_data("the input row is damaged");
  std::memcpy(&size, bytes.data(), sizeof(size));
  if (bytes.size() - sizeof(size) < size) return wf::invalid_data("the input row is damaged");
  WF_ASSIGN(wf::Schema schema,
            batch::decode_schema(std::string_view(bytes).substr(sizeof(size), size)));
  wf::BufferBuilder<char> aligned;
  const size_t start = sizeof(size) + size;
  aligned.append(bytes.data() + start, bytes.size() - start);
  const wf::Buffer columns = aligned.finish();
  return batch::decode_columns({columns.as<char>(), columns.size}, 1,
                               std::make_shared<const wf::Schema>(std::move(schema)),
                               columns.owner);
}

}  // namespace weirflow::engine
