# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""The metrics of a run, read by Prometheus' own parser.

metrics_test.py WEIRFLOW: starts a stream, scrapes it until it has run for some checkpoints, and
checks what the parser makes of it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

DAG = """
[dag]
name = "stream"
[checkpoint]
interval = "20ms"
[task.comments]
uses = "demo.comments"
with = { rows = 0, batch_rows = 10, pace = 20000 }
[task.out]
uses = "file.jsonl_sink"
from = "comments"
with = { path = "rows.jsonl" }
"""
PATIENCE = 60  # seconds


def scrape(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.read().decode("utf-8")


def families_of(text):
    families = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in families, f"{family.name} is there twice"
        assert family.documentation, f"{family.name} has no help"
        assert family.type in ("counter", "gauge", "histogram"), (family.name, family.type)
        assert family.samples, f"{family.name} has no samples"
        families[family.name] = family
    return families


def value(families, name, **labels):
    family = name.removesuffix("_total")
    for suffix in ("_count", "_sum", "_bucket"):
        if family.removesuffix(suffix) in families:
            family = family.removesuffix(suffix)
    found = [s.value for s in families[family].samples
             if s.name == name and labels.items() <= s.labels.items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def check(families):
    out = value(families, "weirflow_task_rows_out_total", task="comments")
    taken = value(families, "weirflow_task_rows_in_total", task="out")
    assert taken <= out + 5000, (taken, out)
    assert value(families, "weirflow_run_healthy") == 1
    assert value(families, "weirflow_run_info", dag="stream") == 1
    assert value(families, "weirflow_run_state", state="running") == 1
    assert abs(value(families, "weirflow_run_start_time_seconds") - time.time()) < 10 * PATIENCE
    assert families["weirflow_task_rows_out"].type == "counter"
    assert families["weirflow_edge_queue_fill_ratio"].type == "gauge"
    assert families["weirflow_task_latency_seconds"].type == "histogram"
    buckets = [s for s in families["weirflow_task_latency_seconds"].samples
               if s.name.endswith("_bucket")]
    assert [s.value for s in buckets] == sorted(s.value for s in buckets)
    assert buckets[-1].labels["le"] == "+Inf"
    assert buckets[-1].value == value(families, "weirflow_task_latency_seconds_count", task="out")


def main():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "stream.toml"), "w", encoding="utf-8") as dag:
            dag.write(DAG)
        run = subprocess.Popen([sys.argv[1], "run", "-q", "stream.toml", "--metrics", "0"],
                               cwd=folder, stderr=subprocess.PIPE, text=True)
        try:
            said = run.stderr.readline()
            assert said.startswith("metrics: http://127.0.0.1:"), said
            url = said.removeprefix("metrics: ").strip()
            until = time.monotonic() + PATIENCE
            while True:
                families = families_of(scrape(url))
                if ("weirflow_checkpoints_committed" in families
                        and value(families, "weirflow_checkpoints_committed_total") > 2
                        and value(families, "weirflow_task_rows_in_total", task="out") > 500):
                    break
                assert time.monotonic() < until, "nothing comes"
            check(families)
        finally:
            run.send_signal(signal.SIGINT)
            code = run.wait(PATIENCE)
        assert code == 0, code


main()
