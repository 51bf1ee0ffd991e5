// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that a plugin needs: `#include <weirflow/plugin.hpp>`.

#include "weirflow/batch.hpp"
#include "weirflow/component.hpp"
