"""The table of precision, recall and F1 a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._decisions import precision_recall_fscore_support
from ._targets import Decisions

HEADS = ("precision", "recall", "f1-score", "support")


def _rows(data: Decisions, labels: Any, names: Sequence[str], options: dict[str, Any]) -> Any:
    """(name, values) a class, then the averages; None parts classes from averages."""
    inputs = data.true, data.pred
    found = precision_recall_fscore_support(*inputs, labels=labels, average=None, **options)
    yield from zip(names, zip(*found, strict=True), strict=False)
    yield None
    support = found[3].sum()
    whole = not data.multilabel and (labels is None or np.isin(data.classes, labels).all())
    averages = ("micro", "macro", "weighted", *(("samples",) if data.multilabel else ()))
    for average in averages:
        name = "accuracy" if whole and average == "micro" else f"{average} avg"
        values = precision_recall_fscore_support(*inputs, labels=labels, average=average, **options)
        yield name, (*values[:3], support)


def classification_report(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Any = None,
    target_names: Sequence[str] | None = None,
    sample_weight: Any = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: Any = "warn",
) -> Any:
    """Precision, recall, F1 and support a class and on average, as text or as a dict."""
    data = Decisions.read(y_true, y_pred, sample_weight)
    shown = data.classes if labels is None else np.asarray(labels)
    if target_names is not None and len(target_names) != len(shown) and labels is None:
        raise ValueError(f"target_names has {len(target_names)} names for {len(shown)} classes")
    names = [str(label) for label in shown] if target_names is None else list(target_names)
    options = {"sample_weight": sample_weight, "zero_division": zero_division}
    rows = _rows(data, labels, names, options)
    if output_dict:
        report: dict[str, Any] = {
            row[0]: dict(zip(HEADS, map(float, row[1]), strict=True)) for row in rows if row
        }
        if "accuracy" in report:
            report["accuracy"] = report["accuracy"]["precision"]
        return report
    width = max(*(len(name) for name in names), len("weighted avg"), digits)
    lines = [" ".join(f"{head:>{size}}" for head, size in _heads(width)), ""]
    for row in rows:
        if row is None:
            lines.append("")
            continue
        cells = [f"{value:>9.{digits}f}" for value in row[1][:3]]
        if row[0] == "accuracy":
            cells[:2] = [" " * 9] * 2
        lines.append(f"{row[0]:>{width}}  " + " ".join(cells) + f" {row[1][3]:>9}")
    return "\n".join(lines) + "\n"


def _heads(width: int) -> Any:
    return [("", width + 1), *((head, 9) for head in HEADS)]
