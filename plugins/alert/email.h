// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text of a mail (RFC 5322, MIME).
///
/// Threads: pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace weirflow::alert {

struct MailParts {
  std::string from;
  std::vector<std::string> to;
  std::string subject, body;  ///< UTF-8
  std::string id;             ///< of the message, for Message-ID
  int64_t now_us = 0;
};

/// Plain text in UTF-8 as base64; the subject as an encoded word when it is not plain ASCII. Line
/// ends inside of headers become blanks.
std::string mail_text(const MailParts& parts);

/// "Mon, 23 Nov 2026 11:26:22 +0000".
std::string mail_date(int64_t us);

}  // namespace weirflow::alert
