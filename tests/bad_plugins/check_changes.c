/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_IN_ENTRY summary[0] = (char)(summary[0] == 'H' ? 'h' : 'H');
#include "base.h"
