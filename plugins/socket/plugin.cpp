// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "socket_source.h"

WF_PLUGIN(weirflow::socket::SocketSource)
