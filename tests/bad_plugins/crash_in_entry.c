/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#define BAD_IN_ENTRY raise(SIGSEGV);
#include "base.h"
