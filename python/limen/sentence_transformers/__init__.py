"""F1 while a cross-encoder trains: evaluators for Sentence-Transformers 2.4 and later.

    from limen.sentence_transformers import CEF1Evaluator

    evaluator = CEF1Evaluator.from_input_examples(
        problem_type="multiclass", examples=dev_samples, name="dev-set"
    )
    model.fit(train_dataloader=loader, evaluator=evaluator, epochs=2, evaluation_steps=100)

docs/TRAINING.md shows the trainer, early stopping, multilabel and tuned thresholds.
"""

from ._evaluator import CEF1Evaluator, ClassificationEvaluator

__all__ = ["CEF1Evaluator", "ClassificationEvaluator"]
