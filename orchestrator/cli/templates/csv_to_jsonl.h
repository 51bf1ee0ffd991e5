// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// `weirflow init csv-to-jsonl`: a CSV file to JSON lines, bad records to a file of their own.

namespace weirflow::cli {

inline constexpr const char* kCsvToJsonlDag =
    R"TOML(# Turns a CSV file into JSON lines. Records that cannot be read go to their own file, with the
# place and the reason.
#
#   weirflow run csv_to_jsonl.toml
#   weirflow run csv_to_jsonl.toml --set params.input=your.csv

[dag]
name        = "csv-to-jsonl"
description = "CSV in, JSON lines out"

[params]
input  = { type = "path", default = "comments.csv", help = "CSV file with a header" }
output = { type = "path", default = "rows.jsonl", help = "Where the rows go" }
errors = { type = "path", default = "refused.jsonl", help = "Where records go that cannot be read" }

[task.rows]
uses = "file.csv"
with = { path = "{{ params.input }}", encoding = "utf-8|cp1252" }   # per field: the first that fits

[task.written]
uses = "file.jsonl_sink"
from = "rows"
with = { path = "{{ params.output }}" }

[task.refused]
uses = "file.jsonl_sink"
from = "rows.errors"
with = { path = "{{ params.errors }}" }
)TOML";

inline constexpr const char* kCsvToJsonlData = R"CSV(id,body,score
1,"A comment
over two lines",12
2,"With ""quotes"" inside",-3
3,Plain,0
)CSV";

inline constexpr const char* kCsvToJsonlReadme = R"MD(# CSV to JSON lines

```sh
weirflow run csv_to_jsonl.toml
weirflow run csv_to_jsonl.toml --set params.input=your.csv
weirflow show csv_to_jsonl.toml rows --rows 5
```

Rows go to `rows.jsonl`, records that cannot be read to `refused.jsonl`. `comments.csv` is an
example. `weirflow plugins info file.csv` lists delimiters, encodings and types.
)MD";

}  // namespace weirflow::cli
