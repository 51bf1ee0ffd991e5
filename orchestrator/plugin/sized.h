// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reading structs that begin with `uint32_t struct_size` and may be shorter or longer than ours.

#include <algorithm>
#include <cstring>

#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// The known part of *from in a zeroed struct. `minimum`: the size of the struct in its first
/// release; one that says it is smaller, or NULL, is invalid_data. `what` names it in the message.
template <typename T>
wf::Result<T> copy_sized(const T* from, size_t minimum, std::string_view what) {
  if (!from) return wf::invalid_data(std::string(what) + " is NULL");
  const size_t size = from->struct_size;
  if (size < minimum)
    return wf::invalid_data(std::string(what) + " says it has " + std::to_string(size) +
                            " bytes, at least " + std::to_string(minimum) + " are needed");
  T mine{};
  std::memcpy(&mine, from, std::min(sizeof(T), size));
  mine.struct_size = static_cast<uint32_t>(std::min(sizeof(T), size));
  return mine;
}

}  // namespace weirflow::plugin
