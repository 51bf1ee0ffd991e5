// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// The two CSV files of the published classifier as settings of the CSV reader.

#include "weirflow/io/common_fields.hpp"
#include "weirflow/io/csv.hpp"

namespace weirflow::reddit {

/// Sets what these files have in common (every field quoted, bodies over several lines, mixed
/// encodings, NA for null) and, for the columns that the first file has, their types: body,
/// id-like ones utf8, `removed` bool or int64 (`removed_type`), score, counters int64, times
/// timestamp. Reads the header of the first of `paths`. The known headers are those of the small
/// file (row, x, body, removed) and of the large one (index, body, score, parent id, id, created,
/// retrieved, removed, with blanks, dots or underscores between words, any case); columns with
/// other names are inferred. invalid_data when there is no column `body`.
wf::Result<wf::io::CsvOptions> preset_options(wf::io::CsvOptions options,
                                              const std::vector<std::string>& paths,
                                              wf::Type removed_type);

/// The type of a column of these files by its name; null: not known.
wf::Type preset_type(std::string_view column, wf::Type removed_type);

}  // namespace weirflow::reddit
