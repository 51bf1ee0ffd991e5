// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Templates in strings: `{{ params.x }}`, `{{ tasks.T.version }}`, `{{ tasks.T.result.key }}`,
/// `{{ secret.NAME }}`. `{{{{` stands for two literal braces. Nothing else is evaluated.

#include <cstdint>

#include "dag/diagnostics.h"
#include "dag/value.h"

namespace weirflow::dag {

/// What a place in the file may refer to.
struct TemplateRules {
  bool params = false;
  bool tasks = false;
  bool secrets = false;
  const char* where = "";  ///< "in `when`", for the refusal
};

/// Replaces strings with templates, in `value` and below, by Template values; a string with `{{{{`
/// only becomes the plain string that it stands for. Reports bad templates and those that the rules
/// forbid, all of them; such strings stay as they are.
void parse_templates(Value& value, const TemplateRules& rules, const Sources& sources,
                     Diagnostics& diagnostics);

}  // namespace weirflow::dag
