/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_PROCESS              \
  struct ArrowArray again = *batch; \
  batch->release(batch);            \
  again.release(&again);            \
  return WF_CONTINUE;
#include "base.h"
