/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_PROCESS out->count(out->context, WF_COUNT_PASSED, 1);
#include "base.h"
