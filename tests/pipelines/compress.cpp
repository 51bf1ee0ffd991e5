// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "compress.h"

#include <zlib.h>
#include <zstd.h>

namespace weirflow::pipelines {

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzip = 16;  // added to the size of the window
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, 8,
               Z_DEFAULT_STRATEGY);
  std::string text(bytes), out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  constexpr int kLevel = 3;
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel));
  return out;
}

}  // namespace weirflow::pipelines
