// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weirflow/schema.hpp"

namespace weirflow::flow {

/// Components here never emit large_utf8 and large_binary: their columns become the plain types.
inline wf::DataType plain_type(const wf::DataType& type) {
  if (type.id() == wf::Type::large_utf8) return wf::Type::utf8;
  if (type.id() == wf::Type::large_binary) return wf::Type::binary;
  return type;
}

}  // namespace weirflow::flow
