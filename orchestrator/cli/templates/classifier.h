// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

/// `weirflow init classifier`: make data, train and check a text classifier, apply it to a file.

namespace weirflow::cli {

inline constexpr const char* kClassifierGroup =
    R"TOML(# A group: from a text to the probability that it is of class 1. train.toml fits it, score.toml
# applies it. Rows need a column `body`, and for fitting a column `removed` (0 or 1).

[group]
name    = "text-classifier"
inputs  = { in = "clean.in" }
outputs = { out = { port = "score.out", add = ["model_score", "probability", "decision", "threshold", "model_version", "contributions"] } }

[params]
max_features = { default = 10000, help = "N-grams that the model may use" }

[task.clean]                        # entities, odd line ends and escapes out of the text
uses = "text.clean"
with = { column = "body" }

[task.tokenize]                     # words
uses = "text.tokenize"
from = "clean"
with = { column = "body", lower = true }

[task.tfidf]                        # single words, pairs and triples, weighted by how rare they are
uses = "ml.tfidf"
from = "tokenize"
with = { ngrams = [1, 3], min_df = 3, max_features = "{{ params.max_features }}", sublinear_tf = true, terms = true }

[task.score]                        # the classifier itself
uses = "ml.logistic_regression"
from = "tfidf"
with = { label = "removed" }
)TOML";

inline constexpr const char* kClassifierData =
    R"TOML(# Makes labelled comments to try the classifier with. Bring your own CSV instead when you have one.
#
#   weirflow run make_data.toml

[dag]
name        = "make-data"
description = "Made-up comments with a label"

[params]
rows   = { default = 3000, help = "How many comments" }
output = { type = "path", default = "comments.csv", help = "Where they go" }

[task.comments]
uses = "demo.comments"
with = { rows = "{{ params.rows }}" }

[task.written]
uses = "file.csv_sink"
from = "comments"
with = { path = "{{ params.output }}" }
)TOML";

inline constexpr const char* kClassifierTrain =
    R"TOML(# Trains the classifier, checks it on a tenth that it has not seen, and makes it the champion if it
# is good enough.
#
#   weirflow run train.toml --set params.comments=comments.csv

[dag]
name        = "train"
description = "Train and check the text classifier"

[params]
comments = { type = "path", default = "comments.csv", help = "CSV with the columns body and removed" }

[task.comments]
uses = "file.csv"
with = { path = "{{ params.comments }}", encoding = "utf-8|cp1252" }

[task.parts]                        # nine tenths to learn from, one tenth to check with
uses = "flow.split"
from = "comments"
with = { test = 0.1, stratify = "removed", seed = 42 }

[task.model]                        # fit: learn, and store a new version of the model
group = "classifier.toml"
from  = "parts.train"
mode  = "fit"
model = "text-classifier"

[task.check]                        # apply: the version just made, on the other tenth
group = "classifier.toml"
from  = "parts.test"
mode  = "apply"
model = "{{ tasks.model.version }}"

[task.quality]
uses = "ml.evaluate"
from = "check"
with = { label = "removed" }

[task.publish]                      # the new champion, unless it is poor
uses  = "model.publish"
after = ["quality"]

[task.publish.with]
version = "{{ tasks.model.version }}"
alias   = "champion"
metrics = "{{ tasks.quality.result }}"
gate    = { auc = { min = 0.60 } }
)TOML";

inline constexpr const char* kClassifierScore =
    R"TOML(# Scores a file with the champion and writes every row with its probability.
#
#   weirflow run score.toml --set params.comments=comments.csv

[dag]
name        = "score"
description = "Score a file with the champion"

[params]
comments = { type = "path", default = "comments.csv", help = "CSV with a column body" }
output   = { type = "path", default = "scored.jsonl", help = "Where the rows go" }

[task.comments]
uses = "file.csv"
with = { path = "{{ params.comments }}", encoding = "utf-8|cp1252" }

[task.classified]
group = "classifier.toml"
from  = "comments"
mode  = "apply"
model = "text-classifier@champion"

[task.sorted]                       # the most suspicious first
uses = "flow.sort"
from = "classified"
with = { by = "probability desc" }

[task.written]
uses = "file.jsonl_sink"
from = "sorted"
with = { path = "{{ params.output }}" }
)TOML";

inline constexpr const char* kClassifierReadme = R"MD(# Text classifier

| file | what it does |
|---|---|
| `make_data.toml` | makes up `comments.csv` |
| `classifier.toml` | the model as a group: clean, cut into words, weigh n-grams, classify |
| `train.toml` | fits it, checks it on a tenth, makes it the champion |
| `score.toml` | applies the champion to a file |

```sh
weirflow run make_data.toml
weirflow run train.toml --report report.html
weirflow run score.toml
weirflow model list
```

Your own data: a CSV with a column `body` and, for training, a column `removed` that is 0 or 1.
)MD";

}  // namespace weirflow::cli
