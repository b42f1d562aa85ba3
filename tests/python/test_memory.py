"""References, memory and threads of the extension."""

import gc
import sys
import threading

import numpy as np
import pyarrow as pa
import pytest
import torch

import limen
from limen import _core

SCORES = np.array([[0.9, 0.2], [0.4, 0.8], [0.7, 0.6]], np.float32)
TARGETS = np.array([[1, 0], [1, 1], [0, 1]])


class Raises:
    def __dlpack__(self, **_):
        raise KeyError("in the middle")


INPUTS = {
    "numpy": lambda: (SCORES.copy(), TARGETS.copy()),
    "fortran": lambda: (np.asfortranarray(SCORES), TARGETS[:, ::-1].copy()[:, ::-1]),
    "torch": lambda: (torch.tensor(SCORES, requires_grad=True), torch.tensor(TARGETS)),
    "subclass": lambda: (torch.tensor(SCORES).as_subclass(type("T", (torch.Tensor,), {})), TARGETS),
    "lists": lambda: (SCORES.tolist(), TARGETS.tolist()),
    "table": lambda: (pa.table({"a": SCORES[:, 0], "b": SCORES[:, 1]}), TARGETS),
    "rows": lambda: (pa.FixedSizeListArray.from_arrays(pa.array(SCORES.ravel()), 2), TARGETS),
    "array": lambda: (_core.Array(SCORES), _core.Array(TARGETS.tolist())),
    "shapes": lambda: (SCORES, TARGETS[:2]),
    "values": lambda: (SCORES, TARGETS + 1),
    "nan": lambda: (SCORES * np.float32("nan"), TARGETS),
    "ragged": lambda: ([[0.5, 0.5], [0.5]], TARGETS.tolist()),
    "dtype": lambda: (SCORES, np.array([["a", "b"]] * 3)),
    "exception": lambda: (SCORES, Raises()),
    "null": lambda: (SCORES, pa.table({"a": [1, None, 0], "b": [0, 1, 0]})),
}


def attempt(tally, scores, targets):
    try:
        tally.update(scores, targets)
    except (ValueError, TypeError, KeyError):
        return False
    return True


@pytest.mark.parametrize("name", INPUTS)
def test_reference_counts_stay_even(name):
    scores, targets = INPUTS[name]()
    tally = limen.Tally("multilabel", 2)
    attempt(tally, scores, targets)
    watched = [scores, targets, tally, type(scores), type(targets), None, True, limen.Error]
    gc.collect()  # other garbage would take its references with it in between
    before = [sys.getrefcount(each) for each in watched]
    for _ in range(50):
        attempt(tally, scores, targets)
    after = [sys.getrefcount(each) for each in watched]
    assert np.abs(np.subtract(after, before)).max() < 25  # of None, others come and go
    assert after[:5] == before[:5]


@pytest.mark.parametrize("name", INPUTS)
def test_no_block_is_left_behind(name):
    scores, targets = INPUTS[name]()
    tally = limen.Tally("multilabel", 2)
    for _ in range(20):
        attempt(tally, scores, targets)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(1000):
        attempt(tally, scores, targets)
    gc.collect()
    assert sys.getallocatedblocks() - before < 500


def use_everything(tally, error):
    """Each call of the extension once, and each in a way that fails."""
    tally.report().tree()
    tally.report().render("html")
    tally.metric("f1")
    tally.metric("f1", "macro", zero_division="skip")
    tally.counts(), tally.thresholds(), tally.samples, tally.dtype
    other = limen.Tally("multilabel", 2, [0.5, 0.4], keep=("counts", "samples", "scores"))
    other.merge(tally)
    _core.apply(SCORES, task="multilabel", width=2)
    _core.inspect(SCORES)
    _core.metric_table()
    for call in (
        lambda: tally.report(["nothing"]),
        lambda: tally.report(labels=["a"]),
        lambda: tally.report(labels=[object()] * 2, metrics=3),
        lambda: tally.report().render("pdf"),
        lambda: tally.metric("f1", "sideways"),
        lambda: tally.metric("f1", zero_division=7),
        lambda: tally.counts(9),
        lambda: tally.merge(limen.Tally("binary")),
        lambda: tally.merge(3),
        lambda: tally.update(SCORES),
        lambda: tally.update(SCORES, TARGETS, what=1),
        lambda: limen.Tally("multilabel", 2, thresholds=[1, 2, 3]),
        lambda: limen.Tally("multilabel", 2, thresholds="high"),
        lambda: limen.Tally("multilabel", "two"),
        lambda: limen.Tally("multilabel", 2, keep=["counts", "all"]),
        lambda: _core.apply(SCORES.astype(int), task="multilabel", width=2),
        lambda: _core.Array(SCORES, null="x"),
    ):
        with pytest.raises(error):
            call()


def test_no_call_leaks():
    tally = limen.Tally("multilabel", 2, [0.5, 0.4], keep=("counts", "samples", "scores"))
    tally.update(SCORES, TARGETS)
    errors = (ValueError, TypeError, IndexError)
    for _ in range(5):
        use_everything(tally, errors)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(400):
        use_everything(tally, errors)
    gc.collect()
    assert sys.getallocatedblocks() - before < 350


def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_hundred_thousand_updates_take_no_memory():
    tally = limen.Tally("multilabel", 2, keep=("counts", "samples"))
    other = limen.Tally("multilabel", 2, keep=("counts", "samples"))
    tensors = torch.tensor(SCORES), torch.tensor(TARGETS)
    lists = SCORES.tolist(), TARGETS.tolist()

    def updates(count):
        for _ in range(count):
            tally.update(SCORES, TARGETS)
            tally.update(*tensors)
            other.update(*lists)
            attempt(tally, SCORES, tensors[0])

    updates(1000)
    before = resident()
    updates(33_000)
    assert tally.samples == 34_000 * 6
    assert resident() - before < 512


def test_threads_with_their_own_tallies():
    rng = np.random.default_rng(1)
    scores = rng.random((4, 50_000, 4), dtype=np.float32)
    targets = rng.integers(0, 2, scores.shape, np.uint8)
    tallies = [limen.Tally("multilabel", 4) for _ in scores]

    def work(index):
        for start in range(0, 50_000, 12_500):
            part = slice(start, start + 12_500)
            tallies[index].update(scores[index, part], targets[index, part])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in tallies[1:]:
        tallies[0].merge(other)
    whole = limen.Tally("multilabel", 4)
    whole.update(scores.reshape(-1, 4), targets.reshape(-1, 4))
    assert tallies[0].counts() == whole.counts()


def test_one_tally_from_four_threads_is_right_or_refused():
    scores = np.random.default_rng(2).random((20_000, 4), dtype=np.float32)
    targets = (scores > 0.3).astype(np.uint8)
    tally = limen.Tally("multilabel", 4)
    done, refused, start = [], [], threading.Barrier(4)

    def work():
        start.wait()
        for _ in range(50):
            try:
                tally.update(scores, targets)
                done.append(1)
            except RuntimeError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.samples == len(done) * 20_000
    assert len(done) + len(refused) == 200
    assert all("another thread is using this Tally" in each for each in refused)
    counts = np.asarray(tally.counts())
    assert (counts.sum(axis=1) == tally.samples).all()


def overtaken(call):
    """Whether this thread goes on before another one has come back from a call."""
    gate, order = threading.Lock(), []
    gate.acquire()

    def work():
        gate.release()
        call()
        order.append("back")

    thread = threading.Thread(target=work)
    thread.start()
    gate.acquire()
    order.append("on")
    thread.join()
    return order == ["on", "back"]


def test_long_calls_let_other_threads_run():
    scores = np.random.default_rng(3).random((200_000, 8), dtype=np.float32)
    targets = (scores > 0.6).astype(np.uint8)
    tally = limen.Tally("multilabel", 8, keep=("counts", "scores"))
    tally.update(scores, targets)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # the lock is not taken away from a thread, only given
    try:
        assert not any(overtaken(lambda: sum(range(300_000))) for _ in range(3))
        for call in (
            lambda: limen.Tally("multilabel", 8).update(scores, targets),
            lambda: _core.apply(scores, task="multilabel", width=8),
            lambda: tally.metric("auroc"),
            lambda: tally.report(),
            lambda: tally.curve("roc", 0),
            lambda: tally.tune("f1"),
        ):
            assert any(overtaken(call) for _ in range(30))
    finally:
        sys.setswitchinterval(interval)


def test_an_update_inside_an_update_is_refused():
    tally = limen.Tally("multilabel", 2)

    class Nested:
        def __dlpack__(self, **_):
            tally.update(SCORES, TARGETS)

    with pytest.raises(RuntimeError, match="using this Tally"):
        tally.update(Nested(), TARGETS)
    tally.update(SCORES, TARGETS)
    assert tally.samples == 3


def test_a_tally_that_was_not_initialised():
    tally = _core.Tally.__new__(_core.Tally)
    for use in (
        lambda: tally.samples,
        lambda: tally.dtype,
        lambda: tally.update(SCORES, TARGETS),
        lambda: tally.report(),
        lambda: tally.reset(),
        lambda: tally.merge(tally),
        lambda: limen.Tally("multilabel", 2).merge(tally),
    ):
        with pytest.raises((RuntimeError, ValueError, TypeError)):
            use()
    with pytest.raises(TypeError):
        tally.__init__()
    tally.__init__("binary")
    with pytest.raises(RuntimeError, match="once"):
        tally.__init__("binary")
