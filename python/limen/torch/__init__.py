"""torchmetrics' classification metrics with another engine, and a threshold for each label.

    from limen.torch import MultilabelF1Score

    metric = MultilabelF1Score(num_labels=3, threshold=[0.6, 0.5, 0.8])
    metric.update(scores, targets)
    metric.compute()

Names, arguments, their order, states and results are those of torchmetrics.classification, and the
classes are subclasses of its classes, so that Lightning, MetricTracker, plot and state_dict take
them as they are. docs/TORCH.md lists what is more here, and what is different on purpose.
"""

from .f_beta import (
    BinaryF1Score,
    BinaryFBetaScore,
    F1Score,
    FBetaScore,
    MulticlassF1Score,
    MulticlassFBetaScore,
    MultilabelF1Score,
    MultilabelFBetaScore,
)
from .stat_scores import (
    BinaryStatScores,
    MulticlassStatScores,
    MultilabelStatScores,
    StatScores,
)

__all__ = [
    "BinaryF1Score",
    "BinaryFBetaScore",
    "BinaryStatScores",
    "F1Score",
    "FBetaScore",
    "MulticlassF1Score",
    "MulticlassFBetaScore",
    "MulticlassStatScores",
    "MultilabelF1Score",
    "MultilabelFBetaScore",
    "MultilabelStatScores",
    "StatScores",
]
