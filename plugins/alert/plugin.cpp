// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <weirflow/plugin.hpp>

#include "rules.h"
#include "sinks.h"

WF_PLUGIN(weirflow::alert::Rules, weirflow::alert::WebhookSink, weirflow::alert::AlertmanagerSink,
          weirflow::alert::SlackSink, weirflow::alert::PagerDutySink, weirflow::alert::EmailSink,
          weirflow::alert::FileSink)
