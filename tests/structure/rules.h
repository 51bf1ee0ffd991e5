// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The rules of orchestrator/docs/architecture.md and CONTRIBUTING.md that a program can check.
/// Each function answers one line per violation, "path:line: what is wrong", in the order of the
/// paths; empty means that the tree keeps the rule. All are pure functions of the tree.

#include <string>
#include <vector>

#include "source_tree.h"

namespace weirflow::structure {

/// A folder of orchestrator/ includes the SDK, itself, and the layers before it:
/// core, batch, plugin, dag, {model, store}, metrics, engine, scheduler, worker, service, cli.
std::vector<std::string> layer_violations(const Tree& tree);

/// sdk/ and plugins/ include nothing of orchestrator/ and link none of its libraries; a plugin
/// includes nothing of another plugin. No include anywhere climbs with "..".
std::vector<std::string> sdk_and_plugin_violations(const Tree& tree);

/// A heavy library has one user: a single .cpp in its folder.
std::vector<std::string> library_user_violations(const Tree& tree);

/// Headers below sdk/include and sdk/testing/include use the standard library and each other, no
/// third party; those of the ABI are C: only stddef.h and stdint.h.
std::vector<std::string> public_header_violations(const Tree& tree);

/// The licence is the first line of each C and C++ file; headers have #pragma once (the ABI's,
/// being C, an include guard).
std::vector<std::string> file_head_violations(const Tree& tree);

/// No file holds a path of one machine (somebody's home, a temporary folder), the address of a
/// package registry, or a note of work left to do.
std::vector<std::string> text_violations(const Tree& tree);

}  // namespace weirflow::structure
