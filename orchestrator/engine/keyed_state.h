// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The keyed state of one task: ordered tables of byte strings in memory.
///
/// A snapshot costs the worker nothing but a moment: freeze() makes the tables immutable, and what
/// changes meanwhile goes into an overlay (a missing value: erased) that is folded back, a few
/// entries a call, once the view is gone. So a value is looked up in at most two maps.
///
/// Threads: [worker], but for a Frozen, whose write() runs on any thread at the same time.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "plugin/host_services.h"

namespace weirflow::engine {

class KeyedState final : public plugin::KeyedStore {
 public:
  /// `on_bytes` is told how the bytes held change.
  explicit KeyedState(std::function<void(int64_t)> on_bytes = {})
      : on_bytes_(std::move(on_bytes)) {}

  wf::Result<std::optional<std::string_view>> get(uint32_t table, std::string_view key) override;
  wf::Status put(uint32_t table, std::string_view key, std::string_view value) override;
  wf::Status erase(uint32_t table, std::string_view key) override;
  wf::Status scan(uint32_t table, std::string_view from, std::string_view to,
                  const Visit& visit) override;
  wf::Result<Size> size(uint32_t table) override;
  [[nodiscard]] bool is_empty() const;

  class Frozen;
  /// A view of the tables as they are now. At most one at a time.
  std::unique_ptr<Frozen> freeze();
  /// What Frozen::bytes() made; replaces everything. invalid_data when it is damaged.
  wf::Status restore(std::string_view bytes);

 private:
  using Table = std::map<std::string, std::string, std::less<>>;
  using Overlay = std::map<std::string, std::optional<std::string>, std::less<>>;
  using Tables = std::map<uint32_t, Table>;
  void fold();
  void held(int64_t bytes);

  std::shared_ptr<Tables> base_ = std::make_shared<Tables>();
  std::map<uint32_t, Overlay> overlay_;
  bool frozen_ = false;  ///< changes go to the overlay, until the view is gone and it is folded
  std::shared_ptr<std::atomic<bool>> view_gone_;
  std::map<uint32_t, Size> sizes_;
  std::function<void(int64_t)> on_bytes_;
};

class KeyedState::Frozen {
 public:
  /// All entries, in order. [any]
  [[nodiscard]] std::string bytes() const;
  ~Frozen() { gone_->store(true, std::memory_order_release); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  friend class KeyedState;
  Frozen(std::shared_ptr<const Tables> tables, std::shared_ptr<std::atomic<bool>> gone)
      : tables_(std::move(tables)), gone_(std::move(gone)) {}
  std::shared_ptr<const Tables> tables_;
  std::shared_ptr<std::atomic<bool>> gone_;
};

}  // namespace weirflow::engine
