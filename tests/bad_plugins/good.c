/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Nothing is wrong with it: what the others differ from. */
#include "base.h"
