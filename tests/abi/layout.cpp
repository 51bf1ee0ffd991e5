// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "layout.c"
