"""limen turns classifier scores into decisions and measures them, with a threshold per label.

    import limen

    report = limen.evaluate(scores, targets, thresholds=[0.6, 0.5, 0.8])
    print(report)                       # the table that the command line prints
    report["averages"]["macro"]["f1"]

    best = limen.tune(dev_scores, dev_targets, "f1", require="precision>=0.5")
    best.save("best.json")              # what `limen eval --thresholds best.json` reads
    limen.evaluate(scores, targets, best)

Scores and targets are anything with the buffer protocol (NumPy), DLPack (PyTorch, JAX), the Arrow
interface (pyarrow, polars), or nested lists; they are read in place where strides allow. None of
those libraries is imported here.

Doors to other libraries are modules of their own, imported when they are used: limen.torch,
limen.sklearn, limen.sentence_transformers, limen.plot, and limen.metrics with scikit-learn's
signatures.
"""

from __future__ import annotations

from ._core import Error, __version__, cpu_name, cpu_names, metric_table
from ._curve import PrCurve, ReliabilityBin, RocCurve
from ._decide import apply, evaluate, pr_curve, reliability, roc_curve
from ._report import Report
from ._tally import Tally
from ._thresholds import Thresholds
from ._tune import Search, tune

__all__ = [
    "Error",
    "PrCurve",
    "ReliabilityBin",
    "Report",
    "RocCurve",
    "Search",
    "Tally",
    "Thresholds",
    "__version__",
    "apply",
    "cpu_name",
    "cpu_names",
    "evaluate",
    "metric_table",
    "pr_curve",
    "reliability",
    "roc_curve",
    "tune",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DOORS = ("metrics", "plot", "sentence_transformers", "sklearn", "torch")


def __getattr__(name: str) -> Any:
    if name in _DOORS:
        import importlib

        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
