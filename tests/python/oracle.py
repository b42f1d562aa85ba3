"""What the library must compute, by brute force. Slow and plain on purpose."""

import math

import numpy as np

# Explicit bits of the significand, least exponent of a normal number, greatest finite value.
FORMATS = {
    "float16": (10, -14, 65504.0),
    "bfloat16": (7, -126, float.fromhex("0x1.fep127")),
    "float32": (23, -126, float.fromhex("0x1.fffffep127")),
}


def round_to(dtype, value):
    """A double rounded to nearest even in a narrower format, in exact steps."""
    if dtype not in FORMATS or value == 0 or math.isinf(value):
        return value
    bits, least, greatest = FORMATS[dtype]
    exponent = max(math.frexp(value)[1] - 1, least)
    quantum = math.ldexp(1.0, exponent - bits)
    rounded = round(value / quantum) * quantum
    if abs(rounded) > greatest:
        return math.copysign(math.inf, value)
    return rounded + 0.0


def bfloat16_bits(values):
    """float32 numbers that are bfloat16 already, as their bits."""
    return (np.asarray(values, dtype=np.float32).view(np.uint32) >> 16).astype(np.uint16)


def logit(p):
    if p <= 0:
        return -math.inf
    return math.inf if p >= 1 else math.log(p / (1 - p))


def decide(scores, thresholds, rule="ge", dtype="float64", logits=False):
    """Decisions of scores (N, L, X), given as float64, at one threshold a label."""
    out = np.zeros(scores.shape, dtype=bool)
    for label, threshold in enumerate(thresholds):
        column = scores[:, label]
        cut = round_to(dtype, logit(threshold) if logits else threshold)
        if cut == math.inf:
            continue
        if cut == -math.inf:
            out[:, label] = ~np.isnan(column)
        elif rule == "ge":
            out[:, label] = column >= cut
        else:
            out[:, label] = column > cut
    return out


def counts(decisions, targets, weights=None, ignore=None):
    """width x 4 (tp, fp, tn, fn) of (N, L, X) arrays; weights are (N, X)."""
    width = decisions.shape[1]
    out = np.zeros((width, 4))
    if weights is None:
        weights = np.ones((decisions.shape[0], decisions.shape[2]))
    for label in range(width):
        decided, target = decisions[:, label], targets[:, label]
        kept = np.ones(target.shape, dtype=bool) if ignore is None else target != ignore
        true = target == 1
        for column, cell in enumerate(
            [decided & true, decided & ~true, ~decided & ~true, ~decided & true]
        ):
            out[label, column] = math.fsum(weights[cell & kept])
    return out


def classify(scores, top_k=1, targets=None, offsets=None):
    """Predicted classes (N, X) of scores (N, C, X). With top_k the true class if it is among the
    k greatest; of equal scores the lower class is the greater one, NaN is below all."""
    scores = scores if offsets is None else scores + np.asarray(offsets)[None, :, None]
    scores = np.where(np.isnan(scores), -np.inf, scores)
    predicted = np.argmax(scores, axis=1)
    if top_k > 1:
        for row, extra in np.ndindex(predicted.shape):
            order = np.argsort(-scores[row, :, extra], kind="stable")[:top_k]
            if targets[row, extra] in order:
                predicted[row, extra] = targets[row, extra]
    return predicted


def confusion(predicted, targets, classes, weights=None, ignore=None):
    predicted, targets = predicted.ravel(), targets.ravel()
    weights = np.ones(len(targets)) if weights is None else weights.ravel()
    out = np.zeros((classes, classes))
    for p, t, w in zip(predicted, targets, weights, strict=True):
        if ignore is None or t != ignore:
            out[t, p] += w
    return out


def one_against_rest(matrix):
    """width x 4 (tp, fp, tn, fn) of a confusion matrix."""
    tp = np.diag(matrix)
    fp, fn = matrix.sum(axis=0) - tp, matrix.sum(axis=1) - tp
    return np.stack([tp, fp, matrix.sum() - tp - fp - fn, fn], axis=1)


def ratio(numerator, denominator):
    """None is 0/0."""
    return None if denominator == 0 else numerator / denominator


def _both(a, b, combine):
    return None if a is None or b is None else combine(a, b)


def metric(name, cell, beta=1.0, cost=(0, 1, 0, 1), pt=0.5):
    """One metric of one tp, fp, tn, fn, straight from its definition; None where undefined."""
    tp, fp, tn, fn = (float(x) for x in cell)
    n = tp + fp + tn + fn
    recall, specificity = ratio(tp, tp + fn), ratio(tn, tn + fp)
    precision, npv = ratio(tp, tp + fp), ratio(tn, tn + fn)
    fpr, fnr = ratio(fp, fp + tn), ratio(fn, fn + tp)
    prevalence = ratio(tp + fn, n)
    product = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)

    def chance_corrected():
        observed = (tp + tn) / n
        chance = ((tp + fp) * (tp + fn) + (tn + fp) * (tn + fn)) / n**2
        return ratio(observed - chance, 1 - chance) if max(tp, tn) < n else None

    def prevalence_threshold(tpr, other):
        if tpr == other:
            return None if tpr == 0 else 0.5
        return (math.sqrt(tpr * other) - other) / (tpr - other)

    formulas = {
        "tp": lambda: tp,
        "fp": lambda: fp,
        "tn": lambda: tn,
        "fn": lambda: fn,
        "support": lambda: tp + fn,
        "prevalence": lambda: prevalence,
        "predicted_rate": lambda: ratio(tp + fp, n),
        "accuracy": lambda: ratio(tp + tn, n),
        "hamming_loss": lambda: ratio(fp + fn, n),
        "balanced_accuracy": lambda: _both(recall, specificity, lambda a, b: (a + b) / 2),
        "precision": lambda: precision,
        "recall": lambda: recall,
        "specificity": lambda: specificity,
        "npv": lambda: npv,
        "fpr": lambda: fpr,
        "fnr": lambda: fnr,
        "fdr": lambda: ratio(fp, fp + tp),
        "for": lambda: ratio(fn, fn + tn),
        "f1": lambda: ratio(tp, tp + (fp + fn) / 2),
        "fbeta": lambda: ratio((1 + beta**2) * tp, (1 + beta**2) * tp + beta**2 * fn + fp),
        "jaccard": lambda: ratio(tp, tp + fp + fn),
        "mcc": lambda: ratio(tp * tn - fp * fn, math.sqrt(product)),
        "kappa": lambda: chance_corrected() if n else None,
        "informedness": lambda: _both(recall, fpr, lambda a, b: a - b),
        "markedness": lambda: _both(precision, npv, lambda a, b: a + b - 1),
        "gmean": lambda: _both(recall, specificity, lambda a, b: math.sqrt(a * b)),
        "min_se_sp": lambda: _both(recall, specificity, min),
        "distance01": lambda: _both(recall, fpr, lambda a, b: math.sqrt((1 - a) ** 2 + b**2)),
        "fowlkes_mallows": lambda: _both(precision, recall, lambda a, b: math.sqrt(a * b)),
        "lr_plus": lambda: _both(recall, fpr, ratio),
        "lr_minus": lambda: _both(fnr, specificity, ratio),
        "diagnostic_odds_ratio": lambda: ratio(tp * tn, fp * fn),
        "prevalence_threshold": lambda: _both(recall, fpr, prevalence_threshold),
        "lift": lambda: _both(precision, prevalence, ratio),
        "net_benefit": lambda: ratio(tp - fp * pt / (1 - pt), n),
        "cost": lambda: cost[0] * tp + cost[1] * fp + cost[2] * tn + cost[3] * fn,
    }
    return formulas[name]()


COUNT_METRICS = [
    "tp", "fp", "tn", "fn", "support", "prevalence", "predicted_rate", "accuracy", "hamming_loss",
    "balanced_accuracy", "precision", "recall", "specificity", "npv", "fpr", "fnr", "fdr", "for",
    "f1", "fbeta", "jaccard", "mcc", "kappa", "informedness", "markedness", "gmean", "min_se_sp",
    "distance01", "fowlkes_mallows", "lr_plus", "lr_minus", "diagnostic_odds_ratio",
    "prevalence_threshold", "lift", "net_benefit", "cost",
]  # fmt: skip

FILL = {"zero": 0.0, "one": 1.0, "nan": math.nan, "skip": math.nan}


def average(values, weights, zero_division):
    """(value, defined) of a mean of values, of which None are 0/0."""
    pairs = [(v, w) for v, w in zip(values, weights, strict=True) if w != 0]
    known = [(v, w) for v, w in pairs if v is not None]
    if not known or (zero_division == "nan" and len(known) < len(pairs)):
        return FILL[zero_division], False
    if zero_division == "skip":
        pairs = known
    filled = [(FILL[zero_division] if v is None else v, w) for v, w in pairs]
    total = math.fsum(w for _, w in filled)
    return math.fsum(v * w for v, w in filled) / total, True


def averaged(name, cells, kind, zero_division="zero", **options):
    """(value, defined) of a metric of width x 4 counts."""
    if kind == "micro":
        value = metric(name, cells.sum(axis=0), **options)
        return (FILL[zero_division], False) if value is None else (value, True)
    values = [metric(name, cell, **options) for cell in cells]
    weights = cells[:, 0] + cells[:, 3] if kind == "weighted" else np.ones(len(cells))
    return average(values, weights, zero_division)


def sample_metrics(decisions, targets, beta=1.0, weights=None, ignore=None):
    """name -> (ratios of the rows that have a cell, None for 0/0), and the weights of those."""
    rows = {name: [] for name in ["precision", "recall", "f1", "fbeta", "jaccard", "hamming_loss",
                                  "accuracy", "exact_match"]}  # fmt: skip
    kept_weights = []
    for row, extra in np.ndindex(decisions.shape[0], decisions.shape[2]):
        target, decided = targets[row, :, extra], decisions[row, :, extra]
        kept = np.ones(len(target), dtype=bool) if ignore is None else target != ignore
        if not kept.any():
            continue
        true, decided = target[kept] == 1, decided[kept]
        cell = [np.sum(decided & true), np.sum(decided & ~true), np.sum(~decided & ~true),
                np.sum(~decided & true)]  # fmt: skip
        for name in ["precision", "recall", "f1", "jaccard", "hamming_loss", "accuracy"]:
            rows[name].append(metric(name, cell))
        rows["fbeta"].append(metric("fbeta", cell, beta=beta))
        rows["exact_match"].append(float((true == decided).all()))
        kept_weights.append(1.0 if weights is None else weights[row, extra])
    return rows, kept_weights
