// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The model registry as the engine sees it.

#include <memory>
#include <string>
#include <string_view>

#include "engine/models.h"
#include "model/registry.h"

namespace weirflow::cli {

/// Threads: any. Errors: those of model::Registry.
class StoredModels : public engine::Models {
 public:
  /// Models of the folder `<home>/models`.
  explicit StoredModels(std::string home) : registry_(std::move(home)) {}

  wf::Result<std::string> resolve(std::string_view reference) override;
  wf::Result<std::shared_ptr<const engine::FittedModel>> open(std::string_view reference) override;
  /// Stores the version and appends a record of the run and the DAG that fitted it.
  wf::Result<std::string> store(const engine::FittedGroup& group) override;

 private:
  model::Registry registry_;
};

}  // namespace weirflow::cli
