// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "weirflow/plugin.hpp"

// Without the SDK's trampolines: the exception itself crosses the line.

class Good : public wf::Transform<> {
 public:
  static constexpr auto kInfo = wf::component("raw.pass").version("1.0.0");
};

namespace {
wf_instance* create(const wf_component_class*, const wf_host*, wf_error*) {
  throw std::runtime_error("out of the library");
}
}  // namespace

extern "C" WF_EXPORT const wf_entry* wf_plugin_entry_v1(void);
extern "C" WF_EXPORT const wf_entry* wf_plugin_entry_v1(void) {
  static wf_component_class component = *wf::Trampoline<Good>::component_class();
  component.create = create;
  static const wf_component_class* const list[] = {&component};
  static wf_entry entry = *wf::detail::make_entry<Good>();
  entry.components = list;
  return &entry;
}
