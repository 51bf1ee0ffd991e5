// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Models as the engine needs them: fitted states by name, and a place to store new ones. The model
/// registry (orchestrator/model) stands behind it.
///
/// Threads: Models any; the functions are pure.

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dag/plan.h"
#include "weirflow/schema.hpp"
#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::engine {

/// A stored version, opened and verified. Immutable; the bytes live as long as the object and are
/// aligned to 64 bytes.
class FittedModel {
 public:
  virtual ~FittedModel() = default;
  /// "name@16hex".
  [[nodiscard]] virtual const std::string& version() const = 0;
  /// State of a member of the group, or empty when there is none of that name.
  [[nodiscard]] virtual std::span<const std::byte> state(std::string_view member) const = 0;
  /// Canonical text of the group that was fitted.
  [[nodiscard]] virtual const std::string& group_text() const = 0;
};

/// What a fit hands over to be stored. Everything in it is part of the version's identity but
/// `group_source`, `run` and `dag`, which are kept beside it.
struct FittedGroup {
  std::string model;       ///< name
  std::string group_text;  ///< canonical TOML of the group
  std::string
      group_source;  ///< its files and params (dag/group_source.h); not part of the identity
  /// Per member estimator: component id, component version and state, in order of the stages.
  struct State {
    std::string member, component, component_version, bytes;
  };
  std::vector<State> states;
  wf::Schema input, output;
  std::string training_data;  ///< hex digest of the rows of the first fit spool, in order
  int64_t training_rows = 0;
  std::string run, dag;
  /// Results that its fits set, by member; a record beside the version.
  wf::Value::Table results;
};

class Models {
 public:
  virtual ~Models() = default;
  /// Where a reference stands now: "name@16hex".
  virtual wf::Result<std::string> resolve(std::string_view reference) = 0;
  /// "name" (its champion), "name@alias" or "name@16hex". not_found says what there is.
  virtual wf::Result<std::shared_ptr<const FittedModel>> open(std::string_view reference) = 0;
  /// Stores a version without alias, or finds the equal one that is there; answers "name@16hex".
  virtual wf::Result<std::string> store(const FittedGroup& group) = 0;
};

/// What an apply node is loaded with.
struct FittedState {
  std::string_view bytes;  ///< aligned to 64, alive as long as `owner`
  std::string version;     ///< "name@16hex", or empty when it was fitted by the run itself
  std::shared_ptr<const void> owner;
};

/// The part of `model` that the node is loaded with. invalid_data: it was fitted with another group
/// than the node was planned in, or has no such member.
wf::Result<FittedState> state_for(const dag::Plan& plan, const dag::PlanNode& node,
                                  const std::shared_ptr<const FittedModel>& model);

}  // namespace weirflow::engine
