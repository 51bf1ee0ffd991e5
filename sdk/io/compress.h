// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Compression of a stream of bytes. Internal to weirflow-io; one thread.

#include <memory>
#include <string>
#include <string_view>

#include "weirflow/io/input.hpp"

namespace wf::io {

class Compressor {
 public:
  virtual ~Compressor() = default;
  /// Appends compressed bytes to *out; some may stay inside.
  virtual Status add(std::string_view bytes, std::string* out) = 0;
  /// Appends the rest and the trailer.
  virtual Status finish(std::string* out) = 0;
};

/// Null for none. level 0: gzip 6, zstd 3. invalid_config for a level that does not exist.
Result<std::unique_ptr<Compressor>> make_compressor(Compression compression, int level);

}  // namespace wf::io
