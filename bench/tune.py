"""The exact search beside scikit-learn and a plain read of the same bytes: on adversarial scores,
for many labels, jointly over labels, and as the rows grow.

    cmake --preset release && cmake --build --preset release
    python bench/tune.py [--build build/release] [--quick]

One thread, CPU time; each of limen's rows is the least of five. scikit-learn runs once, on as many
scores of the same law. Needs NumPy; scikit-learn is left out where it is missing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from memory import anonymous_memory

KINDS = ("equal", "saturated", "distinct", "sorted", "half", "logits")


class Bench:
    """Runs of bench_tune."""

    def __init__(self, build):
        self.program = os.path.join(build, "bench", "bench_tune")

    def run(self, rows, labels=1, kind="random", scope="label"):
        command = [self.program, str(rows), str(labels), kind, "1", scope]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)


def peer(rows):
    """ns a row of the usual way: the whole curve, then the greatest F1."""
    from sklearn.metrics import precision_recall_curve

    random = np.random.default_rng(1)
    scores = (random.random(rows) ** 2).astype(np.float32)
    targets = (random.random(rows) < 0.3 * scores).astype(np.uint8)
    start = time.process_time()
    precision, recall, thresholds = precision_recall_curve(targets, scores)
    below = np.maximum(precision + recall, 1e-30)
    thresholds[np.argmax((2 * precision * recall / below)[:-1])]
    return (time.process_time() - start) / rows * 1e9


def show(row, what, note=""):
    print(
        f"{what:<34}{row['ns_a_cell']:9.2f} ns{row['plain_reads']:8.1f} reads"
        f"{row['passes']:3d} passes  {note}",
        flush=True,
    )


def show_kinds(bench, rows):
    random = bench.run(rows)
    show(random, f"{rows:.0e} float32, best F1", "target <= 5 reads")
    for kind in KINDS:
        row = bench.run(rows, kind=kind)
        show(row, f"  {kind}", f"{row['ns_a_cell'] / random['ns_a_cell']:.1f} of random (<= 3)")
    try:
        cost = peer(rows)
    except ImportError as missing:
        print(f"scikit-learn: {missing}")
        return
    print(
        f"{'precision_recall_curve + argmax':<34}{cost:9.1f} ns   limen is "
        f"{cost / random['ns_a_cell']:.0f} times as fast (>= 150)"
    )


def show_labels(bench, rows):
    show(bench.run(rows, 128), f"\n{rows:.0e} x 128 float32", "target < 5 ns a cell")
    label, micro = bench.run(5000, 983), bench.run(5000, 983, scope="micro")
    show(label, "5000 x 983, a label at a time")
    ratio = micro["ns_a_cell"] / label["ns_a_cell"]
    show(micro, "5000 x 983, joint micro", f"{ratio:.1f} of that (<= 3)")


def show_memory(build, rows):
    """A mapped file, written a part at a time."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("scores.npy", "targets.npy")]
        random = np.random.default_rng(1)
        scores, targets = (
            np.lib.format.open_memmap(path, "w+", dtype, (rows, 128))
            for path, dtype in zip(paths, (np.float32, np.uint8), strict=True)
        )
        for first in range(0, rows, 50_000):
            part = scores[first : first + 50_000]
            part[:] = random.random(part.shape, np.float32) ** 2
            targets[first : first + 50_000] = random.random(part.shape, np.float32) < 0.3 * part
        del scores, targets
        limen = os.path.join(build, "limen")
        peak = anonymous_memory([limen, "tune", "--scores", paths[0], "--targets", paths[1]])
    print(f"{f'peak RssAnon of tune, {rows:.0e} x 128':<34}{peak:9.0f} MiB   (< 256)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join("build", "release"))
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    options = parser.parse_args()
    bench = Bench(options.build)
    show_kinds(bench, 10**6 if options.quick else 10**7)
    show_labels(bench, 10**5 if options.quick else 10**6)
    if sys.platform == "linux":
        show_memory(options.build, 10**5 if options.quick else 10**6)
    print("\ngrowth")
    for power in range(4, 8 if options.quick else 9):
        show(bench.run(10**power), f"1e{power} float32, best F1")


if __name__ == "__main__":
    main()
