// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One GET of a plain HTTP endpoint. Threads: any.

#include <chrono>
#include <string>

#include "metrics/address.h"
#include "weirflow/status.hpp"

namespace weirflow::metrics {

/// The body of a response of code 200, at most 64 MiB. Errors: unavailable (nothing listens there,
/// or the connection broke), timeout (not whole in time), invalid_data (another code, not HTTP).
wf::Result<std::string> http_get(const Address& address, const std::string& path,
                                 std::chrono::milliseconds limit);

}  // namespace weirflow::metrics
