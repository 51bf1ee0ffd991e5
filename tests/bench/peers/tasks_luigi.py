# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""Empty tasks of Luigi that leave a file each: tasks_luigi.py independent|sequence TASKS FOLDER"""

import json
import logging
import os
import sys

import luigi


class Empty(luigi.Task):
    number = luigi.IntParameter()
    chained = luigi.BoolParameter()
    folder = luigi.Parameter()

    def requires(self):
        before = self.number - 1
        if self.chained and before >= 0:
            return [Empty(number=before, chained=True, folder=self.folder)]
        return []

    def output(self):
        return luigi.LocalTarget(os.path.join(self.folder, str(self.number)))

    def run(self):
        with self.output().open("w"):
            pass


def main():
    logging.disable(logging.CRITICAL)
    chained, count, folder = sys.argv[1] == "sequence", int(sys.argv[2]), sys.argv[3]
    wanted = [count - 1] if chained else range(count)
    tasks = [Empty(number=i, chained=chained, folder=folder) for i in wanted]
    fine = luigi.build(tasks, local_scheduler=True, workers=1, log_level="CRITICAL")
    print(json.dumps({"fine": fine, "tasks": len(os.listdir(folder))}))
    sys.exit(0 if fine else 1)


main()
