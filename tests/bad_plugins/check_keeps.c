/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Never releases the rows of every third batch. */
static int batches;
#define BAD_IN_PROCESS                                 \
  if (++batches % 3 == 0) {                            \
    batch->release = NULL;                             \
    out->count(out->context, WF_COUNT_FILTERED, rows); \
    return WF_CONTINUE;                                \
  }
#include "base.h"
