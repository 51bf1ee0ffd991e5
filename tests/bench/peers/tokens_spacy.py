# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Tokens per second of spaCy's English tokenizer, its cache cold and warm: tokens_spacy.py COMMENTS"""

import csv
import json
import sys
import time

import spacy


def tokens_per_second(tokenizer, texts):
    start = time.perf_counter()
    count = sum(len(tokenizer(text)) for text in texts)
    return count, count / (time.perf_counter() - start)


def main():
    csv.field_size_limit(1 << 30)
    with open(sys.argv[1], encoding="cp1252", errors="replace", newline="") as file:
        texts = [row["body"].replace("\r\n", " ") for row in csv.DictReader(file)]
    tokenizer = spacy.blank("en").tokenizer
    count, cold = tokens_per_second(tokenizer, texts)
    warm = max(tokens_per_second(tokenizer, texts)[1] for _ in range(2))
    print(json.dumps({"tokens": count, "cold": cold, "warm": warm}))


main()
