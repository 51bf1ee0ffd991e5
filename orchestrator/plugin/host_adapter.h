// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// HostServices as the C services of abi/host.h.

#include <mutex>
#include <string>

#include "plugin/host_services.h"
#include "weirflow/abi/host.h"

namespace weirflow::plugin {

/// One per instance; lives longer than it. `services` lives longer than this.
class HostAdapter {
 public:
  explicit HostAdapter(HostServices& services);
  HostAdapter(const HostAdapter&) = delete;
  HostAdapter& operator=(const HostAdapter&) = delete;

  [[nodiscard]] const wf_host* abi() const { return &host_; }
  [[nodiscard]] HostServices& services() const { return services_; }

 private:
  friend struct HostCalls;
  HostServices& services_;
  wf_host host_{};
  TaskInfo info_;
  wf_task task_{};
  std::once_flag spill_once_;
  std::string spill_;
};

}  // namespace weirflow::plugin
