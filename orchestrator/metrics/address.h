// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where an endpoint listens. Threads: pure functions.

#include <string>
#include <string_view>

#include "weirflow/status.hpp"

namespace weirflow::metrics {

struct Address {
  std::string host = "127.0.0.1";  ///< a number or `localhost`; IPv6 without brackets
  int port = 0;                    ///< 0: any free one, of a server
  bool operator==(const Address&) const = default;

  /// "127.0.0.1:9464", "[::1]:9464".
  [[nodiscard]] std::string text() const;
  /// Only this machine can reach it: 127.0.0.0/8, ::1 or `localhost`.
  [[nodiscard]] bool is_loopback() const;
};

/// "9464", "127.0.0.1:9464", "localhost:9464", "[::1]:9464", with or without "http://" in front and
/// a path behind. invalid_config with what is wrong.
wf::Result<Address> parse_address(std::string_view text);

}  // namespace weirflow::metrics
