// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// errno as a Status. Internal to weirflow-io.

#include <cerrno>
#include <cstring>
#include <string>

#include "weirflow/status.hpp"

namespace wf::io {

/// "NAME: WHAT: reason of errno", with the code that fits the reason.
inline Status system_error(const std::string& name, const std::string& what) {
  const int error = errno;
  Code code = Code::io_error;
  if (error == ENOENT || error == ENOTDIR) code = Code::not_found;
  if (error == EACCES || error == EPERM || error == EROFS) code = Code::permission_denied;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG || error == EMFILE || error == ENOMEM)
    code = Code::resource_exhausted;
  return {code, name + ": " + what + ": " + std::strerror(error)};
}

}  // namespace wf::io
