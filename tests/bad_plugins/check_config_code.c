/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_CONFIGURE \
  if (n_items > 0) return -99;
#include "base.h"
