/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_DEFAULT_TYPE WF_VALUE_BOOL
#include "base.h"
