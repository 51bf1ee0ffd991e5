// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "plugin/inspect.h"

int main(int argc, char** argv) {
  return weirflow::plugin::run_hidden_command(argc, argv).value_or(2);
}
