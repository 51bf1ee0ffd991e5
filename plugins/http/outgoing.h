// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From rows to requests, and to the text of a snapshot and back.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "row_template.h"
#include "weirflow/io/output.hpp"

namespace weirflow::http {

/// A request that waits to be answered.
struct Outgoing {
  wf::Batch rows;
  std::string url, key, body;
  [[nodiscard]] int64_t bytes() const { return static_cast<int64_t>(2 * body.size()); }
};

class RequestMaker {
 public:
  enum class Body : uint8_t { array, ndjson, row };
  struct Options {
    std::string url, key;  ///< templates
    Body body = Body::array;
    int64_t rows = 500;       ///< of a request at most
    int64_t bytes = 1 << 20;  ///< a request is ended once its body has so many
  };
  static wf::Result<RequestMaker> make(const Options& options, wf::SchemaPtr schema);

  using Refuse = std::function<void(int64_t row, const std::string& code, const std::string& why)>;
  /// Rows behind one another that go to the same URL share requests. Refused: a null in the URL or
  /// key (missing_value), a key that can be no header (bad_value).
  [[nodiscard]] std::vector<Outgoing> make_requests(const wf::Batch& batch,
                                                    const Refuse& refuse) const;
  [[nodiscard]] std::string content_type() const;

  [[nodiscard]] std::string snapshot(const std::vector<const Outgoing*>& pending) const;
  /// Requests of the same rows and keys as in the snapshot.
  [[nodiscard]] wf::Result<std::vector<Outgoing>> restore(std::string_view snapshot) const;

 private:
  RequestMaker() = default;
  [[nodiscard]] std::string row_json(const wf::Batch& batch, int64_t row) const;
  [[nodiscard]] Outgoing finish(const wf::Batch& batch, int64_t first, int64_t count,
                                std::string url, std::string key, std::string rows) const;
  [[nodiscard]] wf::Result<wf::Batch> parse_rows(std::string_view text) const;

  Options options_;
  wf::SchemaPtr schema_;
  RowTemplate url_, key_;
};

}  // namespace weirflow::http
