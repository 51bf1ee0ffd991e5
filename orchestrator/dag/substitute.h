// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Puts the values of params into a value, and full names into its references to tasks.

#include <string>

#include "dag/diagnostics.h"
#include "dag/params.h"

namespace weirflow::dag {

struct Scope {
  const ParamValues& params;
  std::string prefix;        ///< of task names: "model." inside the group of task `model`
  bool keep_params = false;  ///< leave references to params
  /// For expressions: a single quote in a param that is put into a text is doubled, so that it
  /// cannot end the text.
  bool double_quotes = false;
};

/// A string that is one whole template becomes the param's value, with its type, base folder and
/// path mark, at the place of the string. Inside other text, values become text; a path that does
/// not stand first is made absolute. Params that are not in the scope stay references. Members of
/// tables whose value is null are left out. Reports lists, tables and null inside text.
Value substitute(const Value& value, const Scope& scope, const Sources& sources,
                 Diagnostics& diagnostics);

}  // namespace weirflow::dag
