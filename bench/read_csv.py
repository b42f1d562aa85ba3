"""Reading and counting a CSV of scores and targets beside pandas, in one run.

    python bench/read_csv.py LIMEN [--rows 1000000] [--labels 28] [--repeat 5]

LIMEN is the path of the built command. Prints MB/s and the ratio of the medians. pandas only reads
the table (C engine); limen reads it and counts at a threshold a label.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np
import pandas as pd


def write_table(path, rows, labels, seed=1):
    """Probabilities of six digits and 0/1 targets, written in parts."""
    rng = np.random.default_rng(seed)
    digits = np.array([f"{i:06d}" for i in range(1_000_000)])
    names = [f"label{i}" for i in range(labels)]
    with open(path, "w") as file:
        file.write(",".join([f"p_{n}" for n in names] + [f"y_{n}" for n in names]) + "\n")
        for first in range(0, rows, 20_000):
            count = min(20_000, rows - first)
            scores = digits[rng.integers(0, 1_000_000, (count, labels))]
            targets = rng.random((count, labels)) < 0.1
            for row, flags in zip(scores.tolist(), targets.astype(int).tolist(), strict=True):
                file.write("0." + ",0.".join(row) + "," + ",".join(map(str, flags)) + "\n")


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("limen")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--labels", type=int, default=28)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.csv")
        write_table(path, options.rows, options.labels)
        size = os.path.getsize(path) / 1e6
        command = [options.limen, "eval", path, "--format", "json", "--quiet"]
        works = {
            "pandas.read_csv, C engine": lambda: pd.read_csv(path, engine="c"),
            "limen eval, 1 thread": lambda: subprocess.run(
                [*command, "--threads", "1"], check=True, stdout=subprocess.DEVNULL
            ),
            "limen eval, all threads": lambda: subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL
            ),
        }
        times = {name: [] for name in works}
        for _ in range(options.repeat):
            for name, work in works.items():
                times[name].append(seconds(work))
    print(f"{options.rows} rows x {2 * options.labels} columns, {size:.0f} MB")
    peer = statistics.median(times["pandas.read_csv, C engine"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:28} {median:7.3f} s {size / median:7.0f} MB/s   {peer / median:5.2f}x")


if __name__ == "__main__":
    main()
