// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// `weirflow init hello`: made-up comments, filtered, counted, written. Needs no input and no
/// compiler.

namespace weirflow::cli {

inline constexpr const char* kHelloDag =
    R"TOML(# A first DAG: makes up comments, keeps the popular ones, and writes them to a file.
#
#   weirflow run hello.toml
#   weirflow show hello.toml popular --rows 5
#   weirflow graph hello.toml

[dag]
name        = "hello"
description = "Made-up comments, filtered and written"

[params]
rows   = { default = 1000, help = "How many comments to make up" }
output = { type = "path", default = "popular.jsonl", help = "Where the result goes" }

[task.comments]                     # a source: rows begin here
uses = "demo.comments"
with = { rows = "{{ params.rows }}" }

[task.popular]                      # a transform: reads the rows of `comments`
uses = "flow.filter"
from = "comments"
with = { where = "score >= 10" }

[task.written]                      # a sink: rows end here
uses = "file.jsonl_sink"
from = "popular"
with = { path = "{{ params.output }}" }
)TOML";

inline constexpr const char* kHelloReadme = R"MD(# hello

One DAG: `hello.toml`. A *task* uses a *component*; `from` says where its rows come from.

```sh
weirflow run hello.toml
weirflow run hello.toml --set params.rows=50
weirflow show hello.toml popular --rows 5
weirflow plugins list
```

The result is `popular.jsonl`, one JSON object a line.
)MD";

}  // namespace weirflow::cli
