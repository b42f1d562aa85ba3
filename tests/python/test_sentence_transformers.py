"""The evaluators on scores that are given: what they return, write, log and refuse."""

import csv
import json
import logging
import os
import pickle
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sk

pytest.importorskip("sentence_transformers")
import torch

import limen
from limen.sentence_transformers import CEF1Evaluator, ClassificationEvaluator
from limen_ctypes import LIBRARY

PROGRAM = Path(LIBRARY).with_name("limen")
N = 80


class Model:
    """Predicts what it is told to."""

    def __init__(self, scores, activation=None):
        self.scores = np.asarray(scores, np.float32)
        self.num_labels = 1 if self.scores.ndim == 1 else self.scores.shape[1]
        self.activation_fn = activation or torch.nn.Sigmoid()
        self.asked = []

    def predict(self, pairs, **options):
        self.asked.append(options)
        options.pop("prompt_name", None)
        assert set(options) == {"batch_size", "show_progress_bar", "convert_to_numpy"}
        assert len(pairs) == len(self.scores)
        return self.scores


class Example:
    def __init__(self, texts, label):
        self.texts, self.label = texts, label


@pytest.fixture
def pairs():
    return [[f'a "{i}"\tand', f"b, {i}\nand"] for i in range(N)]


@pytest.fixture
def random():
    return np.random.default_rng(3)


def problem(kind, random, shift=0.0):
    """(labels, scores) that have something to do with each other."""
    if kind == "binary":
        labels = (random.random(N) < 0.3).astype(int)
        return labels, np.round(random.random(N) * 0.6 + labels * 0.4 + shift, 2)
    if kind == "multiclass":
        labels = random.integers(0, 3, N)
        return labels, random.normal(size=(N, 3)) + np.eye(3)[labels]
    labels = (random.random((N, 3)) < [0.5, 0.3, 0.1]).astype(int)
    return labels, random.normal(size=(N, 3)) + 2 * labels - 1


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


# ---- Numbers ------------------------------------------------------------------------------------


def test_binary_numbers(pairs, random):
    labels, scores = problem("binary", random)
    result = CEF1Evaluator("binary", pairs, labels, "dev")(Model(scores))
    decided = np.float32(scores) >= 0.5
    wanted = {
        "f1": sk.f1_score(labels, decided),
        "accuracy": sk.accuracy_score(labels, decided),
        "precision": sk.precision_score(labels, decided),
        "recall": sk.recall_score(labels, decided),
        "mcc": sk.matthews_corrcoef(labels, decided),
        "average_precision": sk.average_precision_score(labels, np.float32(scores)),
        "threshold": 0.5,
        "f1_best": max(sk.f1_score(labels, np.float32(scores) >= t) for t in np.float32(scores)),
    }
    assert {key: result[f"dev_{key}"] for key in wanted} == pytest.approx(wanted, abs=1e-12)
    best = np.float32(scores) >= np.float32(result["dev_f1_best_threshold"])
    assert sk.f1_score(labels, best) == result["dev_f1_best"]


@pytest.mark.parametrize("kind", ["multiclass", "multilabel"])
@pytest.mark.parametrize("evaluator", [CEF1Evaluator, ClassificationEvaluator])
def test_averages(kind, evaluator, pairs, random):
    labels, scores = problem(kind, random)
    result = evaluator(kind, pairs, labels)(Model(scores, torch.nn.Identity()))
    scores = np.float32(scores)
    decided = scores.argmax(1) if kind == "multiclass" else scores >= 0
    for average in ("macro", "micro", "weighted"):
        assert result[f"f1_{average}"] == pytest.approx(
            sk.f1_score(labels, decided, average=average), abs=1e-15
        )
    assert result["accuracy"] == sk.accuracy_score(labels, decided)
    if evaluator is ClassificationEvaluator:
        for name in ("precision", "recall"):
            for average in ("macro", "weighted"):
                peer = getattr(sk, f"{name}_score")(labels, decided, average=average)
                assert result[f"{name}_{average}"] == pytest.approx(peer, abs=1e-15)


def test_a_class_that_nothing_has_is_left_out_as_scikit_learn_does(pairs, random):
    labels, scores = problem("multiclass", random)
    scores = np.column_stack([scores, np.full(N, -9.0)])
    result = CEF1Evaluator("multiclass", pairs, labels)(Model(scores))
    assert result["f1_macro"] == pytest.approx(
        sk.f1_score(labels, scores.argmax(1), average="macro"), abs=1e-15
    )


@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
@pytest.mark.parametrize("evaluator", [CEF1Evaluator, ClassificationEvaluator])
@pytest.mark.parametrize("name", ["", "dev-set"])
def test_the_dict_is_flat_floats_and_one_key_ends_with_the_primary(
    kind, evaluator, name, pairs, random
):
    labels, scores = problem(kind, random)
    made = evaluator(kind, pairs, labels, name, tune_thresholds="f1")
    primary = made.primary_metric
    assert primary == (f"{name}_" if name else "") + ("f1" if kind == "binary" else "f1_macro")
    result = made(Model(scores))
    assert {type(value) for value in result.values()} == {float}
    assert [key for key in result if key.endswith(primary)] == [primary]
    assert [key for key in result if f"eval_{key}".endswith(primary)] == [primary]
    assert made.greater_is_better is True
    assert result > -9999999 and not result > 1.0
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    ("labels", "scores", "best"),
    [([1, 0], [0.5, 0.5], 2 / 3), ([0, 1, 1, 1, 0], [0.6, 0.8, 0.8, 0.2, 0.2], 0.8)],
)
def test_equal_scores_fall_together(labels, scores, best):
    """Where the library's own search parted them it found more than any threshold reaches."""
    result = CEF1Evaluator("binary", [["a", "b"]] * len(labels), labels)(Model(scores))
    assert result["f1_best"] == best
    assert best == max(
        sk.f1_score(labels, np.float32(scores) >= t, zero_division=0)
        for t in [*np.float32(scores), np.inf]
    )


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_against_the_evaluator_of_the_library(kind, pairs, random):
    peers = pytest.importorskip("sentence_transformers.cross_encoder.evaluation")
    if not hasattr(peers, "CrossEncoderClassificationEvaluator"):
        pytest.skip("the library has it from version 4 on")
    labels, scores = problem(kind, random)
    scores = scores + 1e-4 * random.random(scores.shape)
    scores = scores if kind == "multiclass" else np.minimum(scores, 1)
    assert np.unique(np.float32(scores)).size > N - 3  # ties are another test
    model = Model(scores)
    model.predict = lambda *_, **__: model.scores
    made = peers.CrossEncoderClassificationEvaluator(pairs, labels, write_csv=False)
    made.store_metrics_in_model_card_data = lambda *_: None
    theirs = made(model)
    ours = CEF1Evaluator(pairs, labels, write_csv=False)(model)
    if kind == "multiclass":
        same = {key: key for key in ("f1_macro", "f1_micro", "f1_weighted")}
    else:
        same = {"f1_best": "f1", "average_precision": "average_precision"}
    for our_key, their_key in same.items():
        assert ours[our_key] == pytest.approx(theirs[their_key], abs=1e-12)


def test_two_outputs_of_a_binary_problem_decide_by_the_greater(pairs, random):
    labels, _ = problem("binary", random)
    outputs = np.round(random.normal(size=(N, 2)) + np.eye(2)[labels], 1)  # with ties
    result = CEF1Evaluator("binary", pairs, labels)(Model(outputs, torch.nn.Identity()))
    assert result["f1"] == sk.f1_score(labels, np.float32(outputs).argmax(1))


def test_nan_scores_are_a_warning(pairs, random, caplog):
    labels, scores = problem("binary", random)
    scores[5] = np.nan
    result = CEF1Evaluator("binary", pairs, labels)(Model(scores))
    assert "1 of 80 scores are NaN" in caplog.text
    decided = np.nan_to_num(np.float32(scores), nan=-1) >= 0.5
    assert result["f1"] == sk.f1_score(labels, decided)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel"])
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("count", [1, N])
def test_labels_that_are_all_the_same(kind, label, count, pairs, random):
    scores = random.normal(size=(count,) if kind == "binary" else (count, 3))
    scores.flat[0] = np.inf
    labels = [[label] * 3] * count if kind == "multilabel" else [label] * count
    made = ClassificationEvaluator(kind, pairs[:count], labels, tune_thresholds="f1")
    result = made(Model(scores))
    decided = np.float32(scores).argmax(1) if kind == "multiclass" else np.float32(scores) >= 0.5
    average = {} if kind == "binary" else {"average": "macro"}
    wanted = sk.f1_score(labels, decided, zero_division=0, **average)
    assert result[made.primary_metric] == pytest.approx(wanted, abs=1e-15)
    assert all(value == value for value in result.values())


# ---- Construction -------------------------------------------------------------------------------


def test_the_order_of_the_library_is_understood(pairs):
    labels = [0, 1] * (N // 2)
    for made in (
        CEF1Evaluator(pairs, labels, name="dev"),
        CEF1Evaluator(pairs, labels, "dev"),
        CEF1Evaluator(pairs, labels=labels, name="dev"),
        CEF1Evaluator(sentence_pairs=pairs, labels=labels, name="dev"),
        CEF1Evaluator("binary", pairs, labels, "dev"),
        CEF1Evaluator.from_input_examples(
            [Example(p, y) for p, y in zip(pairs, labels, strict=True)], name="dev"
        ),
        CEF1Evaluator.from_input_examples(
            problem_type="binary",
            examples=[Example(p, y) for p, y in zip(pairs, labels, strict=True)],
            name="dev",
        ),
    ):
        assert (made.problem_type, made.name, made.primary_metric) == ("binary", "dev", "dev_f1")
        assert made.sentence_pairs == pairs and made.labels.tolist() == labels


def test_the_problem_is_inferred(pairs):
    three = [0, 1, 2, 1] * (N // 4)
    assert CEF1Evaluator(pairs, three).primary_metric == "f1_macro"
    assert CEF1Evaluator(pairs, [[y % 2, y // 2] for y in three]).problem_type == "multilabel"
    made = CEF1Evaluator(pairs, [0, 1] * (N // 2))
    result = made(Model(np.eye(3)[[0, 1] * (N // 2)]))
    assert (made.problem_type, made.primary_metric) == ("multiclass", "f1_macro")
    assert result["f1_macro"] == 1.0


@pytest.mark.parametrize(
    ("kind", "labels", "scores", "message"),
    [
        ("binary", [0, 2], None, "label 1 is"),
        ("binary", [0, 0.5], None, "0 or 1"),
        ("multiclass", [0, -1], None, "class numbers"),
        ("multiclass", [[0, 1], [1, 0]], None, "one number, not 2"),
        ("multilabel", [[0, 1], [1]], None, "different lengths"),
        ("multilabel", [[0, 1], [1, 2]], None, "label 1"),
        ("binary", [0], None, "2 sentence_pairs and 1 labels"),
        ("ordinal", [0, 1], None, "it is one of"),
        ("multiclass", [0, 2], [[0.1, 0.2]] * 2, "num_labels=3"),
        ("multiclass", [0, 1], [0.1, 0.2], "num_labels=2"),
        ("multilabel", [[0, 1], [1, 0]], [[0.1] * 3] * 2, "num_labels=2"),
        ("binary", [0, 1], [[0.1] * 3] * 2, "one or two"),
    ],
)
def test_what_does_not_fit_is_refused(kind, labels, scores, message):
    with pytest.raises(ValueError, match=message):
        CEF1Evaluator(kind, [["a", "b"]] * 2, labels)(Model(scores))


def test_an_objective_that_is_none_is_told_before_the_training():
    with pytest.raises(limen.Error, match="f11"):
        CEF1Evaluator("binary", [["a", "b"]], [1], tune_thresholds="f11")


def test_another_primary_metric(pairs, random):
    labels, scores = problem("binary", random)
    made = ClassificationEvaluator("binary", pairs, labels, "dev", primary_metric="accuracy")
    result = made(Model(scores))
    assert made.primary_metric == "dev_accuracy"
    assert float(result) == result["dev_accuracy"]
    with pytest.raises(ValueError, match="one of f1, accuracy"):
        CEF1Evaluator("binary", pairs, labels, primary_metric="f1_macro")
    with pytest.raises(ValueError, match=r'end of "balanced_accuracy"; give a name'):
        ClassificationEvaluator("binary", pairs, labels, primary_metric="accuracy")


def test_hash_copy_and_model_card(pairs, random):
    labels, scores = problem("binary", random)
    made = CEF1Evaluator("binary", pairs, labels, "dev", thresholds=0.25)
    kept = []
    model = Model(scores)
    model.model_card_data = type(
        "Card", (), {"set_evaluation_metrics": lambda _, *given: kept.append(given)}
    )()
    result = made(model, None, 1.0, 7)
    if hasattr(made, "store_metrics_in_model_card_data"):
        assert result in kept[0]
    assert {made: 1}[made] == 1
    assert pickle.loads(pickle.dumps(made)).name == "dev"
    config = json.loads(json.dumps(made.get_config_dict()))
    assert (config["problem_type"], config["thresholds"]) == ("binary", [0.25])
    plain = CEF1Evaluator("binary", pairs, labels, tune_thresholds="f1")
    assert "thresholds" not in plain.get_config_dict()
    plain(model, None)
    assert plain.get_config_dict()["thresholds"] == [0.5]
    assert len(plain.get_config_dict()["tuned_thresholds"]) == 1


def test_several_evaluators_in_a_row(pairs, random):
    try:
        from sentence_transformers.base.evaluation import SequentialEvaluator
    except ImportError:
        from sentence_transformers.evaluation import SequentialEvaluator
    labels, scores = problem("binary", random)
    made = [CEF1Evaluator("binary", pairs, labels, name) for name in ("a", "b")]
    result = SequentialEvaluator(made)(Model(scores), None, 1, 2)
    main = result.get("sequential_score", result)  # before 3.0 that of the last one, no dict
    assert float(main) == float(made[1](Model(scores)))


def test_options_reach_predict(pairs):
    labels = [0, 1] * (N // 2)
    model = Model(np.linspace(0, 1, N))
    CEF1Evaluator(pairs, labels, batch_size=7, show_progress_bar=True, prompt_name="p")(model)
    assert (model.asked[0]["batch_size"], model.asked[0]["show_progress_bar"]) == (7, True)


# ---- Thresholds ---------------------------------------------------------------------------------


def test_thresholds_a_label_from_anywhere(pairs, random, tmp_path):
    labels, scores = problem("multilabel", random)
    model = Model(scores)
    values = [0.5, -0.25, 1.0]
    saved = limen.Thresholds(values, labels=["a", "b", "c"], rule="gt")
    saved.save(tmp_path / "t.json")
    wanted = sk.f1_score(labels, np.float32(scores) > np.float32(values), average="macro")
    for thresholds in (saved, tmp_path / "t.json", str(tmp_path / "t.json")):
        made = CEF1Evaluator("multilabel", pairs, labels, thresholds=thresholds)
        assert made(model)["f1_macro"] == pytest.approx(wanted, abs=1e-15)
    made = CEF1Evaluator("multilabel", pairs, labels, thresholds=values, rule="gt")
    assert made(model)["f1_macro"] == pytest.approx(wanted, abs=1e-15)
    with pytest.raises(ValueError, match="2 thresholds for 3"):
        CEF1Evaluator("multilabel", pairs, labels, thresholds=[0.1, 0.2])(model)


def test_the_thresholds_of_the_best_evaluation_are_stored(pairs, random, tmp_path):
    labels, scores = problem("multilabel", random)
    made = CEF1Evaluator(
        "multilabel", pairs, labels, tune_thresholds="f1", label_names=["joy", "fear", "awe"]
    )
    best = made(Model(scores, torch.nn.Identity()), tmp_path, 0, 1)
    made(Model(random.normal(size=(N, 3)), torch.nn.Identity()), tmp_path, 0, 2)
    stored = limen.Thresholds.load(tmp_path / "thresholds.json")
    assert stored.labels == ("joy", "fear", "awe")
    assert stored.values == limen.tune(np.float32(scores), labels, "f1").values
    decided = np.float32(scores) >= np.float32(stored.values)
    assert best["f1_macro_tuned"] == pytest.approx(
        sk.f1_score(labels, decided, average="macro"), abs=1e-15
    )
    assert best["f1_macro_tuned"] >= best["f1_macro"]


def test_offsets_of_classes(pairs, random, tmp_path):
    labels, scores = problem("multiclass", random)
    model = Model(scores - [0, 1.5, 0], torch.nn.Identity())
    tuning = CEF1Evaluator("multiclass", pairs, labels, tune_thresholds="f1")
    first = tuning(model, tmp_path)
    assert first["f1_macro_tuned"] > first["f1_macro"]
    stored = limen.Thresholds.load(tmp_path / "thresholds.json")
    made = CEF1Evaluator("multiclass", pairs, labels, thresholds=stored, save_predictions=True)
    assert made(model, tmp_path)["f1_macro"] == first["f1_macro_tuned"]
    decided = np.argmax(np.float32(scores - [0, 1.5, 0]) + np.float32(stored.values), axis=1)
    with open(tmp_path / "CEF1Evaluator_predictions.tsv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [int(row["prediction"]) for row in rows] == decided.tolist()


# ---- Files --------------------------------------------------------------------------------------


def test_rows(pairs, random, tmp_path):
    labels, scores = problem("binary", random)
    gathered = tmp_path / "all.csv"
    made = CEF1Evaluator("binary", pairs, labels, "dev", csv_path=gathered)
    first = made(Model(scores), tmp_path / "a", 0, 10)
    made(Model(scores), None, 0, 20)
    again = made(Model(scores + 0.2), str(tmp_path / "a"), 0.0, 10)
    assert first != again
    rows = read(tmp_path / "a" / "CEF1Evaluator_dev_results.csv")
    assert rows[0][:3] == ["epoch", "steps", "Binary F1 score"]
    assert [list(map(float, row)) for row in rows[1:]] == [[0, 10, *again.values()]]
    assert [row[1] for row in read(gathered)] == ["steps", "10", "20"]
    assert b"\r" not in gathered.read_bytes()
    if PROGRAM.exists():
        run = subprocess.run(
            [PROGRAM, "history", gathered, "--format", "json"], capture_output=True, check=True
        )
        found = json.loads(run.stdout)["runs"][0]
        assert found["columns"] == rows[0]
        assert found["rows"][0] == [0, 10, *again.values()]


@pytest.mark.parametrize("kind", ["multiclass", "multilabel"])
def test_the_header_begins_with_the_f1_scores(kind, pairs, random, tmp_path):
    labels, scores = problem(kind, random)
    ClassificationEvaluator(kind, pairs, labels)(Model(scores), tmp_path)
    assert read(tmp_path / "ClassificationEvaluator_results.csv")[0][:5] == [
        *("epoch", "steps", "Macro F1 score", "Micro F1 score", "Weighted F1 score")
    ]


def test_a_header_that_differs_starts_a_new_file(pairs, random, tmp_path):
    labels, scores = problem("binary", random)
    old = tmp_path / "CEF1Evaluator_results.csv"
    old.write_text("epoch,steps,F1\n1,2,0.5\n")
    (tmp_path / "CEF1Evaluator_results_2.csv").write_bytes(b"\xff\xfe\x00 no text")
    made = CEF1Evaluator("binary", pairs, labels)
    for steps in (10, 20):
        made(Model(scores), tmp_path, 0, steps)
    assert old.read_text() == "epoch,steps,F1\n1,2,0.5\n"
    assert len(read(tmp_path / "CEF1Evaluator_results_3.csv")) == 3
    assert len(os.listdir(tmp_path)) == 3


def test_a_name_may_hold_anything(pairs, random, tmp_path):
    labels, scores = problem("binary", random)
    made = CEF1Evaluator("binary", pairs, labels, "../dev/a,b:c*\n")
    result = made(Model(scores), tmp_path, 0, 1)
    assert os.listdir(tmp_path) == ["CEF1Evaluator_.._dev_a_b_c___results.csv"]
    assert made.primary_metric in result
    made = CEF1Evaluator("binary", pairs, labels, "長" * 300)
    made(Model(scores), tmp_path / "long", 0, 1)
    assert len(os.listdir(tmp_path / "long")) == 1


def test_only_the_first_process_writes(pairs, random, tmp_path, monkeypatch):
    labels, scores = problem("binary", random)
    monkeypatch.setenv("RANK", "1")
    made = CEF1Evaluator("binary", pairs, labels, csv_path=tmp_path / "all.csv")
    assert made(Model(scores), tmp_path, 0, 1)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_a_warning(pairs, random, tmp_path, caplog):
    labels, scores = problem("binary", random)
    (tmp_path / "file").write_text("in the way")
    made = CEF1Evaluator("binary", pairs, labels, save_predictions=True, tune_thresholds="f1")
    assert made(Model(scores), tmp_path / "file" / "eval", 0, 1)
    assert "cannot be written (Not a directory); the run goes on" in caplog.text
    if os.geteuid() != 0:
        (tmp_path / "closed").mkdir(mode=0o555)
        assert made(Model(scores), tmp_path / "closed", 0, 1)
        assert "Permission denied" in caplog.text


@pytest.mark.parametrize("kind", ["binary", "two outputs", "multiclass", "multilabel"])
def test_saved_predictions_give_the_same_numbers_outside_python(
    kind, pairs, random, tmp_path, caplog
):
    labels, scores = problem(kind.replace("two outputs", "binary"), random)
    options = {"thresholds": [0.1, -0.3, 0.7]} if kind == "multilabel" else {}
    if kind == "two outputs":
        scores = random.normal(size=(N, 2)) + np.eye(2)[labels]
    caplog.set_level(logging.INFO, "limen")
    made = ClassificationEvaluator(pairs, labels, "dev, set", save_predictions=True, **options)
    result = made(Model(scores), tmp_path, 0.5, 10)
    path = tmp_path / "ClassificationEvaluator_dev_ set_predictions_epoch0.5_steps10.tsv"
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [[row["text_1"], row["text_2"]] for row in rows] == pairs
    if kind == "multiclass":
        assert [int(row["prediction"]) for row in rows] == np.float32(scores).argmax(1).tolist()
    command = next(m for m in caplog.messages if m.startswith("predictions: "))
    words = shlex.split(command.removeprefix("predictions: "))
    assert words[:3] == ["limen", "eval", str(path)]
    if not PROGRAM.exists():
        pytest.skip("the limen program is not built")
    for given in (words[1:], ["eval", path]) if kind in ("binary", "multiclass") else (words[1:],):
        run = subprocess.run(
            [PROGRAM, *given, "--format", "json"], capture_output=True, text=True, check=True
        )
        report = json.loads(run.stdout)
        if kind in ("binary", "two outputs"):
            found = {key: report["metrics"][key] for key in ("f1", "accuracy", "mcc")}
            wanted = {key: result[f"dev, set_{key}"] for key in found}
        else:
            found = {each: report["averages"][each]["f1"] for each in ("micro", "macro")}
            wanted = {each: result[f"dev, set_f1_{each}"] for each in found}
        assert found == wanted
        assert report["notes"] == made.report.get("sets", [made.report])[0]["notes"]


# ---- The log ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "labels", "advice"),
    [
        ("binary", [0, 1] * (N // 2), "accuracy and F1 agree"),
        ("binary", [0] * (N - 3) + [1] * 3, "read F1 or MCC"),
        ("multiclass", [0] * (N - 5) + [1] * 4 + [2], "read macro-F1"),
        ("multiclass", ([0, 1, 2] * N)[:N], "micro-F1 can stand for both"),
    ],
)
def test_the_log_says_what_the_supports_imply(kind, labels, advice, pairs, caplog):
    caplog.set_level(logging.INFO, "limen")
    scores = np.linspace(0, 1, N) if kind == "binary" else np.eye(3)[labels]
    CEF1Evaluator(kind, pairs, labels, "dev", show_progress_bar=False)(Model(scores), None, 1, -1)
    assert caplog.messages[0] == "CEF1Evaluator: evaluation on dev after epoch 1"
    assert len([line for line in caplog.messages if advice in line]) == 1
    assert advice in caplog.messages[-1]


def test_progress_follows_the_level_of_the_log(pairs, caplog):
    labels = [0, 1] * (N // 2)
    caplog.set_level(logging.INFO, "limen")
    assert CEF1Evaluator(pairs, labels).show_progress_bar is True
    caplog.set_level(logging.WARNING, "limen")
    assert CEF1Evaluator(pairs, labels).show_progress_bar is False
