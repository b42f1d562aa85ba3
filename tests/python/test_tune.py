"""limen tune through the command line: real data, the round trip through eval, exit codes."""

import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def limen():
    """The program: $LIMEN, a build folder of the checkout, or one that is installed."""
    found = [os.environ.get("LIMEN"), *map(str, sorted(ROOT.glob("build*/**/limen")))]
    found.append(shutil.which("limen"))
    for path in found:
        if path and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    pytest.skip("the program limen is not built; build it, or name it in LIMEN")


def run(limen, *arguments, code=0):
    done = subprocess.run([limen, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture()
def save(tmp_path):
    def to_files(scores, targets):
        np.save(tmp_path / "scores.npy", scores)
        np.save(tmp_path / "targets.npy", targets)
        return ["--scores", tmp_path / "scores.npy", "--targets", tmp_path / "targets.npy"]

    return to_files


def tune(limen, data, *options, code=0):
    return json.loads(run(limen, "tune", *data, *options, "--format", "json", code=code))


def averages(limen, data, thresholds):
    options = ("--thresholds", thresholds, "--format", "json")
    return json.loads(run(limen, "eval", *data, *options))["averages"]


def f1(limen, data, thresholds):
    """micro, macro and weighted F1, to six digits."""
    found = averages(limen, data, thresholds)
    return tuple(round(found[name]["f1"], 6) for name in ("micro", "macro", "weighted"))


def test_goemotions_by_label(limen, goemotions, save, tmp_path):
    best = tmp_path / "best.json"
    data = save(*goemotions["dev"])
    run(limen, "tune", *data, "-o", best)
    value = json.loads(best.read_text())["value"]
    assert round(value, 6) == 0.496435
    assert averages(limen, data, best)["macro"]["f1"] == value
    assert f1(limen, data, best) == (0.544922, 0.496435, 0.554838)
    data = save(*goemotions["test"])
    assert f1(limen, data, best) == (0.529348, 0.458268, 0.538834)
    assert round(tune(limen, data)["value"], 6) == 0.486481


def test_goemotions_jointly(limen, goemotions, save, tmp_path):
    best = tmp_path / "best.json"
    data = save(*goemotions["dev"])
    run(limen, "tune", *data, "--scope", "micro", "-o", best)
    assert json.loads(best.read_text())["value"] == pytest.approx(0.5688826902216023, abs=1e-15)
    assert averages(limen, data, best)["micro"]["f1"] == json.loads(best.read_text())["value"]
    data = save(*goemotions["test"])
    value = tune(limen, data, "--scope", "micro")["value"]
    assert value == pytest.approx(0.5685747214752209, abs=1e-15)
    # Several choices are equally good on dev: on test they are near each other.
    assert f1(limen, data, best)[:2] == pytest.approx((0.554291, 0.442994), abs=2e-3)


def test_goemotions_one_threshold(limen, goemotions, save):
    for split, value, threshold in (("dev", 0.553172, 0.19334435), ("test", 0.555148, 0.19970433)):
        found = tune(limen, save(*goemotions[split]), "--scope", "global")
        assert round(found["value"], 6) == value
        assert {round(label["threshold"], 8) for label in found["labels"]} == {threshold}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("rule", ["ge", "gt"])
def test_against_every_cut(limen, save, dtype, rule):
    """F1 of some thousand rows that tie, by NumPy over every distinct score."""
    random = np.random.default_rng(5)
    scores = random.normal(size=(3000, 2)).round(2).astype(dtype)
    targets = (random.random((3000, 2)) < 1 / (1 + np.exp(-scores.astype(float)))).astype(np.uint8)
    found = tune(limen, save(scores, targets), "--rule", rule)
    for column, label in enumerate(found["labels"]):
        score, target = scores[:, column], targets[:, column]
        best = 0.0
        for cut in np.unique(score):
            taken = score >= cut
            tp, fp = int((taken & (target == 1)).sum()), int((taken & (target == 0)).sum())
            best = max(best, 2 * tp / (tp + fp + int(target.sum())))
        taken = score >= label["threshold"] if rule == "ge" else score > label["threshold"]
        tp, fp = int((taken & (target == 1)).sum()), int((taken & (target == 0)).sum())
        assert label["value"] == best == 2 * tp / (tp + fp + int(target.sum()))


def test_exit_codes(limen, save):
    data = save(np.array([0.9, 0.8, 0.7], np.float32), np.array([0, 1, 0], np.uint8))
    found = tune(limen, data, "--require", "precision>=0.9", code=4)
    assert found["labels"][0]["status"] == "infeasible" and found["feasible"] is False
    tune(limen, data, "--require", "precision>=0.9", "--allow-infeasible")
    run(limen, "tune", *data, "--require", "precision", code=2)
    run(limen, "tune", *data, "--require", "0:recall>=0.5,precision>=0.5")
    run(limen, "tune", *data, "--objective", "f2", code=2)
