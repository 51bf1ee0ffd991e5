/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
extern int weirflow_nobody_defines_this(void);

#define BAD_IN_ENTRY \
  if (weirflow_nobody_defines_this()) return NULL;
#include "base.h"
