/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#include "base.h"

WF_EXPORT int weirflow_left_over(void);
WF_EXPORT int weirflow_left_over(void) { return 1; }
