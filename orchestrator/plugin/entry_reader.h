// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From a library's static entry to owned, checked values.

#include <vector>

#include "plugin/component_info.h"
#include "weirflow/abi/entry.h"
#include "weirflow/status.hpp"

namespace weirflow::plugin {

/// A component class as read: its function, and the pointer that the function wants back.
struct ComponentClass {
  const wf_component_class* self = nullptr;
  decltype(wf_component_class::create) create = nullptr;
};

/// A library's content: classes[i] makes instances of info.components[i].
struct Entry {
  LibraryInfo info;
  std::vector<ComponentClass> classes;
};

/// Reads and checks an entry completely: sizes, pointers, text (UTF-8, length), enumerations, ids
/// (`library.name`, the library's own name first, each once), ports and keys (names, duplicates,
/// dynamic ports last), types and ranges of defaults, functions that must be there. Refuses another
/// ABI major, and a floor above this host's minor. The message says which component, port or key
/// is wrong and why; it does not name the file. Info's path is empty.
wf::Result<Entry> read_entry(const wf_entry* entry);

}  // namespace weirflow::plugin
