"""What curves and the reliability table are made of."""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False  # a type checker knows the name; importing typing takes longer than limen
if TYPE_CHECKING:
    from typing import Any

    import pandas

COLUMNS = ("thresholds", "fpr", "tpr", "recall", "precision", "tp", "fp")


class Curve:
    """Points of a curve from the highest threshold down: what score >= threshold predicts.

    Columns are memoryviews of float64, which numpy.asarray takes as they are. cuts: points before
    thinning. error: no point left out by points= is farther than this from the line drawn.
    """

    thresholds: memoryview
    tp: memoryview
    fp: memoryview
    positives: float
    negatives: float
    cuts: int
    error: float

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value.tobytes() if isinstance(value, memoryview) else value
            for name, value in vars(self).items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            self.__dict__[name] = memoryview(value).cast("d") if isinstance(value, bytes) else value

    def __len__(self) -> int:
        return len(self.thresholds)

    def to_pandas(self) -> pandas.DataFrame:
        """A row a point."""
        import pandas as pd

        return pd.DataFrame({name: vars(self)[name] for name in COLUMNS if name in vars(self)})

    def __repr__(self) -> str:
        return (
            f"<limen.{type(self).__name__} of {len(self)} points, {self.positives:g} positives, "
            f"{self.negatives:g} negatives>"
        )


class RocCurve(Curve):
    """fpr and tpr, from (0, 0) at threshold inf; NaN where a class is missing."""

    fpr: memoryview
    tpr: memoryview


class PrCurve(Curve):
    """recall and precision; NaN where they are 0/0."""

    recall: memoryview
    precision: memoryview


CURVES: dict[str, type[RocCurve] | type[PrCurve]] = {"roc": RocCurve, "pr": PrCurve}


class ReliabilityBin(namedtuple("ReliabilityBin", "low high weight confidence positives")):
    """Probabilities from low to less than high; the last bin of a table holds exactly 1.

    The mean probability is confidence / weight, the share of positives positives / weight.
    """

    __slots__ = ()
