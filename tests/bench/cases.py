# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""What is measured. Each case answers rows: what, Weirflow's figure, the peers', the target."""

import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass, field

import graphs
from measure import fsync_seconds, program, short_programs

KEPT_TERMS = 10000


@dataclass
class Row:
    what: str
    unit: str  # "s", "MB", "us" and "ms": less is better; "x": a ratio; else more is better
    ours: float
    peers: dict = field(default_factory=dict)  # name to figure, or to a text: why there is none
    target: float = None
    note: str = ""
    command: str = ""

    @property
    def less_is_better(self):
        return self.unit in ("s", "ms", "us", "MB", "x")

    @property
    def met(self):
        if self.target is None:
            return None
        return self.ours <= self.target if self.less_is_better else self.ours >= self.target


class Bench:
    """Where things are, and how large they are to be."""

    def __init__(self, build, work, quick):
        self.build, self.work, self.quick = build, work, quick
        self.here = os.path.dirname(os.path.abspath(__file__))
        self.weirflow = os.path.join(build, "bin", "weirflow")
        self.python = os.path.join(work, "venv", "bin", "python3")
        self.comments = os.path.join(os.environ["WEIRFLOW_DATA"], "reddit_rscience.csv")
        self.runs = 1 if quick else 3
        self.many = 20000 if quick else 200000
        self.fitted = False

    def dag(self, name):
        return os.path.join(self.here, "dags", name + ".toml")

    def run(self, dag, *arguments, runs=None, **params):
        command = [self.weirflow, "run", "--json", dag] + list(arguments)
        for name, value in params.items():
            command += ["--set", f"params.{name}={value}"]
        return program(command, runs or self.runs)

    def peer(self, name, script, *arguments, runs=1, key=None):
        """Figures of a peer's script, or a text that says why there are none."""
        if not os.path.exists(self.python) or not self.has(name):
            return f"{name} is not installed"
        path = os.path.join(self.here, "peers", script)
        try:
            # Spark looks for the python of its workers on the path.
            env = {"PYSPARK_PYTHON": self.python, "PYTHONWARNINGS": "ignore"}
            measure = program([self.python, path] + [str(a) for a in arguments], runs, env)
        except Exception as error:  # any failure is a result: it is shown
            return f"{name} failed: {self.without_paths(str(error))[-120:]}"
        return key(measure) if key else measure

    def without_paths(self, text):
        root = os.path.dirname(os.path.dirname(self.here)) + os.sep
        return text.replace(root, "").replace(os.sep + "usr" + os.sep, "").replace("\n", " ")

    def has(self, name):
        module = {"scikit-learn": "sklearn", "Spark": "pyspark", "spaCy": "spacy"}.get(name, name)
        folder = os.path.join(self.work, "venv", "lib")
        found = any(
            os.path.isdir(os.path.join(folder, python, "site-packages", module.lower()))
            for python in os.listdir(folder)
        )
        return found and (name != "Spark" or shutil.which("java") is not None)

    def graph(self, name, text):
        path = os.path.join(self.work, name + ".toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def repeated(self, rows):
        """The comments again and again, `rows` of them."""
        path = os.path.join(self.work, f"comments_{rows}.csv")
        if os.path.exists(path):
            return path
        with open(self.comments, "rb") as file:
            names, _, body = file.read().partition(b"\n")
        records, quoted, start = [], False, 0
        for line in body.splitlines(keepends=True):
            quoted ^= line.count(b'"') % 2 == 1
            start += len(line)
            if not quoted:
                records.append(start)
        with open(path + ".part", "wb") as file:
            file.write(names + b"\n" + body * (rows // len(records)))
            rest = rows % len(records)
            file.write(body[: records[rest - 1]] if rest else b"")
        os.rename(path + ".part", path)
        return path

    def fit(self, path, runs):
        self.fitted = True
        return self.run(self.dag("fit"), runs=runs, comments=path)

    def ensure_fitted(self):
        if not self.fitted:
            self.fit(self.comments, 1)


def task(measure, name, kind=None):
    for found in measure.said["tasks"]:
        if found["task"] == name and kind in (None, found["kind"]):
            return found
    raise KeyError(name)


def figures(peers, key):
    """{name: Measure or text} to {name: figure or text}."""
    return {n: m if isinstance(m, str) else key(m) for n, m in peers.items()}


def start_up(b):
    csv = os.path.join(b.work, "one.csv")
    with open(csv, "w", encoding="utf-8") as file:
        file.write("id,body\n1,hello\n")
    one = f"{b.dag('one_row')} --set params.file={csv} --set params.output={b.work}/one.jsonl"
    commands = [
        "python3 -c pass",
        f"{b.weirflow} version",
        f"{b.weirflow} validate {one}",
        f"{b.weirflow} run -q {one}",
    ]
    python, version, validate, run = (s * 1000 for s in short_programs(commands, 30))
    against = {"python3 -c pass": python}
    how = "hyperfine -N 'weirflow {}'"
    return [
        Row("`weirflow version`", "ms", version, against, 10, "", how.format("version")),
        Row("`weirflow validate`, two tasks", "ms", validate, against, 10, "",
            how.format("validate tests/bench/dags/one_row.toml ...")),
        Row("`weirflow run`, one row from a file to a file", "ms", run, against, 20,
            "two tasks; commits with fsync", how.format("run -q tests/bench/dags/one_row.toml ...")),
    ]  # fmt: skip


def luigi(b, shape, tasks):
    folder = os.path.join(b.work, "luigi")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return b.peer("luigi", "tasks_luigi.py", shape, tasks, folder, key=lambda m: m.wall)


def tasks(b):
    count = 1000
    many = b.run(b.graph("independent", graphs.independent(count)))
    more = b.run(b.graph("independent10", graphs.independent(10 * count)))
    sequence = b.run(b.graph("sequence", graphs.sequence(40)))
    sync = fsync_seconds(b.work)
    each = (more.wall - many.wall) / (9 * count) * 1e6
    how = "weirflow run --json {}.toml (made by tests/bench/graphs.py)"
    rows = [
        Row("1,000 independent empty tasks", "s", many.wall,
            {"Luigi": luigi(b, "independent", 100 if b.quick else count)}, 0.5,
            "Luigi: 100 tasks" if b.quick else "", how.format("independent")),
        Row("40 empty tasks in sequence", "s", sequence.wall, {"Luigi": luigi(b, "sequence", 40)},
            40 * sync + 0.02, f"target: 40 x {sync * 1000:.2f} ms (a measured fsync) + 20 ms; one "
            "run keeps its state in memory, so far", how.format("sequence")),
        Row("one more empty task", "us", each, {}, None, "read, checked, planned and run",
            how.format("independent10") + ", less the 1,000"),
    ]  # fmt: skip
    return rows


def lines(b, name, length, uses, rows, batch_rows, *arguments):
    text = graphs.flows(length, length, uses, rows, batch_rows)
    return b.run(b.graph(name, text), *arguments).wall


def batches(b):
    """What a batch costs the engine on its way, from lines of 2 and 12 tasks."""
    n = 20000 if b.quick else 200000
    one = ("--threads", "1")
    short = lines(b, "short", 2, "bench.pass", n, 1, *one)
    chain = lines(b, "chain", 12, "bench.pass", n, 1, *one)
    queue = lines(b, "queue", 12, "bench.queue", n, 1, *one)
    fan = b.run(b.graph("fan", graphs.fan_out(10, n, 1)), *one).wall
    keys = 'with = { where = "n >= 0" }\n'
    rows = 50 * n
    filters = graphs.flows(12, 12, "flow.filter", rows, 4096, keys)
    filtered = b.run(b.graph("filters", filters), *one).wall
    how = "weirflow run --threads 1 --json {}.toml"
    return [
        Row("a batch through one more task of a chain", "us", (chain - short) / 10 / n * 1e6, {},
            None, f"{n:,} batches of one row, ten tasks more", how.format("chain")),
        Row("a batch through one more task behind a queue", "us", (queue - short) / 10 / n * 1e6,
            {}, None, "the same with tasks that cannot be in a chain", how.format("queue")),
        Row("a batch to one more reader", "us", (fan - short) / 9 / n * 1e6, {}, None,
            "ten sinks on one source", how.format("fan")),
        Row("rows through ten `flow.filter`", "rows/s", rows / filtered, {}, None,
            "batches of 4,096 rows, whole program", how.format("filters")),
    ]  # fmt: skip


def graph(b):
    n = 20000 if b.quick else 100000
    tenth = n // 10
    rows = []
    for name, make in (("layered", graphs.layered), ("flows", graphs.flows)):
        small = b.graph(name + "_tenth", make(tenth))
        large = b.graph(name, make(n))
        what = {"layered": f"{n:,} empty tasks in layers", "flows": f"{n:,} tasks in lines of 100"}
        validate = [b.weirflow, "validate", "--json"]
        plan, plan_tenth = (program(validate + [p], b.runs) for p in (large, small))
        run, run_tenth = (b.run(p) for p in (large, small))
        how = "weirflow {} --json " + name + ".toml"
        for verb, whole, part in (("validate", plan, plan_tenth), ("run", run, run_tenth)):
            said = "parsed and planned" if verb == "validate" else "parsed, planned and run"
            rows.append(
                Row(f"{what[name]}: {said}", "s", whole.wall, {}, None,
                    f"{whole.rss:.0f} MB; {whole.wall / part.wall:.1f} x the time of "
                    f"{tenth:,} tasks ({part.wall:.2f} s)", how.format(verb))
            )  # fmt: skip
        if name == "layered":
            rate = (n - tenth) / (
                (run.wall - plan.wall) - (run_tenth.wall - plan_tenth.wall) or 1e-9
            )
            rows.append(
                Row("tasks started and ended a second, above planning", "tasks/s", rate, {},
                    200000, "", "run less validate, of the two sizes")
            )  # fmt: skip
    return rows


def csv(b):
    path = b.repeated(b.many)
    megabytes = os.path.getsize(path) / 1e6
    rounds = 3 if b.quick else 7
    all_runs = [b.run(b.dag("read_csv"), runs=1, file=path) for _ in range(rounds)]
    inside = min(task(run, "rows")["seconds"] for run in all_runs)
    whole = statistics.median(run.wall for run in all_runs)
    peers = {
        name: b.peer(name, "read_csv.py", name, path, rounds, key=lambda m: m.said["best"])
        for name in ("pyarrow", "pandas")
    }
    program_peers = {
        name: b.peer(name, "read_csv.py", name, path, 1, runs=b.runs, key=lambda m: m.wall)
        for name in ("pyarrow", "pandas")
    }
    what = f"{megabytes:.0f} MB of multi-line quoted bodies"
    how = "weirflow run --json tests/bench/dags/read_csv.toml"
    return [
        Row(f"{what}: the reading alone", "s", inside, peers, 0.13 * megabytes / 69,
            f"best of {rounds}, in one process; Weirflow: the seconds of its task", how),
        Row(f"{what}: program start to end", "s", whole, program_peers, None,
            f"{max(run.rss for run in all_runs):.0f} MB", how),
    ]  # fmt: skip


def program_text(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def tokenizer(b):
    text = program_text([os.path.join(b.build, "bin", "text-tokenizer-bench")])
    rates = {
        line.split("  ")[0].strip(): float(line.split(" M tokens/s")[0].split()[-1]) * 1e6
        for line in text.splitlines()
        if "M tokens/s" in line
    }
    spacy = b.peer("spaCy", "tokens_spacy.py", b.comments)
    warm = figures({"spaCy, warm": spacy}, lambda m: m.said["warm"])
    cold = figures({"spaCy, cold": spacy}, lambda m: m.said["cold"])
    how = "text-tokenizer-bench"
    return [
        Row("spaCy's tokens of 5,453 comments, one thread", "tokens/s", rates["tokenize"],
            warm | cold, 5e6, "spaCy: tokenizer of spacy.blank(\"en\")", how),
        Row("the same cleaned, cut and normalised", "tokens/s", rates["clean + both"], {}, 5e6, "",
            how),
    ]  # fmt: skip


def classifiers(b, path, predict):
    wanted = ["predict"] if predict else []
    peers = {"scikit-learn": b.peer("scikit-learn", "classifier_sklearn.py", path, *wanted)}
    if b.quick:
        peers["Spark"] = "left out by --quick"
    else:
        peers["Spark"] = b.peer("Spark", "classifier_spark.py", path, *wanted)
    return peers


def fit_rows(b, what, ours, peers, seconds, megabytes):
    how = "weirflow run tests/bench/dags/fit.toml --set params.comments=..."
    return [
        Row(f"{what}: program start to end", "s", ours.wall, figures(peers, lambda m: m.wall),
            seconds, f"{ours.cpu:.1f} s CPU" + "".join(
                f"; {n} {m.cpu:.0f} s CPU" for n, m in peers.items() if not isinstance(m, str)),
            how),
        Row(f"{what}: peak memory", "MB", ours.rss, figures(peers, lambda m: m.rss), megabytes, "",
            how),
    ]  # fmt: skip


def fit_small(b):
    ours = b.fit(b.comments, b.runs)
    return fit_rows(b, "fit on 5,453 comments", ours, classifiers(b, b.comments, False), 0.2, 100)


def steps(peers, *names):
    return figures(peers, lambda m: sum(m.said["seconds"].get(n, 0) for n in names))


def fit_large(b):
    path = b.repeated(b.many)
    ours = b.fit(path, b.runs)
    peers = classifiers(b, path, True)
    scale = b.many / 200000
    rows = fit_rows(b, f"fit on {b.many:,} comments", ours, peers, 5 * scale, 400)
    sklearn = {"scikit-learn": peers["scikit-learn"]}
    regression = task(ours, "model.score", "fit")["seconds"]
    rows.append(
        Row("of it the logistic regression", "s", regression, steps(sklearn, "regression"),
            2 * scale, "liblinear's problem in both", "its task's seconds in the run's report")
    )  # fmt: skip
    apply = b.run(b.dag("apply"), comments=path)
    how = "weirflow run tests/bench/dags/apply.toml --set params.comments=..."
    rows += [
        Row(f"transform and predict of {b.many:,}, program start to end", "s", apply.wall,
            steps(peers, "predict"), 2 * scale,
            "the peers without start and reading; Weirflow reads, cleans and cuts too", how),
        Row("comments from text to probability, in batches", "rows/s", b.many / apply.wall,
            {n: s if isinstance(s, str) else b.many / s
             for n, s in steps(sklearn, "predict").items()}, 1e5, f"{apply.rss:.0f} MB", how),
    ]  # fmt: skip
    fewer = b.repeated(20000)
    warm = b.run(b.dag("apply"), "--threads", "1", runs=1, comments=b.comments, batch_rows=1)
    one = b.run(b.dag("apply"), "--threads", "1", comments=fewer, batch_rows=1)
    rate = (20000 - 5453) / max(one.wall - warm.wall, 1e-9)
    rows.append(
        Row("comments from text to probability, one at a time", "rows/s", rate,
            {n: s if isinstance(s, str) else 1 / s
             for n, s in steps(sklearn, "predict_one").items()}, 20000,
            "batches of one row, one thread; 20,000 comments less 5,453",
            how + " --set params.batch_rows=1 --threads 1")
    )  # fmt: skip
    return rows


def memory(b):
    b.ensure_fitted()
    small, large = b.many // 10, b.many
    rows = []
    for dag, what in (("stream", "csv, clean, tokenize, filter, jsonl"), ("apply", "apply")):
        sizes = []
        for size in (small, large):
            params = {"comments": b.repeated(size)}
            if dag == "stream":
                params["output"] = os.path.join(b.work, "stream.jsonl")
            sizes.append(b.run(b.dag(dag), runs=b.runs, **params))
        name = f"{sizes[0].rss:.0f} MB at {small:,} rows, {sizes[1].rss:.0f} MB at {large:,}"
        rows.append(
            Row(f"peak memory at 10 x the rows, as a multiple: {what}", "x",
                sizes[1].rss / sizes[0].rss, {}, 1.2, f"{name}; {large / sizes[1].wall:,.0f} rows/s",
                f"weirflow run tests/bench/dags/{dag}.toml")
        )  # fmt: skip
    return rows


def vectoriser(b):
    path = b.repeated(b.many)
    ours = b.fit(path, b.runs)
    fit = task(ours, "model.tfidf", "fit")
    words = task(ours, "model.tokenize")["metrics"]["words"]
    tokens = os.path.join(b.work, "tokens.jsonl")
    write_tokens(b, tokens)
    repeats = 1 if b.quick else 8
    sklearn = b.peer("scikit-learn", "vectorise_sklearn.py", tokens, repeats, KEPT_TERMS,
                     key=lambda m: m.said["per_second"])  # fmt: skip
    cores = os.cpu_count() or 1
    return [
        Row("TF-IDF fit, n-grams 1-3, 10,000 terms", "tokens/s", words / fit["seconds"],
            {"scikit-learn, 1 core": sklearn}, 3e6 * cores, f"{cores} cores; {words:,.0f} tokens; "
            "with reading its spool; target 3,000,000 a core",
            "weirflow run tests/bench/dags/fit.toml: task model.tfidf"),
    ]  # fmt: skip


def write_tokens(b, path):
    """Final words of the golden run, one list a line."""
    import gzip

    golden = os.path.join(os.environ["WEIRFLOW_DATA"], "golden", "normalised_rscience.jsonl.gz")
    with gzip.open(golden, "rt", encoding="utf-8") as file, open(path, "w") as out:
        for line in file:
            out.write(json.dumps(json.loads(line)["tokens"]) + "\n")


CASES = {
    "start": ("Start-up", start_up),
    "tasks": ("Empty tasks", tasks),
    "batches": ("Batches", batches),
    "graph": ("Large graphs", graph),
    "csv": ("CSV", csv),
    "tokenizer": ("Tokenizer", tokenizer),
    "fit": ("Classifier, 5,453 comments", fit_small),
    "large": ("Classifier, the comments repeated", fit_large),
    "tfidf": ("TF-IDF", vectoriser),
    "memory": ("Memory", memory),
}
