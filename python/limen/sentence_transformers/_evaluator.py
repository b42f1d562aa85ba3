"""The evaluators."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

import limen

from ._evaluation import Evaluation, Number
from ._files import file_name, store_result, write_table
from ._measures import F1, FULLER, USUAL, Measure
from ._problem import PROBLEMS, checked_labels, problem_of, scores_of

try:
    from sentence_transformers.base.evaluation import BaseEvaluator
except ImportError:  # before 5.4
    from sentence_transformers.evaluation import SentenceEvaluator as BaseEvaluator

logger = logging.getLogger(__name__)


class Metrics(dict):
    """The numbers of an evaluation, a dict.

    Before version 4 the library's `fit` compares what an evaluator returns with the best so far, as
    numbers: in a comparison this is its primary metric.
    """

    def __init__(self, values: dict[str, float], primary: str) -> None:
        super().__init__(values)
        self.primary = primary

    def __float__(self) -> float:
        return float(self[self.primary])

    def __lt__(self, other: Any) -> bool:
        return float(self) < float(other)

    def __gt__(self, other: Any) -> bool:
        return float(self) > float(other)

    def __reduce__(self) -> tuple:
        return Metrics, (dict(self), self.primary)


def is_writer() -> bool:
    """Whether this is the process that writes files: the first, where there are several."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank() == 0
    return int(os.environ.get("RANK", "0")) == 0


@contextlib.contextmanager
def tolerate(path: Path) -> Iterator[None]:
    """A file that cannot be written is a warning: hours of training are worth more."""
    try:
        yield
    except (OSError, limen.Error) as error:
        reason = getattr(error, "strerror", None) or error
        logger.warning("%s cannot be written (%s); the run goes on without it", path, reason)


def try_objective(objective: str, problem: str) -> None:
    """Raises limen.Error now rather than after an hour when thresholds cannot be tuned for it."""
    scores = [[0.25, 0.75], [0.75, 0.25]] if problem == "multiclass" else [0.25, 0.75]
    limen.tune(scores, [1, 0] if problem == "multiclass" else [0, 1], objective)


def occasion(epoch: float, steps: int) -> str:
    if epoch == -1:
        return ""
    return f" after epoch {epoch:g}" if steps == -1 else f" in epoch {epoch:g} after {steps} steps"


class ClassificationEvaluator(BaseEvaluator):
    """Measures a cross-encoder as a classifier of pairs, at every evaluation of its training.

    problem_type: "binary" (labels 0 and 1; a model with one output, or with two, of which the
    greater decides), "multiclass" (class numbers; several outputs), "multilabel" (a list of 0 and 1
    a pair, an output a label). The library's own order, (sentence_pairs, labels, ...), is
    understood too; the type is then that of the labels and of the model's output.

    sentence_pairs: N pairs of texts. labels: N. name: stands before each key and in file names.
    batch_size, show_progress_bar and prompt_name are handed to model.predict; the progress bar is
    shown when the logging level is INFO or DEBUG, unless said otherwise.

    write_csv: each call that has an output_path adds a row to "{class}_{name}_results.csv" there.
    csv_path: a file that gathers the rows of all calls. save_predictions: each call writes labels,
    decisions, scores and texts beside that, as a table that `limen eval` reads.

    thresholds: a number, one a label, a `limen.Thresholds` or the path of a thresholds file; for
    multiclass, offsets. They are compared with what model.predict returns, or with the difference
    of two outputs. The default is the probability of one half: 0.5, or 0 when the model's
    activation is the identity; the greatest output where there are two or more classes. rule: "ge"
    or "gt"; `limen.Thresholds` keep their own.

    tune_thresholds: an objective such as "f1". The best thresholds on this very set are measured as
    well, under keys that end with "_tuned", and those of the best evaluation (by primary_metric)
    are stored as "thresholds.json" in output_path, for `limen.Thresholds.load`.

    label_names: of labels or classes, for files and the report. primary_metric: a key (without the
    name) other than f1_macro, or f1 for binary.

    After a call, `report` is the `limen.Report` of all counts. A NaN score counts as below all
    others, with a warning. Raises ValueError for labels that do not fit, at once; a file that
    cannot be written is a warning.
    """

    measures: ClassVar[dict[str, tuple[Measure, ...]]] = {
        problem: F1[problem] + USUAL[problem] + FULLER[problem] for problem in PROBLEMS
    }

    def __init__(
        self,
        problem_type: Any = None,
        sentence_pairs: Any = None,
        labels: Any = None,
        name: str = "",
        *,
        batch_size: int = 32,
        show_progress_bar: bool | None = None,
        write_csv: bool = True,
        csv_path: str | os.PathLike[str] | None = None,
        thresholds: Any = None,
        tune_thresholds: str | None = None,
        rule: str = "ge",
        save_predictions: bool = False,
        label_names: Sequence[str] | None = None,
        primary_metric: str | None = None,
        prompt_name: str | None = None,
    ) -> None:
        super().__init__()
        if problem_type is not None and not isinstance(problem_type, str):
            given = [each for each in (sentence_pairs, labels) if each is not None]
            problem_type, sentence_pairs, labels = None, problem_type, given[0] if given else None
            name = given[1] if len(given) > 1 else name
        if problem_type not in (None, *PROBLEMS):
            raise ValueError(f'problem_type "{problem_type}": it is one of {", ".join(PROBLEMS)}')
        if sentence_pairs is None or labels is None:
            raise ValueError("sentence_pairs and labels are needed")
        self.sentence_pairs = list(sentence_pairs)
        self.labels = checked_labels(labels, problem_type)
        if len(self.sentence_pairs) != len(self.labels) or not self.sentence_pairs:
            raise ValueError(
                f"{len(self.sentence_pairs)} sentence_pairs and {len(self.labels)} labels: as many "
                "of both are needed, and at least one"
            )
        if isinstance(thresholds, (str, os.PathLike)):
            thresholds = limen.Thresholds.load(os.fspath(thresholds))
        if show_progress_bar is None:
            show_progress_bar = logger.getEffectiveLevel() in (logging.INFO, logging.DEBUG)
        self.problem_type = problem_type or problem_of(self.labels)
        self.inferred = problem_type is None
        self.name = name
        self.batch_size = batch_size
        self.show_progress_bar = show_progress_bar
        self.prompt_name = prompt_name
        self.write_csv = write_csv
        self.csv_path = None if csv_path is None else Path(csv_path)
        self.csv_file = file_name(type(self).__name__, name) + "_results.csv"
        self.save_predictions = save_predictions
        self.thresholds = thresholds
        self.rule = rule
        self.tune_thresholds = tune_thresholds
        self.label_names = None if label_names is None else [str(each) for each in label_names]
        self.greater_is_better = True
        self.primary_metric = self._primary(primary_metric or F1[self.problem_type][0].key)
        if tune_thresholds is not None:
            try_objective(tune_thresholds, self.problem_type)
        self.report: limen.Report | None = None
        self._decided: list[float] | None = None
        self._best: tuple[float, Any] | None = None

    @classmethod
    def from_input_examples(
        cls, problem_type: Any = None, examples: Any = None, name: str = "", **options: Any
    ) -> ClassificationEvaluator:
        """From examples that have `.texts` and `.label`, as sentence_transformers.InputExample.

        Options are those of the constructor. Examples may come first, as in the library's own.
        """
        if problem_type is not None and not isinstance(problem_type, str):
            problem_type, examples = None, problem_type
        if examples is None:
            raise ValueError("examples are needed")
        examples = list(examples)
        pairs = [example.texts for example in examples]
        return cls(problem_type, pairs, [example.label for example in examples], name, **options)

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: float = -1, steps: int = -1
    ) -> dict[str, float]:
        """Evaluates a model: a flat dict of floats, of which `primary_metric` is one key.

        Takes one pass of the model over the pairs, and O(N log N) for what needs sorted scores.
        """
        kind, where = type(self).__name__, f" on {self.name}" if self.name else ""
        logger.info("%s: evaluation%s%s", kind, where, occasion(epoch, steps))
        outputs = self._predict(model)
        if self.inferred and self.problem_type == "binary" and outputs.ndim == 2:
            self._become_multiclass(outputs.shape[1])
        scores = scores_of(self.problem_type, outputs, self.labels, model)
        evaluation = Evaluation(
            self.problem_type,
            scores,
            self.labels,
            self.thresholds,
            self.rule,
            self.tune_thresholds,
            self.label_names,
        )
        self.report, self._decided = evaluation.report, evaluation.thresholds
        numbers = evaluation.numbers(self.measures[self.problem_type])
        self._log(numbers, evaluation.notes)
        metrics = Metrics(
            {self._key(each.key): each.value for each in numbers}, self.primary_metric
        )
        if is_writer():
            self._keep_best(evaluation, float(metrics))
            self._write(evaluation, numbers, output_path, epoch, steps)
        if hasattr(self, "store_metrics_in_model_card_data") and hasattr(model, "model_card_data"):
            self.store_metrics_in_model_card_data(model, metrics, epoch, steps)
        return metrics

    def get_config_dict(self) -> dict[str, Any]:
        """What the model card says of this evaluation; fit for JSON.

        thresholds: those of the last call; before, as they were given.
        """
        given = getattr(self.thresholds, "values", self.thresholds)
        if given is not None:
            given = np.ravel(np.asarray(given, float)).tolist()
        config = {
            "problem_type": self.problem_type,
            "thresholds": self._decided or given,
            "rule": getattr(self.thresholds, "rule", self.rule),
            "tune_thresholds": self.tune_thresholds,
            "tuned_thresholds": self._best and list(self._best[1].values),
            "label_names": self.label_names,
        }
        return {key: value for key, value in config.items() if value is not None}

    def __getstate__(self) -> dict[str, Any]:
        """For pickling and copying, without the report of the last call."""
        return {**self.__dict__, "report": None}

    def _key(self, key: str) -> str:
        return f"{self.name}_{key}" if self.name else key

    def _primary(self, key: str) -> str:
        """The full key; ValueError when there is none, or another one that the library mixes up.

        Its `fit` takes every key that ends with the primary one.
        """
        problem, f1 = self.problem_type, F1[self.problem_type]
        known = [each.key for each in self.measures[problem]]
        known += ["f1_best"] if problem == "binary" else []
        known += [f"{each.key}_tuned" for each in f1] if self.tune_thresholds else []
        if key not in known:
            raise ValueError(f'primary_metric "{key}": it is one of {", ".join(known)}')
        full = self._key(key)
        for other in map(self._key, known):
            if other != full and other.endswith(full):
                raise ValueError(f'primary_metric "{key}" is the end of "{other}"; give a name')
        return full

    def _become_multiclass(self, outputs: int) -> None:
        """Labels 0 and 1 alone were taken for a binary problem; the model knows more classes."""
        if outputs > 2:
            self.problem_type = "multiclass"
            self.primary_metric = self._primary(F1["multiclass"][0].key)
            logger.warning("the model has %d outputs: multiclass, not binary", outputs)

    def _predict(self, model: Any) -> np.ndarray:
        """(N,) or (N, C) scores of the model, NaN and infinities replaced by finite numbers."""
        prompt = {} if self.prompt_name is None else {"prompt_name": self.prompt_name}
        outputs = np.asarray(
            model.predict(
                self.sentence_pairs,
                batch_size=self.batch_size,
                show_progress_bar=self.show_progress_bar,
                convert_to_numpy=True,
                **prompt,
            )
        )
        missing = np.isnan(outputs)
        if missing.any():
            logger.warning(
                "%d of %d scores are NaN and count as below all others; has the training diverged?",
                missing.sum(),
                missing.size,
            )
        return np.nan_to_num(outputs, nan=np.finfo(outputs.dtype).min)

    def _log(self, numbers: Sequence[Number], notes: Sequence[str]) -> None:
        width = max(len(each.title) for each in numbers) + 1
        for each in numbers:
            shown = f"{each.value:.4f}" if "hreshold" in each.title else f"{100 * each.value:.2f}"
            logger.info("%-*s %s", width, f"{each.title}:", shown)
        if notes:
            logger.info("%s", " ".join(notes))

    def _keep_best(self, evaluation: Evaluation, value: float) -> None:
        if evaluation.tuned is not None and (self._best is None or value > self._best[0]):
            self._best = value, evaluation.tuned

    def _write(
        self,
        evaluation: Evaluation,
        numbers: Sequence[Number],
        output_path: str | None,
        epoch: float,
        steps: int,
    ) -> None:
        folder = None if output_path is None else Path(output_path)
        header = ["epoch", "steps", *(each.title for each in numbers)]
        row = [epoch, steps, *(each.value for each in numbers)]
        places = [folder / self.csv_file if folder else None, self.csv_path]
        for path in places if self.write_csv else []:
            if path is not None:
                with tolerate(path):
                    store_result(path, header, row)
        if folder and self.save_predictions:
            self._write_predictions(evaluation, folder, epoch, steps)
        if folder and self._best is not None:
            path = folder / "thresholds.json"
            with tolerate(path):
                folder.mkdir(parents=True, exist_ok=True)
                self._best[1].save(os.fspath(path))

    def _write_predictions(
        self, evaluation: Evaluation, folder: Path, epoch: float, steps: int
    ) -> None:
        when = [f"epoch{epoch:g}"] if epoch != -1 else []
        when += [f"steps{steps}"] if steps != -1 else []
        path = folder / (file_name(type(self).__name__, self.name, "predictions", *when) + ".tsv")
        with tolerate(path):
            write_table(path, evaluation.table(self.sentence_pairs), delimiter="\t")
            logger.info("predictions: %s", evaluation.command(path))


class CEF1Evaluator(ClassificationEvaluator):
    """F1 of a cross-encoder: binary, or macro, micro and weighted, and what goes with them.

    As ClassificationEvaluator, with fewer numbers: "f1" and, for binary, "f1_best" at
    "f1_best_threshold", accuracy, precision, recall, mcc, average_precision; else "f1_macro",
    "f1_micro", "f1_weighted" and accuracy (multilabel: of pairs whose labels are all right).
    """

    measures: ClassVar[dict[str, tuple[Measure, ...]]] = {
        problem: F1[problem] + USUAL[problem] for problem in PROBLEMS
    }
