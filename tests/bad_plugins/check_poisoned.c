/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* After one cancelled instance no other works. */
static int cancelled;
#define BAD_IN_CANCEL cancelled = 1;
#define BAD_IN_PROCESS                               \
  if (cancelled) {                                   \
    batch->release(batch);                           \
    return fail(error, WF_ERR_CANCELLED, "stopped"); \
  }
#include "base.h"
