/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
int weirflow_has_nothing_here(void);
int weirflow_has_nothing_here(void) { return 1; }
