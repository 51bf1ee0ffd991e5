// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a shared library exports, read from its file. (Boost.DLL 1.74 lists section names
/// in place of symbols.)

#include <filesystem>
#include <string>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// Names of the symbols that the file defines for others: global, weak and unique ones of default
/// or protected visibility in .dynsym, sorted. 64-bit ELF of this machine's byte order only.
/// Errors: io_error, or invalid_data when the file is no such ELF file or is damaged.
wf::Result<std::vector<std::string>> exported_symbols(const std::filesystem::path& file);

}  // namespace weirflow::plugin
