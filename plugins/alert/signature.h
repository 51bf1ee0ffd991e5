// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Keys and hashes of messages.
///
/// Threads: pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weirflow/error.hpp"

namespace weirflow::alert {

/// "alert_" and 32 hex digits of the events' ids: the same events, the same message.
std::string message_id(const std::vector<std::string>& ids);

/// The key of a Standard Webhooks secret: "whsec_" and base64, with or without the prefix; 24 to 64
/// bytes (Standard Webhooks, "Signature scheme"). invalid_config.
wf::Result<std::string> webhook_key(const std::string& secret);

/// The header webhook-signature: one "v1,<base64>" for each key, of HMAC-SHA256 over
/// "id.timestamp.body"; seconds since 1970.
std::string webhook_signature(const std::vector<std::string>& keys, std::string_view id,
                              int64_t timestamp_s, std::string_view body);

}  // namespace weirflow::alert
