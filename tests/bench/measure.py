# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Runs programs and says how long they took and how much memory they had."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field


@dataclass
class Measure:
    """One program, from its start to its end; medians over its runs."""

    wall: float  # seconds
    cpu: float  # seconds of all threads and children
    rss: float  # MB of its largest process
    said: dict = field(default_factory=dict)  # the JSON that the last run printed, if it did


class Failed(Exception):
    """A program that did not end well."""


def one_run(command, env=None):
    with tempfile.NamedTemporaryFile("r", suffix=".time") as file:
        timed = ["/usr/bin/time", "-q", "-o", file.name, "-f", "%U %S %M"] + command
        start = time.perf_counter()
        done = subprocess.run(timed, capture_output=True, text=True, env=env, check=False)
        wall = time.perf_counter() - start
        if done.returncode != 0:
            last = (done.stderr or done.stdout).strip().splitlines()[-3:]
            raise Failed(f"{command[0]}: exit {done.returncode}: " + " | ".join(last))
        user, system, rss = file.read().split()
    text = done.stdout.strip()
    start = text.find("{")
    said = json.loads(text[start:]) if start >= 0 and text.endswith("}") else {}
    return wall, float(user) + float(system), float(rss) / 1024, said


def program(command, runs=3, env=None):
    """Medians of several runs; memory is the most that any run had."""
    command = [str(part) for part in command]
    environment = dict(os.environ, **(env or {}))
    all_runs = [one_run(command, environment) for _ in range(runs)]
    said = all_runs[-1][3]
    return Measure(
        statistics.median(r[0] for r in all_runs),
        # A peer that is a process beside the one that was started says what that one took.
        statistics.median(r[1] for r in all_runs) + said.get("cpu", 0),
        max([r[2] for r in all_runs] + [said.get("rss", 0)]),
        said,
    )


def short_programs(commands, runs):
    """Median seconds of programs that take milliseconds, by hyperfine, in one go."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
        command = ["hyperfine", "-N", "--warmup", "3", "--runs", str(runs), "--style", "none"]
        command += ["--export-json", file.name] + commands
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed("hyperfine: " + done.stderr.strip()[-300:])
        return [result["median"] for result in json.load(file)["results"]]


def fsync_seconds(folder, rounds=50):
    """Median seconds of one small durable write in `folder`."""
    times = []
    path = os.path.join(folder, "fsync")
    with open(path, "wb") as file:
        for _ in range(rounds):
            start = time.perf_counter()
            file.write(b"x" * 512)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    os.unlink(path)
    return statistics.median(times)
