// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "token_bucket.h"

#include <charconv>

namespace weirflow::alert {

wf::Result<TokenBucket> TokenBucket::parse(const std::string& text, const std::string& key) {
  if (text.empty()) return TokenBucket();
  const auto wrong = [&] {
    return wf::invalid_config("'" + text + "' is no rate")
        .at({key, 0, static_cast<uint32_t>(text.size()),
             "write messages/time, as in \"10/1m\"; units: s, m, h"});
  };
  int64_t messages = 0, count = 0;
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, messages);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '/' || messages < 1) return wrong();
  read = std::from_chars(read.ptr + 1, end, count);
  if (read.ec != std::errc() || read.ptr + 1 != end || count < 1) return wrong();
  const int64_t unit = *read.ptr == 's' ? 1 : *read.ptr == 'm' ? 60 : *read.ptr == 'h' ? 3600 : 0;
  constexpr int64_t kMost = 1'000'000;
  if (unit == 0 || messages > kMost || count > kMost) return wrong();
  return TokenBucket(messages, count * unit * 1'000'000);
}

}  // namespace weirflow::alert
