/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* The fiftieth instance fails. */
static int made;
#define BAD_IN_CREATE                                   \
  if (++made == 50) {                                   \
    fail(error, WF_ERR_EXHAUSTED, "no handle is left"); \
    return NULL;                                        \
  }
#include "base.h"
