"""The exact search beside scikit-learn, on adversarial scores, and how it grows with the rows.

    python bench/tune.py BUILD/bench/bench_tune

One thread. scikit-learn runs on as many scores of the same law, and both in this run. Needs NumPy
and scikit-learn.
"""

import json
import subprocess
import sys
import time

import numpy as np
from sklearn.metrics import precision_recall_curve

KINDS = ("random", "equal", "saturated", "distinct", "sorted", "half", "logits")
ROWS = 10_000_000


def bench(program, rows, labels, kind):
    done = subprocess.run(
        [program, str(rows), str(labels), kind], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def peer(rows):
    """ns a row of the usual way: the whole curve, then the greatest F1."""
    random = np.random.default_rng(1)
    scores = (random.random(rows) ** 2).astype(np.float32)
    targets = (random.random(rows) < 0.3 * scores).astype(np.uint8)
    start = time.process_time()
    precision, recall, thresholds = precision_recall_curve(targets, scores)
    below = np.maximum(precision + recall, 1e-30)
    thresholds[np.argmax((2 * precision * recall / below)[:-1])]
    return (time.process_time() - start) / rows * 1e9


def show(row, against=None):
    ratio = f"{row['ns_a_cell'] / against:8.2f}" if against else " " * 8
    print(
        f"{row['rows']:>10} x {row['labels']:<4} {row['kind']:<10} {row['ns_a_cell']:8.2f} ns "
        f"{row['plain_reads']:8.1f} reads {row['passes']} passes {ratio}"
    )


def main():
    program = sys.argv[1]
    random = bench(program, ROWS, 1, "random")
    print("10M scores, by kind (last column: against random)")
    show(random, random["ns_a_cell"])
    for kind in KINDS[1:]:
        show(bench(program, ROWS, 1, kind), random["ns_a_cell"])
    cost = peer(ROWS)
    print(f"scikit-learn {cost:.1f} ns a row: {cost / random['ns_a_cell']:.0f} times")
    print("\nlabels")
    show(bench(program, 1_000_000, 128, "random"))
    print("\ngrowth")
    for power in range(4, 9):
        show(bench(program, 10**power, 1, "random"))


if __name__ == "__main__":
    main()
