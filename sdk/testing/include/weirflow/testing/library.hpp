// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// A built plugin library, for tests that drive its components through the C entry.

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "weirflow/abi/entry.h"
#include "weirflow/value.hpp"

namespace wf::testing {

/// The component `id` ("file.csv") of <library>.so in the folder WEIRFLOW_PLUGIN_PATH. The library
/// stays loaded. Throws std::runtime_error when there is none.
inline const wf_component_class* component_of(std::string_view id) {
  const char* folder = std::getenv("WEIRFLOW_PLUGIN_PATH");
  const std::string path =
      std::string(folder ? folder : ".") + "/" + std::string(id.substr(0, id.find('.'))) + ".so";
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(::dlerror());
  using Entry = const wf_entry* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, "wf_plugin_entry_v1"));
  if (!entry) throw std::runtime_error(path + " exports no entry");
  for (uint32_t i = 0; i < entry()->n_components; ++i)
    if (view(entry()->components[i]->descriptor->id) == id) return entry()->components[i];
  throw std::runtime_error(path + " has no component " + std::string(id));
}

}  // namespace wf::testing
