// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The registry of models: a folder that any number of processes may read and write.
///
///   <home>/models/<name>/versions/<id>/manifest.json, <member>.state   immutable once there
///                       /records/<id>.jsonl                            what was seen of a version
///                       /aliases.jsonl                                 moves of the aliases
///                       /lock                                          held while a log grows
///
/// A version's folder is written under a temporary name, synced, then renamed: it is whole or
/// absent, also after a crash at any point. Opening compares every byte with the manifest.
///
/// Threads: any; the object holds no state but its options. Errors: not_found says what there is;
/// conflict for a lost compare-and-set or a lock that stays held; invalid_data for damage, naming
/// the file.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/alias_table.h"
#include "model/stored_model.h"
#include "weirflow/schema.hpp"
#include "weirflow/status.hpp"
#include "weirflow/value.hpp"

namespace weirflow::model {

/// A fitted group, to be stored. All of it but name and rows is the version's identity.
struct NewVersion {
  std::string model;
  std::string group_text;  ///< canonical TOML: components, configuration, seed
  struct State {
    std::string member, component, component_version;
    std::string_view bytes;
  };
  std::vector<State> states;  ///< in the order of the stages
  wf::Schema input, output;
  std::string training_data;  ///< batch::RowDigest of the training rows
  int64_t training_rows = 0;
  /// From what the group can be made again, kept in a file of its own; not part of the identity,
  /// which group_text is.
  std::string group_source;
};

/// A reference, followed to its version.
struct Resolved {
  std::string model, id;
  std::string alias;  ///< by which it was found, or empty
  [[nodiscard]] std::string version() const { return model + "@" + id.substr(0, 16); }
};

/// Who moves an alias, and why.
struct Mover {
  std::string actor, reason, run;
};

/// What became of a promotion.
struct Moved {
  AliasMove move;
  bool changed = true;  ///< false: the alias stood there already, nothing was written
};

struct VersionSummary {
  std::string id;
  Manifest manifest;                 ///< empty but for the id when damaged
  wf::Status status;                 ///< of reading the manifest
  std::vector<std::string> aliases;  ///< that stand at it, sorted
};

struct RegistryOptions {
  /// Microseconds since 1970-01-01T00:00:00Z; empty: the system's clock.
  std::function<int64_t()> now_us;
  /// Called before each step of store() on disk; a test of crashes ends the process in it.
  std::function<void(std::string_view step)> before_step;
};

class Registry {
 public:
  /// Nothing is made on disk before the first store().
  explicit Registry(std::string home, RegistryOptions options = {});

  /// Stores a version without alias, or finds the equal one that is there. "NAME@16hex".
  wf::Result<std::string> store(const NewVersion& version);

  [[nodiscard]] wf::Result<Resolved> resolve(std::string_view reference) const;
  /// The version that a reference names, verified.
  [[nodiscard]] wf::Result<std::shared_ptr<const StoredModel>> open(
      std::string_view reference) const;

  /// What the version says of itself, and its NewVersion::group_source; neither states nor source
  /// are verified, see open(). The source is empty when the version was stored without.
  struct Description {
    Manifest manifest;
    std::string group_source;
  };
  [[nodiscard]] wf::Result<Description> describe(std::string_view reference) const;

  /// Names of the models that have versions, sorted.
  [[nodiscard]] std::vector<std::string> models() const;
  /// Versions of a model, newest first; none for a model that is not there.
  [[nodiscard]] wf::Result<std::vector<VersionSummary>> versions(const std::string& model) const;
  [[nodiscard]] wf::Result<AliasTable> aliases(const std::string& model) const;

  /// Moves an alias to the version that `reference` names, after verifying it. `expected`: the id
  /// at which the alias must stand (empty: nowhere), else conflict and nothing changes.
  wf::Result<Moved> promote(std::string_view reference, const std::string& alias,
                            const Mover& mover,
                            const std::optional<std::string>& expected = std::nullopt);
  /// Moves an alias back to where it stood before its last move; twice is forth again.
  wf::Result<Moved> roll_back(const std::string& model, const std::string& alias,
                              const Mover& mover);
  /// Ends an alias.
  wf::Result<Moved> remove_alias(const std::string& model, const std::string& alias,
                                 const Mover& mover);

  /// Appends a record to a version, with the time as first key.
  wf::Status add_record(const Resolved& version, wf::Value::Table record);
  /// Records of a version, oldest first.
  [[nodiscard]] wf::Result<Lines> records(const Resolved& version) const;

 private:
  [[nodiscard]] std::string folder(const std::string& model) const { return root_ + "/" + model; }
  [[nodiscard]] std::string version_folder(const std::string& model, const std::string& id) const {
    return folder(model) + "/versions/" + id;
  }
  [[nodiscard]] std::vector<std::string> ids(const std::string& model) const;
  [[nodiscard]] wf::Status no_model(const std::string& model) const;
  [[nodiscard]] wf::Status no_alias(const std::string& model, const std::string& alias,
                                    const AliasTable& table) const;
  [[nodiscard]] wf::Status no_version(const std::string& model, const std::string& digits) const;
  wf::Status write_version(const NewVersion& version, const Manifest& manifest);
  wf::Result<Moved> move_alias(
      const std::string& model, const std::string& alias, const Mover& mover,
      const std::function<wf::Result<std::string>(const AliasTable&)>& target);
  void step(std::string_view name) const {
    if (options_.before_step) options_.before_step(name);
  }

  const std::string home_, root_;
  const RegistryOptions options_;
};

}  // namespace weirflow::model
