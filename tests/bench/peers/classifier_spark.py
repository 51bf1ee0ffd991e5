# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Spark's classifier of comments on two local threads: reads, fits, and, when told, predicts.

    classifier_spark.py COMMENTS [predict]

Prints the seconds of each step as JSON.
"""

import json
import os
import sys
import time

started = time.perf_counter()

from pyspark.ml import Pipeline  # noqa: E402
from pyspark.ml.classification import LogisticRegression  # noqa: E402
from pyspark.ml.feature import (  # noqa: E402
    IDF,
    CountVectorizer,
    NGram,
    RegexTokenizer,
    SQLTransformer,
)
from pyspark.sql import SparkSession  # noqa: E402


def pipeline():
    return Pipeline(
        stages=[
            RegexTokenizer(inputCol="body", outputCol="one", pattern=r"\w+", gaps=False),
            NGram(n=2, inputCol="one", outputCol="two"),
            NGram(n=3, inputCol="one", outputCol="three"),
            SQLTransformer(statement="SELECT *, concat(one, two, three) AS terms FROM __THIS__"),
            CountVectorizer(inputCol="terms", outputCol="counts", vocabSize=10000, minDF=3),
            IDF(inputCol="counts", outputCol="features"),
            LogisticRegression(labelCol="removed", maxIter=100, regParam=0.01),
        ]
    )


def cost(spark):
    """Peak memory in MB and CPU seconds of the Java process, which Python does not wait for."""
    process = spark.sparkContext._gateway.proc.pid
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    with open(f"/proc/{process}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    return {"rss": peak / 1024, "cpu": ticks / os.sysconf("SC_CLK_TCK")}


def main():
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    seconds = {"start": time.perf_counter() - started}
    start = time.perf_counter()
    rows = spark.read.csv(
        sys.argv[1], header=True, multiLine=True, quote='"', escape='"', encoding="iso-8859-1"
    )
    rows = rows.selectExpr("coalesce(body, '') AS body", "cast(removed AS double) AS removed")
    rows = rows.repartition(2).cache()
    count = rows.count()
    seconds["read"] = time.perf_counter() - start
    start = time.perf_counter()
    model = pipeline().fit(rows)
    seconds["fit"] = time.perf_counter() - start
    if len(sys.argv) > 2:
        start = time.perf_counter()
        model.transform(rows).selectExpr("sum(prediction)").collect()
        seconds["predict"] = time.perf_counter() - start
    print(json.dumps({"rows": count, "seconds": seconds} | cost(spark)))
    spark.stop()


main()
