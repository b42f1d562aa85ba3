"""Counting decisions beside a plain read of the same bytes and beside the peers: one table.

    cmake --preset release && cmake --build --preset release
    python bench/counts.py [--build build/release]

The peers get fewer rows of the same kind of data and are given in nanoseconds a cell, each the best
of three; limen's rows are medians of one run of bench_counts. Everything runs on one thread unless
its name says otherwise, and is then CPU time. Needs numpy; scikit-learn, torch and torchmetrics are
left out where they are missing.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
from memory import anonymous_memory

WIDTH = 128


def best_of_three(function):
    times = []
    for _ in range(3):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def make_data(rows):
    random = np.random.default_rng(1)
    scores = random.random((rows, WIDTH), dtype=np.float32)
    targets = (random.random((rows, WIDTH), dtype=np.float32) < 0.1).astype(np.uint8)
    thresholds = ((np.arange(WIDTH) % 97 + 1) / 100).astype(np.float32)
    return scores, targets, thresholds


def numpy_reductions(rows=250_000):
    """Three boolean reductions: tp, predicted and true positives."""
    scores, targets, thresholds = make_data(rows)
    truth = targets.astype(bool)

    def count():
        predicted = scores >= thresholds
        return (predicted & truth).sum(0), predicted.sum(0), truth.sum(0)

    return best_of_three(count) / scores.size * 1e9


def sklearn_matrix(rows=250_000):
    from sklearn.metrics import multilabel_confusion_matrix

    scores, targets, thresholds = make_data(rows)

    def count():
        return multilabel_confusion_matrix(targets, (scores >= thresholds).astype(np.uint8))

    return best_of_three(count) / scores.size * 1e9


def torchmetrics_stat_scores(rows=250_000):
    import torch
    from torchmetrics.functional.classification import multilabel_stat_scores

    torch.set_num_threads(1)
    scores, targets, thresholds = make_data(rows)
    predicted = torch.from_numpy((scores >= thresholds).astype(np.int64))
    truth = torch.from_numpy(targets.astype(np.int64))

    def count():
        return multilabel_stat_scores(
            predicted, truth, num_labels=WIDTH, average="none", validate_args=False
        )

    return best_of_three(count) / scores.size * 1e9


PEERS = (
    ("torchmetrics stat scores", torchmetrics_stat_scores, 80),
    ("scikit-learn matrix", sklearn_matrix, 150),
    ("three NumPy reductions", numpy_reductions, 8),
)


def measure_limen(build):
    """name -> (ns a cell, ns a cell of the plain read, cells)."""
    program = os.path.join(build, "bench", "bench_counts")
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    cases = {}
    for line in output.splitlines():
        name, rows, columns, ours, plain = line.split("\t")
        cases[name] = (float(ours), float(plain), int(rows) * int(columns))
    return cases


def cpu_time(command):
    """Least CPU time in ms of 20 runs."""
    times = []
    for _ in range(20):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times) * 1e3, sum(times) / len(times) * 1e3


def eval_memory(limen, rows=500_000):
    scores, targets, _ = make_data(rows)
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("scores.npy", "targets.npy")]
        for path, array in zip(paths, (scores, targets), strict=True):
            np.save(path, array)
        return anonymous_memory([limen, "eval", "--scores", paths[0], "--targets", paths[1]])


def row(what, value, ratio="", target=""):
    print(f"{what:<34}{value:>14}{ratio:>18}  {target}")


def print_limen(cases):
    base = cases["float32, uint8"][0]
    row("limen, 128 labels", "ns a cell", "of a plain read", "target")
    for name, (ours, plain, cells) in cases.items():
        if plain == 0:
            row(name, f"{ours * cells:.0f} ns", "", "a call")
            continue
        fraction = f"{plain / ours:.2f}"
        target = ""
        if name in ("float32, uint8", "int64 targets", "float64 scores"):
            target = ">= 0.85"
        elif name.startswith("L = "):
            target = f"{ours / base:.2f} of L = 128 (<= 2)"
        elif name == "two threads":
            one = cases["float32, uint8"][1]
            target = f"{base / ours:.2f} times one (>= 1.6); two plain reads {one / plain:.2f}"
        elif name == "three sets":
            target = f"{ours / base:.2f} times one (< 1.5)"
        row(name, f"{ours:.3f}", fraction, target)


def print_peers(base):
    print()
    row("peer", "ns a cell", "limen is faster", "target")
    for name, measure, target in PEERS:
        try:
            theirs = measure()
        except ImportError as missing:
            row(name, "not here", "", str(missing))
            continue
        row(name, f"{theirs:.2f}", f"{theirs / base:.0f} times", f">= {target}")


def print_program(limen):
    print()
    row("limen program", "", "", "target")
    if sys.platform == "linux":
        row("peak RssAnon of eval, 500k x 128", f"{eval_memory(limen):.1f} MiB", "", "< 32 MiB")
    least, mean = cpu_time([limen, "info"])
    row("CPU time of info", f"{least:.1f} ms", f"mean {mean:.1f} ms", "< 5 ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join("build", "release"))
    build = parser.parse_args().build
    cases = measure_limen(build)
    print_limen(cases)
    print_peers(cases["float32, uint8"][0])
    limen = os.path.join(build, "limen")
    if os.path.exists(limen):
        print_program(limen)


if __name__ == "__main__":
    main()
