// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From a request to its answer: checks it, makes rows of its body, puts them into the spool.
///
/// Any thread, several at once.

#include <functional>
#include <string>

#include "delivery.h"
#include "idempotency.h"
#include "server.h"
#include "spool.h"

namespace weirflow::http {

/// The rows of a body: an array's items, or the lines. Blank ones are left out of JSON. nullopt: an
/// array that is not well formed.
std::optional<wf::io::Lines> split_body(std::string_view body, wf::io::LineFormat format);

class Intake {
 public:
  struct Options {
    std::string path = "/";
    std::string token;  ///< empty: none is asked for
    int64_t max_body = 8 << 20;
    int retry_after_s = 5;
  };
  /// All must live as long as this. `now_us`: any thread, microseconds since 1970.
  Intake(Options options, const wf::io::LineRows& rows, Spool& spool, IdempotencyKeys& keys,
         std::function<int64_t()> now_us)
      : options_(std::move(options)),
        rows_(rows),
        spool_(spool),
        keys_(keys),
        now_us_(std::move(now_us)) {}

  [[nodiscard]] ServerResponse take(const ServerRequest& request);

 private:
  [[nodiscard]] std::optional<ServerResponse> refuse_early(const ServerRequest& request) const;
  [[nodiscard]] ServerResponse take_rows(const ServerRequest& request, wf::io::Lines lines);
  [[nodiscard]] ServerResponse spool_rows(const Delivery& delivery);

  Options options_;
  const wf::io::LineRows& rows_;
  Spool& spool_;
  IdempotencyKeys& keys_;
  std::function<int64_t()> now_us_;
};

}  // namespace weirflow::http
