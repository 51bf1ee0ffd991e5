// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "calibrate_component.h"
#include "drift_component.h"
#include "evaluate_component.h"
#include "explain_component.h"
#include "logistic_component.h"
#include "online_component.h"
#include "tfidf_component.h"

WF_PLUGIN(weirflow::ml::Tfidf, weirflow::ml::LogisticRegression, weirflow::ml::Evaluate,
          weirflow::ml::Explain, weirflow::ml::Calibrate, weirflow::ml::OnlineLogisticRegression,
          weirflow::ml::Drift)
