"""Formulas of counts, and torchmetrics' averages of them."""

from __future__ import annotations

from dataclasses import dataclass

AVERAGES = ("micro", "macro", "weighted", "none", None)


@dataclass(frozen=True, slots=True)
class Formula:
    """A ratio of weighted sums of (tp, fp, tn, fn)."""

    above: tuple[float, float, float, float]
    below: tuple[float, float, float, float]

    @property
    def weights(self) -> tuple[float, ...]:
        return (*self.above, *self.below)


PRECISION = Formula((1, 0, 0, 0), (1, 1, 0, 0))
RECALL = Formula((1, 0, 0, 0), (1, 0, 0, 1))
SPECIFICITY = Formula((0, 0, 1, 0), (0, 1, 1, 0))
NEGATIVE_PREDICTIVE_VALUE = Formula((0, 0, 1, 0), (0, 0, 1, 1))
ACCURACY = Formula((1, 0, 1, 0), (1, 1, 1, 1))
HAMMING = Formula((0, 1, 0, 1), (1, 1, 1, 1))
MISS_RATE = Formula((0, 0, 0, 1), (1, 0, 0, 1))
JACCARD = Formula((1, 0, 0, 0), (1, 1, 0, 1))


def fbeta(beta: float) -> Formula:
    square = beta**2
    return Formula((1 + square, 0, 0, 0), (1 + square, 1, 0, square))
