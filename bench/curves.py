"""Curves and ranking beside scikit-learn and torchmetrics, on one thread.

    LIMEN_LIBRARY=build/release/liblimen.so python bench/curves.py [--quick]

Every time is CPU time, the least of a few runs, taken in turn with the peer's. "reads" is the time
of summing the same scores and targets with NumPy, which is a plain read of the bytes.
"""

import os
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "python"))

import numpy as np
import torch
from sklearn import metrics as sk
from torchmetrics.functional import classification as tm

from limen_ctypes import BINARY, HISTOGRAM, MULTILABEL, RANKING, SCORES, Tally

torch.set_num_threads(1)


def least(function, runs):
    times = []
    for _ in range(runs):
        start = time.process_time()
        value = function()
        times.append(time.process_time() - start)
    return min(times), value


def row(name, cells, ours, peer, read, same):
    print(
        f"{name:<34} {ours * 1e3:>10.2f} {peer * 1e3:>12.1f} {ours / cells * 1e9:>9.2f}"
        f" {peer / ours:>9.0f} {ours / read:>7.1f}   {'equal' if same else 'DIFFERENT'}",
        flush=True,
    )


def plain_read(*arrays):
    return least(lambda: [a.view(np.uint8).max() for a in arrays], 3)[0]


def exact_areas(rng, rows):
    targets = (rng.random(rows) < 0.2).astype(np.uint8)
    scores = (1 / (1 + np.exp(-rng.normal(targets * 1.5 - 1, 1)))).astype(np.float32)

    def ours():
        tally = Tally(BINARY, 1, SCORES).update(scores, targets)
        return tally.value("auroc", "micro"), tally.value("average_precision", "micro")

    def peer():
        return sk.roc_auc_score(targets, scores), sk.average_precision_score(targets, scores)

    (t, a), (u, b) = least(ours, 3), least(peer, 1)
    row(f"AUROC + AP, {rows:.0e} float32", rows, t, u, plain_read(scores, targets),
        np.allclose(a, b, atol=1e-9))  # fmt: skip


def binned(rng, rows, labels, count):
    scores = rng.random((rows, labels), dtype=np.float32)
    targets = (rng.random((rows, labels)) < 0.1).astype(np.uint8)
    edges = np.linspace(0, 1, count).astype(np.float32).astype(np.float64)
    t_scores, t_targets = torch.tensor(scores), torch.tensor(targets.astype(np.int64))

    def ours():
        tally = Tally(MULTILABEL, labels, HISTOGRAM, bin_edges=edges).update(scores, targets)
        return np.array([tally.curve("pr", label)[1][::-1, 1] for label in range(labels)])

    def peer():
        _, recall, _ = tm.multilabel_precision_recall_curve(
            t_scores, t_targets, labels, thresholds=torch.tensor(edges), validate_args=False
        )
        return recall.numpy()[:, :-1] * targets.sum(axis=0)[:, None]

    (t, a), (u, b) = least(ours, 5), least(peer, 1)
    row(f"binned PR, {rows} x {labels}, T = {count}", rows * labels, t, u,
        plain_read(scores, targets), np.allclose(a, b, atol=0.01))  # fmt: skip


def ranking(rng, rows, labels, share):
    scores = rng.random((rows, labels), dtype=np.float32)
    targets = (rng.random((rows, labels)) < share).astype(np.uint8)
    t_scores, t_targets = torch.tensor(scores), torch.tensor(targets.astype(np.int64))
    names = {
        "lrap": lambda: tm.multilabel_ranking_average_precision(t_scores, t_targets, labels),
        "ranking_loss": lambda: tm.multilabel_ranking_loss(t_scores, t_targets, labels),
        "coverage_error": lambda: tm.multilabel_coverage_error(t_scores, t_targets, labels),
    }
    for name, peer in names.items():

        def ours(metric=name):
            tally = Tally(MULTILABEL, labels, RANKING).update(scores, targets)
            return tally.value(metric, "whole")

        (t, a), (u, b) = least(ours, 9), least(peer, 3)
        row(f"{name}, {rows} x {labels}, {share:.0%} true", rows * labels, t, u,
            plain_read(scores, targets), abs(a - float(b)) < 1e-4)  # fmt: skip


def main():
    quick = "--quick" in sys.argv[1:]
    rng = np.random.default_rng(20261123)
    print(f"{'':<34} {'limen ms':>10} {'peer ms':>12} {'ns/cell':>9} {'times':>9} {'reads':>7}")
    exact_areas(rng, 10**5 if quick else 10**7)
    binned(rng, 1000 if quick else 10_000, 128, 200)
    for share in (0.03, 0.1, 0.2, 0.5):
        ranking(rng, 256 if quick else 4096, 100, share)


if __name__ == "__main__":
    main()
