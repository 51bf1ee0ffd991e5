# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""scikit-learn's classifier of comments: reads, fits, and, with a second argument, predicts.

    classifier_sklearn.py COMMENTS [predict]

Prints the seconds of each step as JSON.
"""

import csv
import html
import json
import sys
import time

started = time.perf_counter()

from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

WORDS = r"\w+"


def read(path):
    """Bodies and labels, each field UTF-8 or else cp1252, cleaned as text.clean does."""
    csv.field_size_limit(1 << 30)
    bodies, labels = [], []
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        body, label = names.index("body"), names.index("removed")
        for row in rows:
            text = row[body]
            if not text.isascii():
                raw = text.encode("utf-8", "surrogateescape")
                try:
                    text = raw.decode("utf-8")
                except UnicodeDecodeError:
                    text = raw.decode("cp1252", "replace")
            text = html.unescape(text).replace("\r\n", " ").replace("\\", "")
            bodies.append(text)
            labels.append(int(row[label]))
    return bodies, labels


def main():
    seconds = {"import": time.perf_counter() - started}
    start = time.perf_counter()
    bodies, labels = read(sys.argv[1])
    seconds["read"] = time.perf_counter() - start

    start = time.perf_counter()
    vectoriser = TfidfVectorizer(
        token_pattern=WORDS, ngram_range=(1, 3), min_df=3, max_features=10000, sublinear_tf=True
    )
    features = vectoriser.fit_transform(bodies)
    seconds["vectorise"] = time.perf_counter() - start
    start = time.perf_counter()
    model = LogisticRegression(C=1.0, solver="liblinear").fit(features, labels)
    seconds["regression"] = time.perf_counter() - start

    if len(sys.argv) > 2:
        start = time.perf_counter()
        model.predict_proba(vectoriser.transform(bodies))
        seconds["predict"] = time.perf_counter() - start
        some = bodies[:500]
        start = time.perf_counter()
        for text in some:
            model.predict_proba(vectoriser.transform([text]))
        seconds["predict_one"] = (time.perf_counter() - start) / len(some)
    print(json.dumps({"rows": len(bodies), "seconds": seconds}))


main()
