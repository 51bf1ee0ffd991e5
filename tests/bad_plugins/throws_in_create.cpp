// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "weirflow/plugin.hpp"

/// Its constructor throws, which the SDK must turn into an error.
class Bad : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("throws.pass").version("1.0.0");
  Bad() { throw std::runtime_error("the moon is full"); }
};
WF_PLUGIN(Bad)
