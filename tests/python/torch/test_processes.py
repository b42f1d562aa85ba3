"""States of several processes, over torch.distributed with gloo."""

import socket

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

import limen.torch as ours  # noqa: E402

if not torch.distributed.is_available():
    pytest.skip("torch without torch.distributed", allow_module_level=True)

PROCESSES = 2
LABELS = 3
THRESHOLDS = [0.6, 0.5, 0.8]


def data():
    generator = torch.Generator().manual_seed(5)
    preds = torch.rand(6, 10, LABELS, generator=generator)
    return preds, torch.randint(2, (6, 10, LABELS), generator=generator)


def metrics():
    return {
        "f1": ours.MultilabelF1Score(LABELS, threshold=THRESHOLDS),
        "matrix": ours.MultilabelConfusionMatrix(LABELS, threshold=THRESHOLDS),
        "sets": ours.MultilabelF1Score(LABELS, thresholds=[0.2, 0.8]),
        "exact": ours.MultilabelExactMatch(LABELS),
        "samples": ours.MultilabelF1Score(LABELS, average="samples"),
        "best": ours.MultilabelBestThreshold(LABELS),
        "auroc": ours.MultilabelAUROC(LABELS, average=None),
        "binned": ours.MultilabelAveragePrecision(LABELS, thresholds=5),
        "ranking": ours.MultilabelRankingLoss(LABELS),
        "calibration": ours.BinaryCalibrationError(),
        "collection": ours.MetricCollection(
            [ours.MultilabelRecall(LABELS), ours.MultilabelJaccardIndex(LABELS)]
        ),
    }


def flat(value):
    return list(value.values()) if isinstance(value, dict) else [value]


def work(rank, port, queue):
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=PROCESSES
    )
    preds, target = data()
    mine = metrics()
    for part in range(rank, len(preds), PROCESSES):
        for metric in mine.values():
            metric.update(preds[part], target[part])
    synced = {name: [v.tolist() for v in flat(m.compute())] for name, m in mine.items()}
    # What follows a sync goes on from the states of this process.
    mine["f1"].update(preds[0], target[0])
    mine["f1"].sync_on_compute = mine["f1"]._to_sync = False
    local = mine["f1"].compute().item()
    on_step = ours.BinaryAccuracy(dist_sync_on_step=True)
    step = on_step(torch.tensor([0.9]), torch.tensor([rank])).item()
    queue.put((rank, synced, local, step))
    torch.distributed.destroy_process_group()


def test_two_processes():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = torch.multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    workers = [context.Process(target=work, args=(r, port, queue)) for r in range(PROCESSES)]
    for worker in workers:
        worker.start()
    answers = [queue.get() for _ in workers]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0

    preds, target = data()
    whole = metrics()
    for metric in whole.values():
        for part in range(len(preds)):
            metric.update(preds[part], target[part])
    for rank, synced, local, step in answers:
        for name, metric in whole.items():
            for value, expected in zip(synced[name], flat(metric.compute()), strict=True):
                torch.testing.assert_close(torch.tensor(value), expected, check_dtype=False)
        alone = ours.MultilabelF1Score(LABELS, threshold=THRESHOLDS)
        for part in [*range(rank, len(preds), PROCESSES), 0]:
            alone.update(preds[part], target[part])
        assert local == pytest.approx(alone.compute().item())
        assert step == 0.5
