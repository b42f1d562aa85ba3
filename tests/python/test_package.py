"""The package that `import limen` gives, from the source tree."""

import numpy as np

import limen


def test_a_report_of_per_label_thresholds():
    scores = np.array([[0.9, 0.2], [0.6, 0.4], [0.8, 0.7]], np.float32)
    targets = np.array([[1, 0], [1, 1], [0, 1]], np.uint8)
    report = limen.evaluate(scores, targets, [0.5, 0.7])
    assert report["averages"]["macro"]["f1"] == (0.8 + 2 / 3) / 2
