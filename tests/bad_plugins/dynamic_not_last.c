/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_EXTRA_PORTS \
  { sizeof(wf_port_info), WF_PORT_OUTPUT, WF_PORT_DYNAMIC, 0, STR("*"), STR(""), STR("size"), NULL }
#include "base.h"
