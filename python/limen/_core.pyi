from collections.abc import Sequence
from typing import Any, Self, final

__version__: str
cpu_name: str

class Error(ValueError):
    code: str
    row: int | None
    column: int | None

@final
class Array:
    shape: tuple[int, ...]
    dtype: str | None
    def __new__(
        cls, object: Any, name: str = "array", *, null: float | int | None = None
    ) -> Array: ...

@final
class Result:
    def tree(self) -> dict[str, Any]: ...
    def render(
        self, format: str = "table", *, top: int = 0, sort: str | None = None, columns: int = 80
    ) -> str: ...

class Tally:
    task: str
    samples: int
    width: int
    sets: int
    weighted: bool
    dtype: str | None
    @property
    def labels(self) -> tuple[str, ...] | None: ...
    @labels.setter
    def labels(self, names: Sequence[str] | None) -> None: ...
    def __init__(
        self,
        task: str,
        width: int = 1,
        thresholds: Any = None,
        *,
        keep: str | Sequence[str] | None = None,
        rule: str = "ge",
        nan: str = "error",
        logits: bool = False,
        weighted: bool = False,
        ignore_index: int | None = None,
        top_k: int = 0,
        groups: int = 0,
        bins: int = 0,
        bin_edges: Any = None,
        calibration_bins: int = 0,
        beta: float = 0.0,
        threads: int = 0,
        arrays: tuple[Any, Any, Any, Any, Any] | None = None,
    ) -> None: ...
    def update(
        self, scores: Any, targets: Any, weights: Any = None, groups: Any = None
    ) -> None: ...
    def merge(self, other: Tally) -> None: ...
    def to_bytes(self) -> bytes: ...
    @classmethod
    def from_bytes(cls, data: bytes | bytearray | memoryview) -> Self: ...
    def save(self, path: Any) -> None: ...
    @classmethod
    def load(cls, path: Any) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def reset(self) -> None: ...
    def report(
        self,
        metrics: Sequence[str] | None = None,
        *,
        labels: Sequence[str] | None = None,
        zero_division: float | str = 0,
        kappa_weights: str | None = None,
        multiclass: str = "ovr",
        normalize: str | None = None,
        beta: float = 0.0,
        cost: Sequence[float] | None = None,
        pt: float = 0.0,
        max_fpr: float = 0.0,
        fpr_range: Sequence[float] | None = None,
        floor: float = 0.0,
        squared: bool = False,
    ) -> Result: ...
    def metric(
        self, name: str, average: str = "none", *, set: int = 0, group: int = 0, **options: Any
    ) -> float | memoryview[float]: ...
    def ratio(
        self,
        formula: tuple[float, ...],
        average: str = "none",
        zero_division: float | str = 0,
        labels: str = "all",
        set: int = 0,
    ) -> float | memoryview[float]: ...
    def counts(self, set: int = 0, group: int = 0) -> memoryview[float]: ...
    def confusion(self, set: int = 0, group: int = 0) -> memoryview[float]: ...
    def thresholds(self, set: int = 0) -> memoryview[float]: ...
    def edge_counts(self, group: int = 0) -> memoryview[float]: ...
    def add_edge_counts(self, confusion: Any) -> None: ...
    def tune_result(self, objective: str = "f1", **options: Any) -> Result: ...
    def curve_columns(
        self,
        kind: str = "roc",
        label: int | None = -1,
        *,
        group: int | None = -1,
        thin: str = "none",
        points: int = 0,
    ) -> dict[str, Any]: ...
    def reliability_table(
        self, label: int | None = -1, *, group: int | None = -1
    ) -> memoryview[float]: ...

class Search:
    def __init__(
        self,
        task: str,
        width: int = 1,
        *,
        rule: str = "ge",
        nan: str = "error",
        weighted: bool = False,
        ignore_index: int | None = None,
        threads: int = 0,
        objective: str = "f1",
        scope: str = "label",
        average: str = "micro",
        at: str = "score",
        ties: str = "default",
        constraints: Sequence[tuple[str, str, float, int]] | None = None,
        costs: Sequence[Sequence[float]] | None = None,
        cost_matrix: Sequence[Sequence[float]] | None = None,
        labels: Sequence[str] | None = None,
        parameter: float = 0.0,
        restarts: int = 0,
        seed: int = 0,
        fbr_top: bool = False,
        plateau: bool = False,
        zero_division: float | str = 0,
    ) -> None: ...
    def update(self, scores: Any, targets: Any, weights: Any = None) -> None: ...
    def next_pass(self) -> bool: ...
    def outcome(self) -> Result: ...

def check_thresholds(path: Any) -> None: ...
def write_text(path: Any, text: str) -> None: ...
def metric_table() -> list[dict[str, Any]]: ...
def cpu_names() -> list[str]: ...
def apply(
    scores: Any,
    set: int = 0,
    *,
    top_labels: int = 0,
    cost_matrix: Any = None,
    task: str,
    width: int = 1,
    thresholds: Any = None,
    rule: str = "ge",
    nan: str = "error",
    logits: bool = False,
) -> memoryview[int]: ...
def ratio(
    counts: Any,
    formula: tuple[float, ...],
    average: str = "none",
    zero_division: float | str = 0,
    labels: str = "all",
) -> float | memoryview[float]: ...
def add_guessing(
    probabilities: Tally,
    logits: Tally,
    scores: Any,
    targets: Any,
    weights: Any = None,
    fresh: bool = False,
) -> Tally: ...
def are_probabilities(scores: Any) -> bool: ...
def inspect(object: Any) -> tuple[int, str, tuple[int, ...], tuple[int, ...]]: ...
