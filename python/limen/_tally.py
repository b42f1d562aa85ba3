"""The tally of the core, with reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _core
from ._report import Report


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
    """

    def compute(self, metrics: Sequence[str] | None = None, **options: Any) -> Report:
        """A Report of the samples so far; options as for `limen.evaluate`."""
        return Report(self.report(metrics, **options))
