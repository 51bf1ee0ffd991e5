// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return wf::io::fuzz_csv(data, size);
}
