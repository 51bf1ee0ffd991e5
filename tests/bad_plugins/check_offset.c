/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Forgets that a column may begin in the middle of its buffers. */
#define BAD_IN_PROCESS \
  for (int64_t i = 0; i < batch->n_children; ++i) batch->children[i]->offset = 0;
#include "base.h"
