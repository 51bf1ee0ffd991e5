// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// One accepted request as the spool keeps it: a line of JSON about it, then its rows.

#include <string>

#include "weirflow/io/lines.hpp"

namespace weirflow::http {

struct Delivery {
  int64_t time_us = 0;  ///< when it was accepted
  std::string peer;     ///< "127.0.0.1"
  std::string key;      ///< Idempotency-Key, or empty
  uint64_t body_hash = 0;
  size_t rows = 0;
  wf::io::Lines lines;

  [[nodiscard]] std::string to_bytes() const;
  /// The rows too, or (`head_only`) what stands in front of them. invalid_data.
  static wf::Result<Delivery> parse(std::string_view bytes, bool head_only);
};

}  // namespace weirflow::http
