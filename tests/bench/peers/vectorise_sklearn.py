# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Tokens per second of TfidfVectorizer.fit on words that are cut already.

    vectorise_sklearn.py TOKENS REPEATED TERMS

TOKENS: JSON lines, one list each; the documents are repeated so often; 0 terms: all.
"""

import json
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        documents = [json.loads(line) for line in file] * int(sys.argv[2])
    vectoriser = TfidfVectorizer(
        tokenizer=lambda words: words,
        preprocessor=lambda words: words,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 3),
        min_df=3,
        max_features=int(sys.argv[3]) or None,
        sublinear_tf=True,
    )
    start = time.perf_counter()
    vectoriser.fit(documents)
    seconds = time.perf_counter() - start
    tokens = sum(len(words) for words in documents)
    print(json.dumps({"tokens": tokens, "per_second": tokens / seconds}))


main()
