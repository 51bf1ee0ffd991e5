/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#include "base.h"

__attribute__((constructor)) static void crash(void) { abort(); }
