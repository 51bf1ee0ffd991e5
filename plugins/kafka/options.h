// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the configuration to properties of librdkafka, without librdkafka itself. Pure functions.

#include <string>
#include <utility>
#include <vector>

#include "config.h"

namespace weirflow::kafka {

/// Properties in the order in which they are set.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// "a:9092,b:9092": sorted, each once. invalid_config for none, or for an address that is none.
wf::Result<std::string> broker_list(const std::vector<std::string>& brokers);

/// Brokers, security and the user's options. invalid_config for a combination that cannot work and
/// for options that the component sets itself, with the reason.
wf::Result<Properties> client_properties(const ClientConfig& config);

/// What kafka.source sets besides; `group`: for the courtesy commits alone.
wf::Result<Properties> consumer_properties(const SourceConfig& config, const std::string& group);

/// What kafka.sink sets besides. `transactional_id` empty: idempotent without transactions.
/// `largest_batch`: bytes that the topic takes at once.
wf::Result<Properties> producer_properties(const SinkConfig& config,
                                           const std::string& transactional_id,
                                           int64_t largest_batch);

/// Such properties as text, one a line and sorted, for comparison; secrets as "(secret)".
std::string describe(const Properties& properties);

/// Whether the value of a property must not be shown.
bool is_secret(std::string_view property);

/// "kafka a:9092,b:9092 sasl_ssl": equal for sinks that can share a transaction.
wf::Result<std::string> cluster_key(const ClientConfig& config);

}  // namespace weirflow::kafka
