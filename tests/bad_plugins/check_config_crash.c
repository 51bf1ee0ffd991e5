/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Takes it that the value is an integer: a string is its end. */
#include <signal.h>

#define BAD_IN_CONFIGURE \
  if (n_items > 0 && items[0].value.type == WF_VALUE_STRING) raise(SIGSEGV);
#include "base.h"
