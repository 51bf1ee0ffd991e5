// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Bytes of a spool's files: records, whole reads and writes. See spool.h for the format.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::http {

inline constexpr std::string_view kSpoolMagic = "WFSPOOL1";
inline constexpr size_t kSpoolHead = 8;  ///< of a record: length and CRC

/// errno as "PATH: WHAT: reason", with the code that fits.
wf::Status system_error(const std::string& path, const std::string& what);
/// A record of these bytes. Precondition: less than 2 GiB.
std::string as_record(std::string_view bytes);
wf::Status write_all(int fd, std::string_view bytes, uint64_t offset, const std::string& path);
/// `size` bytes, or fewer at the end of the file.
wf::Result<std::string> read_bytes(int fd, uint64_t offset, size_t size, const std::string& path);
wf::Status sync_folder(const std::string& folder);
/// The record at `offset` of a segment of `size` bytes, or nothing when it is not whole and right.
wf::Result<std::optional<std::string>> record_at(int fd, uint64_t offset, uint64_t size,
                                                 const std::string& path);

}  // namespace weirflow::http
