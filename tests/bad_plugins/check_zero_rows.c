/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_PROCESS \
  if (rows == 0) abort();
#include "base.h"
