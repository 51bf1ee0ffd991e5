// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The component `model.publish`, compiled into the host, with a descriptor like any other's: moves
/// an alias to a version if the gate lets it.
///
/// Results: version ("NAME@16hex"), alias, previous (the same of the version that the alias stood
/// at, "" when none), published = true. A refusal of the gate is invalid_data, not retryable; the
/// alias stays. Metrics, baseline and verdict are appended to the version's records either way.
/// The alias is compared and set against where it stood when the task opened.

#include <string>

#include "weirflow/abi/entry.h"

namespace weirflow::model {

/// The entry of the builtin components, for plugin::Registry::add_builtin(). `home` is where the
/// models are (made absolute now; empty: publishing fails, describing works). It holds for the
/// process: the home of the last call is taken by instances when they open.
/// Threads: any. The entry lives as long as the process and is the same at every call.
const wf_entry* model_components(const std::string& home);

}  // namespace weirflow::model
