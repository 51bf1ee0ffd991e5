/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_ENTRY \
  if (summary[0]) return NULL;
#include "base.h"
