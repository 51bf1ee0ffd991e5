// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The alerts of an epoch as bytes of its checkpoint: all that another process needs to send them,
/// but no secret.
///
/// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "channel.h"
#include "outbox.h"

namespace weirflow::alert {

struct Stored {
  std::string stage;                ///< names these bytes: no two have the same
  std::vector<std::string> before;  ///< stages whose alerts are here too, as far as they were open
  std::vector<Alert> alerts;
  ChannelSettings channel;  ///< without secrets
  bool needs_secret = false;
  OutboxOptions options;
};

std::string store(const Stored& stored);
/// invalid_data when the bytes are none of store().
wf::Result<Stored> read_stored(std::string_view bytes);

}  // namespace weirflow::alert
