"""The families of counts against torchmetrics."""

import pytest

torch = pytest.importorskip("torch")
peer = pytest.importorskip("torchmetrics").classification

import limen.torch as ours  # noqa: E402


def test_f1_of_batches_and_of_all():
    generator = torch.Generator().manual_seed(1)
    mine, theirs = ours.MultilabelF1Score(4), peer.MultilabelF1Score(4)
    for _ in range(3):
        preds = torch.rand(16, 4, generator=generator)
        target = torch.randint(2, (16, 4), generator=generator)
        assert torch.allclose(mine(preds, target), theirs(preds, target))
    assert torch.allclose(mine.compute(), theirs.compute())
    assert isinstance(mine, peer.MultilabelF1Score)
