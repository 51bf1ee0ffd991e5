// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "sink.h"
#include "source.h"

WF_PLUGIN(weirflow::elasticsearch::ElasticSink, weirflow::elasticsearch::ElasticSource)
