// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The transactional calls of librdkafka. Each blocks for about `timeout_ms`, sometimes longer.
/// Threads: one at a time for a producer.
///
/// Errors: conflict when another producer of the same id has taken over, else what librdkafka says.

#include <string>

#include "producer.h"
#include "weirflow/component.hpp"

namespace weirflow::kafka {

wf::Status init_transactions(Producer& producer, int timeout_ms);
wf::Status begin_transaction(Producer& producer);
wf::Status abort_transaction(Producer& producer, int timeout_ms);
/// Commits the transaction, and with it offset `epoch` and `metadata` of `group` for partition 0 of
/// `topic`.
wf::Status commit_transaction(Producer& producer, const std::string& group,
                              const std::string& topic, int64_t epoch, const std::string& metadata,
                              int timeout_ms);
/// The offset that `group` has committed for partition 0 of `topic`, with its metadata "N hash";
/// waits while a transaction with such offsets is open. invalid_data when the two disagree.
wf::Result<wf::Committer::Recorded> read_record(const ClientConfig& config,
                                                const std::string& group, const std::string& topic,
                                                int timeout_ms);

}  // namespace weirflow::kafka
