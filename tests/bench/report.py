# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""The figures as text: a table on the terminal, and RESULTS.md."""

import datetime
import os
import platform

INTRODUCTION = """# Results

Figures of one run of `./dev bench` on one machine; this file is written by it, not by hand.
Weirflow and the peers ran after one another on the same files. Machines differ and are noisy: what
counts is the ratio, how many times better Weirflow is than the peer beside it. Times are of whole
programs, median of three, unless it says otherwise. Targets are those of the design's page on
peers; what was missed says so.
"""


def number(value):
    if value >= 1e6:
        return f"{value / 1e6:,.1f} M"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def figure(value, unit):
    return value if isinstance(value, str) else f"{number(value)} {unit}"


def ratio(row, peer):
    if isinstance(peer, str) or row.ours <= 0 or peer <= 0:
        return ""
    return f"{number(peer / row.ours if row.less_is_better else row.ours / peer)} x"


def verdict(row):
    return "" if row.met is None else "met" if row.met else "**missed**"


def table_text(title, rows):
    lines = []
    for row in rows:
        peers = [f"{name}: {figure(peer, row.unit)} {ratio(row, peer)}".rstrip()
                 for name, peer in row.peers.items()]  # fmt: skip
        target = "" if row.target is None else f"target {figure(row.target, row.unit)}"
        parts = [figure(row.ours, row.unit)] + peers + [target, verdict(row).strip("*"), row.note]
        lines.append(f"  {row.what}: " + "; ".join(p for p in parts if p))
    return f"{title}\n" + "\n".join(lines)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    with open("/proc/meminfo", encoding="utf-8") as file:
        gigabytes = int(file.readline().split()[1]) / 2**20
    with open("/etc/debian_version", encoding="utf-8") as file:
        debian = file.read().strip()
    return (f"{os.cpu_count()} cores of {model}, {gigabytes:.0f} GiB, Debian {debian}, "
            f"Linux {platform.release()}, Python {platform.python_version()}")  # fmt: skip


def requirements():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "requirements.txt"), encoding="utf-8") as file:
        return ", ".join(line.strip().replace("==", " ") for line in file if "==" in line)


def section(title, rows):
    lines = [f"## {title}", "| what | Weirflow | peers | better by | target | |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for row in rows:
        peers = "<br>".join(f"{name}: {figure(peer, row.unit)}" for name, peer in row.peers.items())
        ratios = "<br>".join(ratio(row, peer) for peer in row.peers.values())
        target = "" if row.target is None else figure(row.target, row.unit)
        lines.append(f"| {row.what} | {figure(row.ours, row.unit)} | {peers} | {ratios} "
                     f"| {target} | {verdict(row)} |")  # fmt: skip
    lines.append("")
    for row in rows:
        note = f"{row.note}; " if row.note else ""
        lines.append(f"- {row.what}: {note}`{row.command}`")
    return "\n".join(lines) + "\n"


def results_text(done, minutes, load):
    rows = [row for _, case in done for row in case]
    missed = [row.what for row in rows if row.met is False]
    missing = sorted({p for row in rows for p in row.peers.values() if isinstance(p, str)})
    text = INTRODUCTION + "\n"
    text += f"- Date: {datetime.date.today().isoformat()}; it took {minutes:.0f} minutes.\n"
    text += f"- Machine: {machine()}.\n"
    text += f"- Programs that were waiting for a core before it began (load average): {load:.1f}.\n"
    text += f"- Peers: {requirements()}.\n"
    if missing:
        text += f"- Not measured: {'; '.join(missing)}.\n"
    met = sum(row.met is True for row in rows)
    text += f"- Targets met: {met} of {met + len(missed)}."
    text += f" Missed: {'; '.join(missed)}.\n" if missed else "\n"
    return text + "\n" + "\n".join(section(title, case) for title, case in done)
