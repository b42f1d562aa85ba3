"""`limen curve`: its points against scikit-learn, its plot, and its errors."""

import csv
import itertools
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sk

from limen_ctypes import LIBRARY
from test_curves import problem

PROGRAM = Path(LIBRARY).with_name("limen")
pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="the limen program is not built")


@pytest.fixture
def data(tmp_path):
    scores, targets = problem(np.random.default_rng(1), 300, 3, ties=True)
    np.savez(tmp_path / "data.npz", scores=scores, targets=targets, labels=["a", "b,c", "d"])
    return tmp_path, scores, targets


def run(folder, *arguments):
    return subprocess.run(
        [PROGRAM, "curve", "data.npz", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def columns(text):
    rows = list(csv.reader(text.splitlines()))
    return rows[0], rows[1:]


def test_points_of_every_label(data):
    folder, scores, targets = data
    assert run(folder, "--all-cuts", "-o", "points.csv").returncode == 0
    header, rows = columns((folder / "points.csv").read_text())
    assert header == ["label", "threshold", "fpr", "tpr"]
    for k, name in enumerate(["a", "b,c", "d"]):
        got = np.array([r[1:] for r in rows if r[0] == name], float)
        fpr, tpr, thresholds = sk.roc_curve(targets[:, k], scores[:, k], drop_intermediate=False)
        assert got[:, 0].tolist() == thresholds.tolist()
        assert got[:, 1:] == pytest.approx(np.c_[fpr, tpr], abs=1e-15)


def test_precision_and_recall_of_one_label_and_of_all(data):
    folder, scores, targets = data
    for arguments, y, s in (
        (("--label", "d"), targets[:, 2], scores[:, 2]),
        (("--pooled",), targets.ravel(), scores.ravel()),
    ):
        done = run(folder, "--kind", "pr", "--all-cuts", "-o", "-", *arguments)
        header, rows = columns(done.stdout)
        assert header == ["label", "threshold", "precision", "recall"]
        precision, recall, thresholds = sk.precision_recall_curve(y, s)
        got = np.array([r[1:] for r in rows], float)[::-1]
        assert got == pytest.approx(np.c_[thresholds, precision[:-1], recall[:-1]], abs=1e-15)


@pytest.mark.parametrize("kind", ["roc", "pr"])
def test_few_points_say_how_near_they_are(data, kind):
    """Every point that was left out is within what is said, which is rounded up."""
    for label in ("a", "b,c", "d"):
        one = ("--kind", kind, "--label", label, "-o", "-")
        every = np.array([row[2:] for row in columns(run(data[0], *one, "--all-cuts").stdout)[1]])
        done = run(data[0], *one, "--points", "5")
        kept = np.array([row[2:] for row in columns(done.stdout)[1]], float)
        said = float(re.search(r"5 of \d+ points; .* within ([\d.]+) of", done.stderr)[1])
        far = np.full(len(every), np.inf)
        for a, b in itertools.pairwise(kept):
            along = np.clip((every.astype(float) - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1)
            point = a + along[:, None] * (b - a)
            far = np.minimum(far, np.linalg.norm(every.astype(float) - point, axis=1))
        assert len(kept) == 5 and said * 0.98 <= far.max() <= said


@pytest.mark.parametrize("kind", ["roc", "pr"])
@pytest.mark.parametrize("bins", [(), ("--bins", "4096")])
def test_plot_and_areas(data, kind, bins):
    folder, scores, targets = data
    done = run(folder, "--kind", kind, *bins)
    assert (done.returncode, done.stderr.count("limen: warning")) == (0, 0)
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    macro = lines[-1].split()
    assert macro[0] == "macro"
    assert float(macro[1]) == pytest.approx(sk.roc_auc_score(targets, scores), abs=1e-6)
    assert float(macro[2]) == pytest.approx(sk.average_precision_score(targets, scores), abs=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--label", "x"), 'no label is called "x"'),
        (("--label", "a", "--pooled"), "exclude each other"),
        (("--points", "1"), "--points"),
        (("--kind", "rocc"), "--kind"),
    ],
)
def test_mistakes_are_usage_errors(data, arguments, message):
    done = run(data[0], *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr and len(done.stderr.splitlines()) == 1
