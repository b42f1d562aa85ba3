"""Thresholds of one label against exact fractions over every cut, from definitions alone: optimum,
interval, equal optima, the nearest point where conditions cannot be met, the gap of bins."""

import math
import random
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch

import limen

GREATEST = {
    "float16": 65504.0,
    "bfloat16": float.fromhex("0x1.fep127"),
    "float32": float(np.finfo(np.float32).max),
    "float64": float(np.finfo(np.float64).max),
}
LEAST = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 5e-324}
OBJECTIVES = [
    "f1", "fbeta:2", "fbeta:0.5", "accuracy", "balanced_accuracy", "precision", "recall", "jaccard",
    "mcc", "kappa", "youden", "youden:0.25", "gmean", "fowlkes_mallows", "cost", "net_benefit:0.25",
    "distance01", "min_se_sp", "recall=specificity", "fpr=fnr", "precision=recall",
]  # fmt: skip
CONDITIONS = [
    "precision", "recall", "specificity", "npv", "f1", "mcc", "accuracy", "fpr", "fnr", "fdr",
    "for", "jaccard", "kappa", "balanced_accuracy", "gmean", "predicted_rate", "predicted_count",
]  # fmt: skip


def ratio(a, b):
    return Fraction(a) / Fraction(b) if b else None


def signed_square(a, square):
    """Of a / sqrt(square): in the same order."""
    return None if square == 0 else (1 if a >= 0 else -1) * Fraction(a) ** 2 / Fraction(square)


def exact(name, tp, fp, p, n, prices=None):
    """What is compared, greatest best; None where 0/0. Roots are left out, as order needs none."""
    fn, tn, all_ = p - tp, n - fp, p + n
    name, _, parameter = name.partition(":")
    x = Fraction(parameter or 1)
    if name in ("balanced_accuracy", "youden", "min_se_sp", "gmean", "distance01") or (
        name in ("recall=specificity", "fpr=fnr")
    ):
        if not p or not n:
            return None
        se, sp = ratio(tp, p), ratio(tn, n)
        return {
            "balanced_accuracy": (se + sp) / 2,
            "youden": se - x * (1 - sp),
            "min_se_sp": min(se, sp),
            "gmean": se * sp,
            "distance01": -((1 - se) ** 2) - (1 - sp) ** 2,
        }.get(name, -abs(se - sp))
    return {
        "f1": lambda: ratio(2 * tp, 2 * tp + fp + fn),
        "fbeta": lambda: ratio((1 + x * x) * tp, (1 + x * x) * tp + x * x * fn + fp),
        "accuracy": lambda: ratio(tp + tn, all_),
        "precision": lambda: ratio(tp, tp + fp),
        "fdr": lambda: ratio(fp, tp + fp),
        "recall": lambda: ratio(tp, p),
        "fnr": lambda: ratio(fn, p),
        "specificity": lambda: ratio(tn, n),
        "fpr": lambda: ratio(fp, n),
        "npv": lambda: ratio(tn, tn + fn),
        "for": lambda: ratio(fn, tn + fn),
        "jaccard": lambda: ratio(tp, tp + fp + fn),
        "kappa": lambda: ratio(2 * (tp * tn - fn * fp), (tp + fp) * n + p * (fn + tn)),
        "mcc": lambda: signed_square(tp * tn - fp * fn, (tp + fp) * p * n * (tn + fn)),
        "fowlkes_mallows": lambda: signed_square(tp, (tp + fp) * p),
        "net_benefit": lambda: ratio(tp - fp * x / (1 - x), all_),
        "cost": lambda: -sum(a * b for a, b in zip(prices, (tp, fp, tn, fn), strict=True)),
        "precision=recall": lambda: -abs(Fraction(tp + fp - p)) if p and tp + fp else None,
        "predicted_rate": lambda: ratio(tp + fp, all_),
        "predicted_count": lambda: Fraction(tp + fp),
    }[name]()


def number(name, compared):
    """The value that is told."""
    if name in ("mcc", "gmean", "fowlkes_mallows"):
        return math.copysign(math.sqrt(abs(compared)), compared) if compared else 0.0
    return {"distance01": lambda: math.sqrt(-compared), "cost": lambda: float(-compared)}.get(
        name, lambda: float(compared)
    )()


def cuts(cells, rule, greatest):
    """threshold, low, high, tp and fp of every cut, from none to all; scores that are infinite can
    be told from finite ones only while the greatest finite number is no score."""
    scores = sorted({score + 0.0 for score, _, _ in cells}, reverse=True)
    for k in range(len(scores) + 1):
        above = scores[k - 1] if k else math.inf
        below = scores[k] if k < len(scores) else -math.inf
        high, low, offered = above, below, True
        if rule == "ge" and math.inf in (above if k else below,):
            high, low = (greatest, below) if k else (math.inf, greatest)
            offered = k == 0 or below != greatest
        if rule == "gt" and -math.inf in (below if k < len(scores) else above,):
            high, low = (above, -greatest) if k < len(scores) else (-greatest, -math.inf)
            offered = k == len(scores) or above != -greatest
        taken = [(truth, weight) for score, truth, weight in cells if score >= above and k]
        tp, fp = (sum(weight for truth, weight in taken if truth == t) for t in (1, 0))
        if offered:
            threshold = math.inf if not scores else high if rule == "ge" else low
            yield threshold, low, high, tp, fp


def short_by(conditions, tp, fp, p, n, slack):
    """The greatest violation; infinite where one is 0/0."""
    worst = 0.0
    for name, sense, bound in conditions:
        compared = exact(name, tp, fp, p, n)
        if compared is None:
            return math.inf
        by = (bound - number(name, compared)) * (1 if sense == ">=" else -1)
        by = 0.0 if by < slack else by
        worst = max(worst, by / float(p + n) if name == "predicted_count" and p + n else by)
    return worst


def make(seed):
    source = random.Random(seed)
    dtype = source.choice(list(GREATEST))
    special = [-0.0, 0.0, 1.0, LEAST[dtype], -LEAST[dtype], GREATEST[dtype], -GREATEST[dtype],
               math.inf, -math.inf]  # fmt: skip
    kind = torch.float64 if dtype == "float64" else getattr(torch, dtype)
    pool = torch.tensor([source.gauss(0, 2) for _ in range(source.randint(1, 12))]).to(kind)
    pool, odd = pool.double().tolist(), source.choice([0, 0, 0.3])
    share, weighted = source.choice([0, 0.1, 0.3, 0.5, 0.7, 1]), source.random() < 0.2
    cells = [
        (
            source.choice(special) if source.random() < odd else source.choice(pool),
            int(source.random() < share),
            Fraction(source.randint(1, 9), 4) if weighted else 1,
        )
        for _ in range(source.randint(0, 40))
    ]
    conditions = [
        (name, source.choice(["<=", ">="]), source.choice([0.0, 0.25, 0.5, 0.75, 1.0]))
        for name in source.sample(CONDITIONS, source.choice([0, 0, 1, 2]))
    ]
    return source, dtype, kind, cells, weighted, conditions


def tune(seed):
    """The case, and what limen says of it."""
    source, dtype, kind, cells, weighted, conditions = make(seed)
    scores = torch.tensor([cell[0] for cell in cells], dtype=torch.float64).to(kind)
    targets = np.array([cell[1] for cell in cells], np.uint8)
    weights = np.array([float(cell[2]) for cell in cells]) if weighted else None
    objective, rule = source.choice(OBJECTIVES), source.choice(["ge", "gt"])
    prices = [source.randint(-1, 5) for _ in range(4)] if objective == "cost" else None
    options = {"plateau": True, "require": [f"{a}{b}{c}" for a, b, c in conditions] or None}
    if prices:
        options["cost"] = prices
    keep = source.choice(["", "scores", "histogram"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if keep:
            bins = {"bins": 4} if keep == "histogram" else {}
            tally = limen.Tally("binary", keep=keep, rule=rule, weighted=weighted, **bins)
            tally.update(scores, targets, weights)
            found = tally.tune(objective, **options)
        else:
            found = limen.tune(scores, targets, objective, rule=rule, weights=weights, **options)
    rough = keep == "histogram" and dtype in ("float32", "float64") and bool(cells)
    return dtype, rule, cells, weighted, conditions, objective, prices, rough, found


def counts_at(threshold, cells, rule):
    def taken(score):
        if math.isinf(threshold):
            return threshold < 0
        return score >= threshold if rule == "ge" else score > threshold

    tp, fp = (
        sum(weight for score, truth, weight in cells if truth == t and taken(score)) for t in (1, 0)
    )
    return tp, fp


def check(seed):
    dtype, rule, cells, weighted, conditions, objective, prices, rough, found = tune(seed)
    label, gap = found.report["labels"][0], found.report["gap"]
    every = list(cuts(cells, rule, GREATEST[dtype]))
    p, n = (sum(weight for _, truth, weight in cells if truth == t) for t in (1, 0))
    slack = 1e-12 if weighted else 1e-15

    def worth(cut):
        return exact(objective, *cut[-2:], p, n, prices)

    here = counts_at(label["threshold"], cells, rule)
    for place, missing in ((0, p), (-1, n)):  # nothing to choose where a class is missing
        cut = every[place]
        lax = [short_by([each], *cut[3:], p, n, slack) for each in conditions]
        if not missing and worth(cut) is None and all(miss in (0, math.inf) for miss in lax):
            assert label["status"] in ("no_positives", "no_negatives") and label["value"] is None
            assert sum(here) == 0 if not p else here[0] == p
            return label["status"]
    misses = [short_by(conditions, *cut[3:], p, n, slack) for cut in every]
    allowed = [cut for cut, miss in zip(every, misses, strict=True) if miss == 0]
    best = max((worth(cut) for cut in allowed if worth(cut) is not None), default=None)
    if rough:
        if label["status"] in ("infeasible", "undetermined"):
            assert label["status"] == "undetermined" or not allowed
        else:
            assert allowed and short_by(conditions, *here, p, n, slack) == 0
        if label["value"] is not None and best is not None and gap is not None and found.feasible:
            apart = abs(number(objective, best) - number(objective, worth(here)))
            assert worth(here) <= best and apart <= gap + 1e-11
        return label["status"]
    assert found.feasible == bool(allowed) == (label["status"] != "infeasible")
    if not allowed:
        least = min(misses)
        near = [cut for cut, miss in zip(every, misses, strict=True) if miss - least <= slack or
                miss == least]  # fmt: skip
        assert here in [cut[3:] for cut in near]
        assert least == math.inf or label["violation"] == pytest.approx(least, abs=1e-12)
        best = max((worth(cut) for cut in near if worth(cut) is not None), default=None)
        equal = [cut for cut in near if worth(cut) == best]
        assert weighted or label["threshold"] == max(equal)[0]
        return "infeasible"
    if best is None:
        assert label["value"] is None
        return "undefined"
    assert gap == 0 and float(worth(here)) == pytest.approx(float(best), abs=1e-12)
    if "=" not in objective:
        assert label["value"] == pytest.approx(number(objective, best), abs=1e-12)
    if not weighted:
        equal = sorted(cut[:3] for cut in allowed if worth(cut) == best)
        chosen = equal[0] if objective == "precision" else equal[-1]
        assert (label["threshold"], label["low"], label["high"]) == chosen
        listed = [(cut["threshold"], cut["low"], cut["high"]) for cut in label["plateau"]]
        assert sorted(listed) == equal
    return "optimal"


def test_against_exact_fractions():
    said = [check(seed) for seed in range(3000)]
    assert {"optimal", "infeasible", "within_gap", "undefined", "no_positives"} <= set(said)
    assert said.count("optimal") > 1000
