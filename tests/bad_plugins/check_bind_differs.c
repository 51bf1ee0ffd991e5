/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* The second bind fails. */
static int binds;
#define BAD_IN_BIND \
  if (++binds % 2 == 0) return fail(error, WF_ERR_INVALID_CONFIG, "not again");
#include "base.h"
