/* Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0 */
#define BAD_EXTRA_PORTS \
  { sizeof(wf_port_info), WF_PORT_INPUT, 0, 0, STR("in"), STR(""), STR(""), NULL }
#include "base.h"
