/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
extern int weirflow_only_in_the_missing_library(void);

#define BAD_IN_ENTRY \
  if (weirflow_only_in_the_missing_library()) return NULL;
#include "base.h"
