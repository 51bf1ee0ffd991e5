/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Sound by itself, but its component is that of good.so. */
#include "base.h"
