// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// How the checks make a component work that they know only by its descriptor: a configuration and
/// rows, found by trial.

#include <optional>
#include <string>
#include <vector>

#include "plugin/library.h"
#include "weirflow/testing/harness.hpp"

namespace weirflow::plugin {

/// Small files that sources are given, in the working folder.
inline constexpr const char* kSampleFiles[] = {"sample.csv", "sample.jsonl"};

/// A configuration and an input that bind accepts.
struct Drive {
  const ComponentInfo* info = nullptr;
  const wf_component_class* cls = nullptr;
  wf::Value::Table config;
  wf::Batch sample;   ///< six rows with nulls and text beyond ASCII; empty for sources
  std::string state;  ///< estimators: fitted to the sample
};

/// What a whole life gave.
struct Outcome {
  wf::Status status;
  std::string text;  ///< all outputs, port by port, and the refused rows
  wf::Status conservation;
  int64_t unreleased = 0, released_twice = 0;
};

/// True for components whose work stays in this process and folder: no action, none that runs
/// programs or uses the network.
bool is_harmless(const ComponentInfo& info);

/// Tries configurations until bind (and for estimators fit) succeeds. The error is the last
/// trial's.
wf::Result<Drive> find_drive(const Library& library, const ComponentInfo& info);

/// The schemas to bind with: the sample's on every input.
std::vector<std::optional<wf::Schema>> bind_inputs(const Drive& drive);

/// A harness that is configured, loaded, bound and open; nothing when that failed.
wf::Status start(wf::testing::Harness& harness, const Drive& drive);

/// A fresh instance over these batches on its first input; sources are drained.
Outcome run_drive(const Drive& drive, const std::vector<wf::Batch>& batches);

/// The rows of a batch with every value null.
wf::Batch all_null(const wf::Batch& batch, int64_t rows);

}  // namespace weirflow::plugin
