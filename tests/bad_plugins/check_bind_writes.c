/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#define BAD_IN_BIND                   \
  FILE* log = fopen("bind.log", "a"); \
  if (log) fclose(log);
#include "base.h"
