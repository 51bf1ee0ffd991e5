// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A DAG `train.toml` in a folder that fits a small model and publishes it as its champion.

#include "support.h"

namespace weirflow::faults {

class Training {
 public:
  explicit Training(const Folder& folder);

  /// No version is there, or the registry says what is wrong; never half of one.
  void expect_no_model() const;
  /// What is listed can be opened, byte by byte; a champion is one of the versions.
  void expect_sound() const;
  /// A run succeeds, and `fruit@champion` can be opened.
  void expect_run_publishes() const;

 private:
  const Folder& folder_;
};

}  // namespace weirflow::faults
