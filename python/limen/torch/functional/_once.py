"""A function is a metric that is used once."""

from __future__ import annotations

from typing import Any

from torchmetrics import Metric


def once(metric: Metric, *arguments: Any) -> Any:
    """The metric of one batch."""
    metric.update(*arguments)
    return metric.compute()
