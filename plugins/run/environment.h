// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a program is given of the host's environment, and where it is found.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weirflow/status.hpp"

namespace weirflow::run {

/// Names and values, in order.
using Variables = std::vector<std::pair<std::string, std::string>>;

/// The variables of this process, without those that hold secrets (WEIRFLOW_SECRET_*). `clean`:
/// only PATH, HOME, USER, LANG, LC_ALL, TZ and TMPDIR, where set.
/// Threads: any, while nobody changes the environment.
Variables inherited_variables(bool clean);

/// Sets a variable, replacing one of that name.
void set_variable(Variables& variables, std::string_view name, std::string value);

/// The file that a program's name stands for: with a slash the path itself, relative to `cwd`; else
/// the first executable file of that name in the folders of PATH. not_found says where it was
/// looked for; permission_denied when it is there and cannot be executed.
wf::Result<std::string> find_program(const std::string& name, const Variables& variables,
                                     const std::string& cwd);

}  // namespace weirflow::run
