// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes to read: a file or standard input, decompressed on the way.
///
/// Threads: one thread per object.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/status.hpp"

namespace wf::io {

enum class Compression : uint8_t {
  automatic,  ///< input: by the first bytes (gzip, zstd, else none); output: by the file's name
  none,
  gzip,
  zstd,
};
/// "auto", "none", "gzip" (or "gz"), "zstd" (or "zst").
Result<Compression> parse_compression(std::string_view text);

struct InputOptions {
  Compression compression = Compression::automatic;
  /// Largest zstd window accepted, as a power of two; the window is what decompression holds in
  /// memory. Reddit's dumps need 31 (2 GiB); 10 to 31.
  int zstd_window_log = 31;
  /// Most bytes asked of the system by one read.
  size_t read_size = 1 << 18;
};

/// Size and time of a file; how a change under the reader is seen.
struct FileStamp {
  uint64_t size = 0;
  int64_t mtime_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// One input, read front to back. Concatenated gzip members and zstd frames are one stream.
class ByteInput {
 public:
  virtual ~ByteInput() = default;
  /// Reads 1 to `size` bytes (decompressed); 0 at the end. Errors: io_error; invalid_data when the
  /// compressed stream is damaged or ends early, and when the file's size or time of change is
  /// another at the end than at the start. After an error the input is not usable any more.
  virtual Result<size_t> read(char* to, size_t size) = 0;
  /// Passes over `bytes` (decompressed) bytes: a seek in plain files, reading in others.
  /// invalid_data when the input is shorter.
  virtual Status skip(uint64_t bytes);
  /// Bytes taken from the file so far, before decompression; for progress. Any thread.
  [[nodiscard]] virtual uint64_t raw_bytes() const = 0;
  /// Stamp at opening; zeros for what is not a regular file.
  [[nodiscard]] virtual FileStamp stamp() const = 0;
  /// True when the next read may wait (pipe, terminal) because nothing is there now.
  [[nodiscard]] virtual bool would_wait() const { return false; }
  /// The descriptor to poll before a read that may wait, or -1 for a regular file.
  [[nodiscard]] virtual int wait_descriptor() const { return -1; }
};

/// Opens `path` ("-": standard input). not_found, permission_denied, io_error, or invalid_config
/// for a folder; messages start with the path.
Result<std::unique_ptr<ByteInput>> open_input(const std::string& path, const InputOptions& options);

/// An input over bytes in memory (copied), for tests and for text given in place.
std::unique_ptr<ByteInput> memory_input(std::string bytes, size_t read_size = 1 << 18);

/// Stamp of a regular file; zeros for standard input and other kinds.
Result<FileStamp> stamp_of(const std::string& path);

/// The files meant by `patterns`, in the order given, the matches of each glob sorted by byte
/// order; names without *, ? or [ are kept as they are, so that opening them says what is wrong. A
/// name that exists is never a pattern. not_found when a pattern matches nothing; invalid_config
/// when the list is empty, or when "-" stands beside another name.
Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& patterns);

}  // namespace wf::io
