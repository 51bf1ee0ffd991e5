# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""DAG files of any size, the same for the same arguments."""

import random


def _task(name, uses, keys=""):
    return f'[task.{name}]\nuses = "{uses}"\n{keys}'


def head(name):
    return f'[dag]\nname = "{name}"\n'


def independent(tasks):
    """Empty tasks that wait for nothing."""
    return head("independent") + "".join(_task(f"t{i}", "bench.nothing") for i in range(tasks))


def sequence(tasks):
    """Empty tasks, each waiting for the one before."""
    text = head("sequence")
    for i in range(tasks):
        text += _task(f"t{i}", "bench.nothing", f'after = "t{i - 1}"\n' if i else "")
    return text


def layered(tasks, width=1000):
    """Empty tasks in layers; each waits for two of the layer before."""
    choice = random.Random(42)
    parts = [head("layered")]
    for i in range(tasks):
        keys = ""
        if i >= width:
            layer = i // width - 1
            two = choice.sample(range(width), 2)
            keys = "after = [" + ", ".join(f'"t{layer * width + k}"' for k in two) + "]\n"
        parts.append(_task(f"t{i}", "bench.nothing", keys))
    return "".join(parts)


def flows(tasks, length=100, uses="bench.pass", rows=1, batch_rows=1, settings=""):
    """Rows through tasks in a line: lines of `length` tasks, source and sink among them."""
    parts = [head("flows")]
    for line in range(max(tasks // length, 1)):
        keys = f"with = {{ rows = {rows}, batch_rows = {batch_rows} }}\n"
        parts.append(_task(f"s{line}", "bench.rows", keys))
        before = f"s{line}"
        for i in range(length - 2):
            name = f"p{line}_{i}"
            parts.append(_task(name, uses, f'from = "{before}"\n' + settings))
            before = name
        parts.append(_task(f"d{line}", "bench.drop", f'from = "{before}"\n'))
    return "".join(parts)


def fan_out(readers, rows, batch_rows):
    """One source read by many sinks."""
    keys = f"with = {{ rows = {rows}, batch_rows = {batch_rows} }}\n"
    text = head("fan-out") + _task("s", "bench.rows", keys)
    return text + "".join(_task(f"d{i}", "bench.drop", 'from = "s"\n') for i in range(readers))
