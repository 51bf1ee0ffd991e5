// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A sender with a host behind it: counts rows, refuses them, asks sources to rest, keeps metrics.
///
/// Threads: every function from any.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rows.h"
#include "sender.h"
#include "stored.h"
#include "weirflow/host.hpp"

namespace weirflow::elasticsearch {

class Delivery final : private SenderEvents {
 public:
  struct Options {
    int64_t pending_limit = 64 << 20;  ///< bytes, beyond which the sources are to rest
    bool may_rest = true;              ///< there are barriers to rest at
    bool counts = true;                ///< rows pass when they are acknowledged, not before
  };
  /// `host` outlives this. invalid_config, resource_exhausted.
  static wf::Result<std::unique_ptr<Delivery>> make(const wf::Host& host, Route route,
                                                    Options options);
  ~Delivery() override;

  void add(std::vector<Document> documents, bool hurry);
  [[nodiscard]] Sender& sender() { return *sender_; }
  [[nodiscard]] const Route& route() const { return route_; }
  [[nodiscard]] const Options& options() const { return options_; }
  /// Documents that are kept elsewhere until their commit, in bytes: they count for the limit.
  void set_staged(int64_t bytes);
  /// Documents refused so far.
  [[nodiscard]] int64_t refused_count() const { return refused_; }

 private:
  Delivery(const wf::Host& host, Route route, Options options, RowReader rows)
      : host_(host), route_(std::move(route)), options_(options), rows_(std::move(rows)) {}
  void acknowledged(int64_t documents) override;
  wf::Status refused(const Document& document, std::string_view code,
                     const std::string& message) override;
  void told(bool is_error, const std::string& message) override;
  void gauges(const Gauges& now) override;
  void requested(int64_t bytes, double seconds, int64_t repeated) override;
  void weigh(int64_t bytes);

  const wf::Host& host_;
  Route route_;
  Options options_;
  RowReader rows_;  ///< sender's thread
  std::atomic<int64_t> refused_{0};
  std::mutex pressure_mutex_;
  int64_t staged_ = 0, pending_ = 0;
  bool resting_ = false;
  std::unique_ptr<Sender> sender_;
};

}  // namespace weirflow::elasticsearch
