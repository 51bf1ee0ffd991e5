# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Seconds in which a CSV file is read: read_csv.py pyarrow|pandas FILE ROUNDS. Best and first."""

import json
import sys
import time


def pyarrow_reader():
    from pyarrow import csv

    parse = csv.ParseOptions(newlines_in_values=True)
    read = csv.ReadOptions(encoding="latin1")
    return lambda path: csv.read_csv(path, parse_options=parse, read_options=read).num_rows


def pandas_reader():
    import pandas

    return lambda path: len(pandas.read_csv(path, encoding="latin1"))


def main():
    reader = {"pyarrow": pyarrow_reader, "pandas": pandas_reader}[sys.argv[1]]()
    times, rows = [], 0
    for _ in range(int(sys.argv[3])):
        start = time.perf_counter()
        rows = reader(sys.argv[2])
        times.append(time.perf_counter() - start)
    print(json.dumps({"rows": rows, "best": min(times), "first": times[0]}))


main()
