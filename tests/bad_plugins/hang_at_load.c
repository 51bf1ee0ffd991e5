/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base.h"

__attribute__((constructor)) static void hang(void) {
  for (;;) pause();
}
