/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Has an answer for an id that nobody knows. */
static const char something[64];
#define BAD_EXTENSION (id.length == 12 && !memcmp(id.data, "wf.nothing/1", 12) ? something : NULL)
#include "base.h"
