// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Dumps: one comment a line (RC_YYYY-MM.zst, or plain).

#include "comment.h"

namespace weirflow::reddit {

/// The columns of a dump read with `columns` (empty: all).
wf::Result<wf::Schema> dump_schema(const std::vector<std::string>& columns);

/// Lines into comments; `options.columns` is not used. Memory is bounded by the zstd window (at
/// most 2 GiB for today's dumps), the longest line and one batch.
wf::Result<std::unique_ptr<wf::io::RecordReader>> open_dump(const std::vector<std::string>& paths,
                                                            const std::vector<std::string>& columns,
                                                            const wf::io::JsonlOptions& options,
                                                            wf::io::BadRecordSink sink);

}  // namespace weirflow::reddit
