// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A version on disk, opened: manifest read, every state mapped and compared with its SHA-256.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/manifest.h"

namespace weirflow::model {

class StoredModel {
 public:
  /// Opens the folder of one version. Errors: not_found when it is not there; invalid_data naming
  /// the file that is damaged, missing, or of another version.
  static wf::Result<std::shared_ptr<const StoredModel>> open(const std::string& folder);
  ~StoredModel();
  StoredModel(const StoredModel&) = delete;
  StoredModel& operator=(const StoredModel&) = delete;

  // Threads: immutable; any.
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  /// "NAME@16hex".
  [[nodiscard]] const std::string& version() const { return version_; }
  /// Bytes of a member, aligned to 64, alive as long as this object; empty when there is none.
  [[nodiscard]] std::span<const std::byte> state(std::string_view member) const;

 private:
  StoredModel() = default;
  Manifest manifest_;
  std::string version_;
  std::vector<std::span<const std::byte>> states_;  ///< mapped, in the manifest's order
};

/// The manifest alone, read and checked; errors as open().
wf::Result<Manifest> read_manifest(const std::string& folder);

}  // namespace weirflow::model
