// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Decompressing inputs over a raw one. Internal to weirflow-io.

#include "weirflow/io/input.hpp"

namespace wf::io {

/// The compression that the first bytes (4 are enough) tell; none when no other fits.
Compression detect_compression(std::string_view head);

/// `head` was already taken from `raw` and is read first. `name` begins the messages.
std::unique_ptr<ByteInput> gzip_input(std::unique_ptr<ByteInput> raw, std::string head,
                                      std::string name, size_t read_size);
/// resource_exhausted from read() when a frame wants a window over `window_log`.
std::unique_ptr<ByteInput> zstd_input(std::unique_ptr<ByteInput> raw, std::string head,
                                      std::string name, size_t read_size, int window_log);

}  // namespace wf::io
