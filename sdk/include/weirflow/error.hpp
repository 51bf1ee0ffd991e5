// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Between wf::Status and the C error struct.

#include <cstring>

#include "weirflow/abi/types.h"
#include "weirflow/status.hpp"

namespace wf {

namespace detail {
/// Copies text, NUL-terminated, cut at a UTF-8 boundary when it does not fit.
template <size_t N>
void copy_text(char (&out)[N], std::string_view text) {
  size_t n = std::min(text.size(), N - 1);
  if (n < text.size())
    while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
  std::memcpy(out, text.data(), n);
  out[n] = '\0';
}
}  // namespace detail

/// Fills *error (at most its struct_size bytes) and returns the code. `error` may be NULL.
inline int32_t to_abi(const Status& status, wf_error* error) {
  if (status.ok()) return WF_OK;
  if (error) {
    wf_error full{};
    full.struct_size = error->struct_size;
    full.code = static_cast<int32_t>(status.code());
    full.retryable = static_cast<uint32_t>(status.retry());
    full.row = status.row();
    detail::copy_text(full.message, status.message());
    if (const auto* place = status.place()) {
      detail::copy_text(full.key, place->key);
      detail::copy_text(full.hint, place->hint);
      full.key_offset = place->offset;
      full.key_length = place->length;
    }
    std::memcpy(error, &full, std::min<size_t>(error->struct_size, sizeof(full)));
  }
  return static_cast<int32_t>(status.code());
}

/// The Status of an answer: ok for code >= 0, else what the error says.
inline Status from_abi(int32_t code, const wf_error& error) {
  if (code >= 0) return {};
  std::string_view message(error.message, strnlen(error.message, sizeof(error.message)));
  const bool known = code >= WF_ERR_INTERNAL;
  Status status(known ? static_cast<Code>(code) : Code::internal,
                message.empty()
                    ? std::string("no reason was given (code ") + std::to_string(code) + ")"
                    : std::string(message));
  if (error.retryable == 1 || error.retryable == 2)
    status = std::move(status).retryable(error.retryable == 1);
  if (error.row >= 0) status = std::move(status).at_row(error.row);
  if (error.key[0] || error.hint[0])
    status = std::move(status).at(
        {std::string(error.key, strnlen(error.key, sizeof(error.key))), error.key_offset,
         error.key_length, std::string(error.hint, strnlen(error.hint, sizeof(error.hint)))});
  return status;
}

/// A zeroed error that a callee may fill.
inline wf_error make_error() {
  wf_error error{};
  error.struct_size = sizeof(error);
  error.row = -1;
  return error;
}

}  // namespace wf
