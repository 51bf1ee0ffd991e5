/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
/* Linked by needs_library.so and not to be found when that is loaded. */
int weirflow_only_in_the_missing_library(void);
int weirflow_only_in_the_missing_library(void) { return 0; }
