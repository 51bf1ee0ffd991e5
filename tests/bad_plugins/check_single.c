/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* One instance in a process. */
static int instances;
#define BAD_IN_CREATE                                             \
  if (instances) {                                                \
    fail(error, WF_ERR_CONFLICT, "there is an instance already"); \
    return NULL;                                                  \
  }                                                               \
  instances = 1;
#define BAD_DESTROY instances = 0;
#include "base.h"
