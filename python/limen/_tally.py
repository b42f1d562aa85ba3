"""The tally of the core, with reports."""

from __future__ import annotations

from . import _core
from ._curve import CURVES, PrCurve, ReliabilityBin, RocCurve
from ._report import Report
from ._thresholds import Thresholds
from ._tune import options_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Tally(_core.Tally):
    """The sums that every metric is a function of.

    Tally(task, width=1, thresholds=0.5, *, keep=("counts",), rule="ge", nan="error", logits=False,
          weighted=False, ignore_index=None, top_k=0, groups=0, bins=0, bin_edges=None,
          calibration_bins=0, beta=1.0, threads=0)

    task: "binary", "multiclass" or "multilabel"; width: labels or classes. thresholds: a number,
    one a label, or rows of one a label (threshold sets, all counted in one pass); for multiclass,
    offsets that are added to the scores before the argmax. keep: any of "counts", "confusion",
    "samples", "scores", "histogram", "ranking", "calibration", "hinge". rule: "ge" (score >=
    threshold) or "gt". nan: "error", or "negative" to count a NaN score as below every threshold.
    groups: number of groups that are counted apart. threads: 0 is one, or LIMEN_NUM_THREADS.

    An update is all or nothing; unweighted tallies come out the same bits however the data was cut
    into batches. One tally must not be used by two threads at a time (RuntimeError); give each its
    own and merge.

    to_bytes, from_bytes, save, load, pickle and copy carry configuration, sums and `labels` to
    other processes and machines; what comes back is equal in bits, has the default number of
    threads, and merges. `limen eval --tally FILE` and `limen merge` read what `save` wrote. Every
    number that is loaded is checked; but a pickle itself runs code, so take those of strangers
    through `from_bytes` alone.
    """

    def __repr__(self) -> str:
        what = "classes" if self.task == "multiclass" else "labels"
        return f"<limen.Tally {self.task}: {self.width} {what}, {self.samples} samples>"

    def compute(self, metrics: Sequence[str] | None = None, **options: Any) -> Report:
        """A Report of the samples so far; options as for `limen.evaluate`."""
        return Report(self.report(metrics, **options))

    def tune(self, objective: str = "f1", **options: Any) -> Thresholds:
        """The best thresholds for what the tally keeps; options as for `limen.tune`.

        Exact where it keeps "scores"; from "histogram" the best edge of a bin, and `report["gap"]`
        bounds what the best threshold may be better by. Its own thresholds play no part. labels are
        its own unless given.
        """
        options = {"labels": self.labels, **options}
        return Thresholds._of_result(
            self.tune_result(**options_of(self.task, self.width, objective, **options))
        )

    def curve(
        self,
        kind: str = "roc",
        label: int | None = None,
        *,
        group: int | None = None,
        thin: str = "none",
        points: int = 0,
    ) -> RocCurve | PrCurve:
        """The "roc" or "pr" curve of a label, or of all pooled, from "scores" or "histogram".

        thin, points: as for `limen.roc_curve`. group: one group alone.
        """
        columns = self.curve_columns(kind, label, group=group, thin=thin, points=points)
        return CURVES[kind](**columns)

    def reliability(
        self, label: int | None = None, *, group: int | None = None
    ) -> list[ReliabilityBin]:
        """The reliability table, from "calibration", as `limen.reliability` gives it."""
        rows: Any = self.reliability_table(label, group=group).tolist()
        return [ReliabilityBin(*row) for row in rows]
