// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Documents as bytes of a checkpoint: of a sink's state, or of an epoch that is sent after its
/// commit. Holds all that another process needs to send them, but no secret.
///
/// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "document.h"
#include "http_pool.h"
#include "sender.h"
#include "weirflow/schema.hpp"

namespace weirflow::elasticsearch {

/// How the documents of a sink are sent, as far as it may be stored.
struct Route {
  HttpOptions http;  ///< stored without user, password and authorization
  SenderOptions sender;
  wf::Schema schema;  ///< of the rows
};

struct Stored {
  std::string stage;  ///< names the bytes themselves: no two have the same
  bool needs_secret = false;
  Route route;
  std::vector<Document> documents;
};

/// Equal for routes that send the same way, secrets apart.
std::string route_text(const Route& route);

std::string store(const Route& route, const std::vector<Document>& documents,
                  const std::string& stage);
/// invalid_data when the bytes are none of store().
wf::Result<Stored> read_stored(std::string_view bytes);

}  // namespace weirflow::elasticsearch
