/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Prints to standard output while it is loaded, which must not be taken for its description. */
#include <stdio.h>

#include "base.h"

__attribute__((constructor)) static void talk(void) {
  puts("{\"name\": \"something else\"}");
  fflush(stdout);
}
