"""States of several processes, over torch.distributed with gloo: worlds of 2, 3 and 4, in which
batches are of unequal sizes, some have weights, and the last of 3 or 4 processes has none."""

import socket
import traceback

import pytest

torch = pytest.importorskip("torch")
torchmetrics = pytest.importorskip("torchmetrics")

import limen.torch as ours  # noqa: E402

if not torch.distributed.is_available():
    pytest.skip("torch without torch.distributed", allow_module_level=True)

WORLDS = (2, 3, 4)
LABELS = 3
THRESHOLDS = [0.6, 0.5, 0.8]
SIZES = (7, 1, 12, 3, 5)  # samples of each batch


def batches():
    """(preds, target, weights or None) of each, multilabel."""
    generator = torch.Generator().manual_seed(5)
    for part, samples in enumerate(SIZES):
        preds = torch.rand(samples, LABELS, generator=generator)
        target = torch.randint(2, (samples, LABELS), generator=generator)
        yield preds, target, torch.rand(samples, generator=generator) if part % 2 else None


def share(rank, world):
    """The batches of a process; the last of more than two has none."""
    writers = world if world == 2 else world - 1
    return [each for part, each in enumerate(batches()) if part % writers == rank]


def metrics():
    samplewise = {"multidim_average": "samplewise"}
    return {
        "f1": ours.MultilabelF1Score(LABELS, threshold=THRESHOLDS),
        "matrix": ours.MultilabelConfusionMatrix(LABELS, threshold=THRESHOLDS),
        "sets": ours.MultilabelF1Score(LABELS, thresholds=[0.2, 0.8]),
        "match": ours.MultilabelExactMatch(LABELS),
        "samples": ours.MultilabelF1Score(LABELS, average="samples"),
        "rows": ours.MultilabelStatScores(LABELS, average=None, **samplewise),
        "row sets": ours.MultilabelF1Score(LABELS, thresholds=[0.2, 0.8], **samplewise),
        "row match": ours.MultilabelExactMatch(LABELS, **samplewise),
        "classes": ours.MulticlassF1Score(LABELS, average=None),
        "kappa": ours.MulticlassCohenKappa(LABELS),
        "hinge": ours.MulticlassHingeLoss(LABELS),
        "best": ours.MultilabelBestThreshold(LABELS),
        "one best": ours.BinaryBestThreshold(),
        "auroc": ours.MultilabelAUROC(LABELS, average=None),
        "ovr": ours.MulticlassAUROC(LABELS, average="macro"),
        "roc": ours.BinaryROC(),
        "binned": ours.MultilabelAveragePrecision(LABELS, thresholds=5),
        "ranking": ours.MultilabelRankingAveragePrecision(LABELS),
        "calibration": ours.BinaryCalibrationError(),
        "confidence": ours.MulticlassCalibrationError(LABELS),
        "rates": ours.BinaryFairness(2),
        "collection": ours.MetricCollection(
            [
                ours.MultilabelRecall(LABELS),
                ours.MultilabelJaccardIndex(LABELS),
                ours.MultilabelPrecisionRecallCurve(LABELS),
                ours.MultilabelAUROC(LABELS),
                torchmetrics.classification.MultilabelSpecificity(LABELS),
            ]
        ),
    }


WEIGHTED = {
    "matrix",
    "classes",
    "kappa",
    "hinge",
    "auroc",
    "roc",
    "binned",
    "ranking",
    "confidence",
}


def feed(name, metric, batch):
    preds, target, weights = batch
    task = getattr(metric, "_task", "multilabel")
    if name == "rates":
        metric.update(preds[:, 0], target[:, 0], target[:, 1])
        return
    if name.startswith("row"):
        preds, target = preds[..., None], target[..., None]
    elif task == "binary":
        preds, target = preds[:, 0], target[:, 0]
    elif task == "multiclass":
        preds, target = preds.softmax(1), target.sum(1).clamp(max=LABELS - 1)
    metric.update(preds, target, *([weights] if name in WEIGHTED and weights is not None else []))


def flat(value):
    """Tensors in a nesting of them."""
    if isinstance(value, torch.Tensor):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [each for item in items for each in flat(item)]


def start(port, rank, world):
    torch.distributed.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world
    )


def answers(rank, world):
    """What a process of a world finds: of all, of itself afterwards, of a step."""
    mine = metrics()
    for batch in share(rank, world):
        for name, metric in mine.items():
            feed(name, metric, batch)
    synced = {name: [v.tolist() for v in flat(m.compute())] for name, m in mine.items()}
    # What follows a sync goes on from the states of this process.
    feed("f1", mine["f1"], next(batches()))
    mine["f1"].sync_on_compute = mine["f1"]._to_sync = False
    on_step = ours.BinaryAccuracy(dist_sync_on_step=True)
    step = on_step(torch.tensor([0.9]), torch.tensor([min(rank, 1)]))
    return synced, mine["f1"].compute().item(), step.item()


def work(rank, ports, queue):
    torch.set_num_threads(1)
    for world, port in ports.items():
        if rank < world:
            start(port, rank, world)
            try:
                queue.put((world, rank, *answers(rank, world)))
            except Exception:
                queue.put(traceback.format_exc())
                raise
            torch.distributed.destroy_process_group()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def found():
    """{(world, rank): what it found}, of four processes that make all worlds in turn."""
    ports = dict(zip(WORLDS, free_ports(len(WORLDS)), strict=True))
    context = torch.multiprocessing.get_context("spawn")
    queue = context.Queue()
    workers = [
        context.Process(target=work, args=(rank, ports, queue), daemon=True)
        for rank in range(max(WORLDS))
    ]
    for worker in workers:
        worker.start()
    gathered = []
    while len(gathered) < sum(WORLDS):
        gathered.append(queue.get(timeout=120))
        assert not isinstance(gathered[-1], str), gathered[-1]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    return {(world, rank): rest for world, rank, *rest in gathered}


@pytest.mark.parametrize("world", WORLDS)
def test_processes_together_are_one(found, world):
    whole = metrics()
    for rank in range(world):
        for batch in share(rank, world):
            for name, metric in whole.items():
                feed(name, metric, batch)
    for rank in range(world):
        synced, local, step = found[world, rank]
        for name, metric in whole.items():
            for value, expected in zip(synced[name], flat(metric.compute()), strict=True):
                value = torch.tensor(value).double().reshape(expected.shape)
                assert torch.allclose(value, expected.double(), equal_nan=True), name
        alone = ours.MultilabelF1Score(LABELS, threshold=THRESHOLDS)
        for batch in [*share(rank, world), next(batches())]:
            feed("f1", alone, batch)
        assert local == pytest.approx(alone.compute().item())
        assert step == pytest.approx((world - 1) / world)
