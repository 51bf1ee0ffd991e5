/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_ENTRY_NAME wf_plugin_entry_v2
#include "base.h"
