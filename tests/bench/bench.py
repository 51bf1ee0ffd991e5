# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Measures the cases, prints a table of ratios, and writes RESULTS.md after a full run."""

import argparse
import difflib
import os
import shutil
import sys
import time

from cases import CASES, Bench
from measure import Failed
from report import results_text, table_text


def known_cases(names):
    for name in names:
        if name not in CASES:
            near = difflib.get_close_matches(name, CASES, 1) or list(CASES)
            sys.exit(f"bench: no case is called '{name}'; did you mean '{near[0]}'? "
                     f"They are {', '.join(CASES)}")  # fmt: skip
    return names or list(CASES)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("case", nargs="*", help=f"one or more of: {', '.join(CASES)} (all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one run, no Spark")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md all the same")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    names = known_cases(arguments.case)
    bench = Bench(arguments.build, arguments.work, arguments.quick)
    if not os.path.exists(bench.comments):
        sys.exit("bench: WEIRFLOW_DATA names no folder with reddit_rscience.csv")

    done, broken = [], []
    began, load = time.time(), os.getloadavg()[0]
    for name in names:
        title, measure = CASES[name]
        shutil.rmtree(os.environ["WEIRFLOW_HOME"], ignore_errors=True)
        bench.fitted = False
        print(f"== {title}", file=sys.stderr, flush=True)
        try:
            rows = measure(bench)
        except (Failed, OSError) as error:
            broken.append(f"{name}: {error}")
            print(f"bench: {name}: {error}", file=sys.stderr)
            continue
        done.append((title, rows))
        print(table_text(title, rows), flush=True)
    minutes = (time.time() - began) / 60
    if arguments.write or not (arguments.case or arguments.quick or broken):
        path = os.path.join(bench.here, "RESULTS.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(results_text(done, minutes, load))
        print("written: tests/bench/RESULTS.md", file=sys.stderr)
    sys.exit(1 if broken else 0)


main()
