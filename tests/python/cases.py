"""Random batches: scores of every dtype and layout, with ties at the thresholds."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import oracle
from limen_ctypes import BINARY, MULTILABEL, BFloat16, Tally

FLOATS = ["float16", "bfloat16", "float32", "float64"]
DECISIONS = ["bool", "uint8", "int8", "int32", "int64"]
TARGETS = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
LAYOUTS = ["C", "F", "sliced", "reversed"]
WIDTHS = [1, 2, 3, 28, 64, 100, 128, 983]
GRID = [-1.0, 0.0, 0.1, 0.25, 0.5, 0.7, 1.0, 2.5]


def laid_out(array, layout):
    """The same values with other strides."""
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "sliced":
        wide = np.zeros(tuple(2 * n + 1 for n in array.shape), dtype=array.dtype)
        view = wide[tuple(slice(1, 2 * n + 1, 2) for n in array.shape)]
        view[...] = array
        return view
    if layout == "reversed":
        return np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1]
    return np.ascontiguousarray(array)


def in_dtype(values, dtype):
    """float64 values rounded to a dtype: what the library is given, and the same as float64."""
    if dtype == "bfloat16":
        rounded = np.vectorize(lambda x: oracle.round_to(dtype, x), otypes=[float])(values)
        return oracle.bfloat16_bits(rounded), rounded
    given = values.astype(dtype)
    return given, given.astype(np.float64)


@dataclass
class Case:
    rule: str
    dtype: str
    thresholds: np.ndarray  # sets x L
    scores: object  # as given
    values: np.ndarray  # the same, float64 (N, L, X)
    targets: np.ndarray
    weights: np.ndarray | None
    groups: np.ndarray | None
    group_count: int
    ignore: int | None

    @property
    def width(self):
        return self.thresholds.shape[1]

    def tally(self, states):
        return Tally(
            BINARY if self.width == 1 else MULTILABEL,
            self.width,
            states,
            thresholds=self.thresholds,
            sets=len(self.thresholds),
            rule=self.rule,
            weighted=int(self.weights is not None),
            groups=self.group_count,
            ignore_index=self.ignore,
        )

    def filled(self, states):
        return self.tally(states).update(self.scores, self.targets, self.weights, self.groups)

    def row_weights(self):
        shape = self.values.shape[0], self.values.shape[2]
        if self.weights is None:
            return np.ones(shape)
        return np.broadcast_to(self.weights[:, 0].astype(np.float64), shape)

    def decisions(self, set_index):
        if self.dtype in DECISIONS:
            return self.values != 0
        return oracle.decide(self.values, self.thresholds[set_index], self.rule, self.dtype)

    def oracle_counts(self, set_index, group=-1):
        weights = self.row_weights()
        if group >= 0:
            inside = np.broadcast_to(self.groups[:, 0], weights.shape) == group
            weights = weights * inside
        return oracle.counts(
            self.decisions(set_index), self.targets.astype(np.int64), weights, self.ignore
        )


@st.composite
def cases(draw, dtypes=tuple(FLOATS + DECISIONS), widths=tuple(WIDTHS)):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    width = draw(st.sampled_from(widths))
    rows = draw(st.sampled_from([0, 1, 2, 7, 33, 100] if width < 500 else [0, 1, 5]))
    extra = draw(st.sampled_from([1, 1, 1, 3]))
    sets = draw(st.sampled_from([1, 1, 2, 3]))
    dtype = draw(st.sampled_from(dtypes))
    shape = rows, width, extra
    thresholds = rng.choice([*GRID, np.inf, -np.inf, 1e-9, 1e30, rng.random()], (sets, width))
    if dtype in DECISIONS:
        values = rng.integers(0, 2, shape).astype(float)
    else:
        special = [np.inf, -np.inf, -0.0, 1e-9, 6e-8, 6.5e4]
        values = np.where(
            rng.random(shape) < 0.5, rng.choice([*GRID, *special], shape), rng.random(shape)
        )
    given, values = in_dtype(values, dtype)
    prevalence = rng.choice([0.0, 0.05, 0.5, 1.0], width)[None, :, None]
    ignore = draw(st.sampled_from([None, None, -1, 7]))
    target_dtypes = [t for t in TARGETS if ignore is None or t not in ("bool", "uint8")]
    targets = (rng.random(shape) < prevalence).astype(draw(st.sampled_from(target_dtypes)))
    if ignore is not None:
        targets[rng.random(shape) < 0.3] = ignore
    weights = groups = None
    if draw(st.booleans()):
        weights = rng.random((rows, 1, draw(st.sampled_from([1, extra]))))
        weights = weights.astype(draw(st.sampled_from(["float32", "float64"])))
    group_count = draw(st.sampled_from([0, 0, 1, 3]))
    if group_count:
        groups = rng.integers(0, group_count, (rows, 1, draw(st.sampled_from([1, extra]))))
        groups = groups.astype(draw(st.sampled_from(["uint8", "int32", "int64"])))
    given = laid_out(given, draw(st.sampled_from(LAYOUTS)))
    return Case(
        rule=draw(st.sampled_from(["ge", "gt"])),
        dtype=dtype,
        thresholds=thresholds,
        scores=BFloat16(given) if dtype == "bfloat16" else given,
        values=values,
        targets=laid_out(targets, draw(st.sampled_from(LAYOUTS))),
        weights=weights,
        groups=groups,
        group_count=group_count,
        ignore=ignore,
    )


def assert_counts(got, expected, weighted):
    if weighted:
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)
    else:
        np.testing.assert_array_equal(got, expected)
