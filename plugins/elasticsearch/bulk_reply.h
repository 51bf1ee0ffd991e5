// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a node says of each document of a bulk.
///
/// Threads: pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document.h"
#include "weirflow/status.hpp"

namespace weirflow::elasticsearch {

struct ItemReply {
  int status = 0;
  std::string type;    ///< of the error, "mapper_parsing_exception"; empty: none
  std::string reason;  ///< with its cause
};

/// The items in the order of the request; those of an answer without errors have status 200 alone.
/// invalid_data when the text is no answer to a bulk of `expected` documents.
wf::Result<std::vector<ItemReply>> parse_bulk_reply(const std::string& text, size_t expected);

/// "type: reason" of an answer that is an error as a whole; its beginning when it is something
/// else.
std::string error_reason(const std::string& text);

enum class Verdict : uint8_t {
  done,     ///< it is there, or a newer one is
  retry,    ///< the node could not for now
  stop,     ///< the node may not (401, 403): all wait
  refused,  ///< never
};

struct Judgement {
  Verdict verdict = Verdict::done;
  std::string_view code;  ///< of the refusal
};

/// What decides of a verdict besides the answer.
struct Expectation {
  Op op = Op::index;
  bool versioned = false;      ///< external versions: a conflict means that a newer one is there
  bool deterministic = false;  ///< a document that exists already is this one, of an attempt before
};
/// `may_be_there`: of the document, before this request.
Judgement judge(const ItemReply& item, const Expectation& expected, bool may_be_there);

}  // namespace weirflow::elasticsearch
