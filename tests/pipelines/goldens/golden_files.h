// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads the goldens below WEIRFLOW_DATA/golden; their README says what is in them.

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace weirflow::goldens {

/// WEIRFLOW_DATA.
std::filesystem::path data_folder();

/// All bytes of a file, unpacked when it is gzip. Throws std::runtime_error when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// A golden that is one JSON document.
nlohmann::json golden(const std::string& name);

/// Calls `row` for each line of a file of JSON objects.
void for_each_line(const std::filesystem::path& path,
                   const std::function<void(const nlohmann::json&)>& row);

}  // namespace weirflow::goldens
