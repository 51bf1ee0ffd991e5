// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text with parts from columns: "{kafka_topic}-{kafka_offset}", "comments-{created:%Y.%m}". A part
/// with a format is a timestamp (UTC): %Y, %m, %d, %H, %j (day of the year), %V and %G (ISO week
/// and its year). There is no way to write a brace.
///
/// Threads: a value; append() from any.

#include <string>
#include <string_view>
#include <vector>

#include "weirflow/batch.hpp"

namespace weirflow::elasticsearch {

class ColumnText {
 public:
  /// invalid_config with the place in the text of `key`: an unknown column (and the nearest), one
  /// whose type is no text (lists, structs, binary), a brace without its other half.
  static wf::Result<ColumnText> parse(const std::string& text, const wf::Schema& schema,
                                      const std::string& key);
  ColumnText() = default;

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  /// Appends the text of a row; -1, or the column that is null there (*out is undefined then).
  int append(const wf::Batch& batch, int64_t row, std::string* out) const;

 private:
  struct Part {
    std::string literal;  ///< or, with a column, its format
    int column = -1;
  };
  std::vector<Part> parts_;
};

}  // namespace weirflow::elasticsearch
