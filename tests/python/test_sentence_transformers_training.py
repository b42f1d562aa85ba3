"""The evaluators in real training: a small cross-encoder on pairs that the project makes itself."""

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

os.environ["HF_HUB_OFFLINE"] = "1"
pytest.importorskip("sentence_transformers")
import torch
from sentence_transformers import CrossEncoder
from torch.utils.data import DataLoader

import limen
from limen.sentence_transformers import CEF1Evaluator

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "cross_encoder"))
import pairs as made_up  # noqa: E402
import train as example  # noqa: E402

CLASSES = ["CONTRADICTION", "ENTAILMENT", "NEUTRAL"]
TAGS = {
    "denied": {"no"},
    "indoors": {"kitchen", "bedroom", "cellar", "house"},
    "still": {"sleeping", "sitting", "resting"},
}
PROBLEMS = ["binary", "multiclass", "multilabel"]
try:
    from sentence_transformers.cross_encoder import CrossEncoderTrainer
except ImportError:
    CrossEncoderTrainer = None
needs_trainer = pytest.mark.skipif(CrossEncoderTrainer is None, reason="the library is too old")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with a BERT of one small layer, its weights random, its words those of the pairs."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("base")
    texts = [text for row in made_up.make_pairs(200, 3) for text in row[:2]]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += sorted({word for text in texts for word in text.split()})
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    BertModel(config).save_pretrained(folder)
    return str(folder)


def examples_of(problem, count, seed):
    """Labels that a model of this size can learn from the second text alone."""
    rows = made_up.make_pairs(count, seed)
    if problem == "multilabel":
        rows = [
            (*row[:2], "|".join(t for t in TAGS if TAGS[t] & set(row[1].split()))) for row in rows
        ]
    names = {"binary": ["CONTRADICTION"], "multiclass": CLASSES}.get(problem, list(TAGS))
    return [example.example(problem, names, row) for row in rows]


def evaluator_of(problem, folder, count=96, **options):
    return CEF1Evaluator.from_input_examples(
        problem_type=problem,
        examples=examples_of(problem, count, seed=2),
        name="dev-set",
        csv_path=folder / "all.csv",
        save_predictions=True,
        tune_thresholds="f1",
        **options,
    )


class Options:
    """What the functions of the example read."""

    def __init__(self, problem, output, **options):
        self.problem, self.output = problem, output
        self.batch, self.every, self.epochs, self.rate = 8, 15, 2, 1e-2
        self.__dict__.update(options)


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def recomputed(path, problem, threshold):
    """The F1 scores of a file of predictions, by scikit-learn."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    def columns(start):
        return np.array([[float(row[k]) for k in row if k.startswith(start)] for row in rows])

    targets, scores = columns("target").squeeze(), columns("score").squeeze()
    decided = scores.argmax(1) if problem == "multiclass" else scores >= threshold
    if problem == "binary":
        return {"Binary F1 score": f1_score(targets, decided)}
    return {
        f"{kind.capitalize()} F1 score": f1_score(targets, decided, average=kind, zero_division=0)
        for kind in ("macro", "micro", "weighted")
    }


def check_rows(files, folders, problem):
    """Every row is what scikit-learn makes of the predictions that were saved with it."""
    threshold = {"binary": 0.5}.get(problem, 0.0)
    count = 0
    for file, folder in zip(files, folders, strict=True):
        for row in rows_of(file):
            epoch, steps = row["epoch"], int(row["steps"])
            when = f"_epoch{epoch:g}" + (f"_steps{steps}" if steps != -1 else "")
            path = folder / f"CEF1Evaluator_dev-set_predictions{when}.tsv"
            for title, value in recomputed(path, problem, threshold).items():
                assert row[title] == pytest.approx(value, abs=1e-15)
            count += 1
    return count


@pytest.mark.parametrize("problem", PROBLEMS)
def test_fit(problem, base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(4)
    evaluator = evaluator_of(problem, tmp_path)
    calls = []
    wrapped = type(evaluator).__call__
    monkeypatch.setattr(
        type(evaluator),
        "__call__",
        lambda self, model, output_path=None, epoch=-1, steps=-1: (
            calls.append((output_path, epoch, steps))
            or wrapped(self, model, output_path, epoch, steps)
        ),
    )
    outputs = {"binary": 1}.get(problem, 3)
    model = CrossEncoder(base, num_labels=outputs)
    example.fit(model, examples_of(problem, 480, 1), evaluator, Options(problem, tmp_path / "out"))

    folders = sorted({Path(path) for path, _, _ in calls if path})
    files = [folder / "CEF1Evaluator_dev-set_results.csv" for folder in folders]
    assert check_rows(files, folders, problem) == len({c for c in calls if c[0]}) >= 8
    gathered = rows_of(tmp_path / "all.csv")
    assert len(gathered) == len({call[1:] for call in calls}) >= 6
    primary = next(title for title in gathered[0] if "F1 score" in title)
    values = [row[primary] for row in gathered]
    assert max(values) > values[0] + 0.1
    best = CrossEncoder(str(tmp_path / "out"))
    assert CEF1Evaluator.__call__(evaluator, best)[evaluator.primary_metric] == max(values)
    assert len(limen.Thresholds.load(folders[-1] / "thresholds.json")) == outputs


def test_fit_without_a_folder(base, tmp_path, monkeypatch):
    """The shortest way to use it: the numbers are logged, and gathered where that is asked for."""
    monkeypatch.chdir(tmp_path)
    model = CrossEncoder(base, num_labels=3)
    dev_samples = examples_of("multiclass", 24, seed=2)
    train_dataloader = DataLoader(examples_of("multiclass", 48, 1), shuffle=True, batch_size=8)
    evaluator = CEF1Evaluator.from_input_examples(
        problem_type="multiclass", examples=dev_samples, name="dev-set"
    )
    evaluator.csv_path = tmp_path / "all.csv"
    model.fit(train_dataloader=train_dataloader, evaluator=evaluator, epochs=2, evaluation_steps=3)
    assert len(rows_of(tmp_path / "all.csv")) >= 4


@needs_trainer
@pytest.mark.parametrize("problem", PROBLEMS)
def test_trainer_with_early_stopping(problem, base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(4)
    evaluator = evaluator_of(problem, tmp_path)
    model = CrossEncoder(base, num_labels={"binary": 1}.get(problem, 3))
    options = Options(problem, tmp_path / "out", epochs=6)
    example.train(model, examples_of(problem, 320, 1), evaluator, options)

    folder = tmp_path / "out" / "eval"
    file = folder / "CEF1Evaluator_dev-set_results.csv"
    gathered = rows_of(tmp_path / "all.csv")
    assert check_rows([file], [folder], problem) == len(gathered) >= 5
    assert rows_of(file) == gathered
    primary = next(title for title in gathered[0] if "F1 score" in title)
    values = [row[primary] for row in gathered]
    assert max(values) > values[0] + 0.1
    patience, most = 4, 6 * 320 // (8 * 15)
    assert len(values) == min(most, values.index(max(values)) + 1 + patience)
    assert evaluator(model)[evaluator.primary_metric] == max(values)  # the best one was loaded
    card = (tmp_path / "out" / "README.md").read_text()
    assert f"**{evaluator.primary_metric.removeprefix('dev-set_')}**" in card


def trainer_of(base, folder, epochs):
    """A trainer that saves at each evaluation; the same data and weights for the same seed."""
    from datasets import Dataset
    from sentence_transformers.cross_encoder import CrossEncoderTrainingArguments
    from sentence_transformers.cross_encoder.losses import CrossEntropyLoss

    torch.manual_seed(4)
    examples = examples_of("multiclass", 96, 1)
    data = {"a": [e.texts[0] for e in examples], "b": [e.texts[1] for e in examples]}
    model = CrossEncoder(base, num_labels=3)
    arguments = CrossEncoderTrainingArguments(
        output_dir=str(folder / "out"),
        num_train_epochs=epochs,
        per_device_train_batch_size=8,
        learning_rate=5e-3,
        eval_strategy="steps",
        eval_steps=3,
        save_strategy="steps",
        save_steps=3,
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        ddp_find_unused_parameters=False,
    )
    return CrossEncoderTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict({**data, "label": [e.label for e in examples]}),
        loss=CrossEntropyLoss(model),
        evaluator=evaluator_of("multiclass", folder, count=24),
    )


@needs_trainer
def test_a_resumed_run_repeats_no_row(base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trainer_of(base, tmp_path, 1).train()
    before = rows_of(tmp_path / "all.csv")
    trainer_of(base, tmp_path, 2).train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-9"))
    rows = rows_of(tmp_path / "all.csv")
    assert [row["steps"] for row in before] == [3, 6, 9, 12]
    assert [row["steps"] for row in rows] == [3, 6, 9, 12, 15, 18, 21, 24]
    assert rows[:3] == before[:3]


def worker(base, folder):
    """One of two processes: a run of the trainer, and an evaluation that both of them make."""
    trainer = trainer_of(base, Path(folder), 1)
    trainer.train()
    assert torch.distributed.get_world_size() == 2
    trainer.evaluator(trainer.model, os.path.join(folder, "both"), 9, 9)
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


@needs_trainer
def test_two_processes_write_one_file(base, tmp_path):
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "WORLD_SIZE": "2",
        "OMP_NUM_THREADS": "1",
        "ACCELERATE_USE_CPU": "true",
    }
    code = f"import {Path(__file__).stem} as t; t.worker({base!r}, {str(tmp_path)!r})"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={**environment, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(2)
    ]
    outputs = [each.communicate(timeout=300)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], "\n".join(outputs)
    found = sorted(path.name for path in tmp_path.rglob("*.csv"))
    assert found == [*["CEF1Evaluator_dev-set_results.csv"] * 2, "all.csv"]
    steps = [
        row["steps"] for row in rows_of(tmp_path / "out/eval/CEF1Evaluator_dev-set_results.csv")
    ]
    assert steps == [3, 6]
    assert [row["steps"] for row in rows_of(tmp_path / "all.csv")] == [3, 6, 9]
