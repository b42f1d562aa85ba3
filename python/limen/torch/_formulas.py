"""Formulas: ratios of weighted sums of (tp, fp, tn, fn), the weights above the line, then below."""

Formula = tuple[float, float, float, float, float, float, float, float]

PRECISION: Formula = (1, 0, 0, 0, 1, 1, 0, 0)
RECALL: Formula = (1, 0, 0, 0, 1, 0, 0, 1)
SPECIFICITY: Formula = (0, 0, 1, 0, 0, 1, 1, 0)
NEGATIVE_PREDICTIVE_VALUE: Formula = (0, 0, 1, 0, 0, 0, 1, 1)
ACCURACY: Formula = (1, 0, 1, 0, 1, 1, 1, 1)
HAMMING: Formula = (0, 1, 0, 1, 1, 1, 1, 1)
MISS_RATE: Formula = (0, 0, 0, 1, 1, 0, 0, 1)
JACCARD: Formula = (1, 0, 0, 0, 1, 1, 0, 1)
F1: Formula = (2, 0, 0, 0, 2, 1, 0, 1)


def fbeta(beta: float) -> Formula:
    square = beta**2
    return (1 + square, 0, 0, 0, 1 + square, 1, 0, square)
