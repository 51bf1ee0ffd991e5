// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "http_sink.h"
#include "http_source.h"

WF_PLUGIN(weirflow::http::HttpSource, weirflow::http::HttpSink)
