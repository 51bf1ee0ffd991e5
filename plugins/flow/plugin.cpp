// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "aggregate.h"
#include "count.h"
#include "count_by.h"
#include "deduplicate.h"
#include "filter.h"
#include "join.h"
#include "limit.h"
#include "map.h"
#include "route.h"
#include "sample.h"
#include "select.h"
#include "sort.h"
#include "split.h"
#include "union.h"
#include "watermark.h"
#include "window.h"

namespace flow = weirflow::flow;

WF_PLUGIN(flow::Select, flow::Filter, flow::Map, flow::Route, flow::Union, flow::Split,
          flow::Sample, flow::Limit, flow::Sort, flow::Deduplicate, flow::Count,
          flow::AggregateRows, flow::Window, flow::CountBy, flow::Watermark, flow::Join)
