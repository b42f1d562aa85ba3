"""limen.Thresholds: files, names, copies, and what it refuses."""

import copy
import json
import math
import os
import pickle
import subprocess
import warnings

import numpy as np
import pytest

import limen
from test_py_tune import make
from test_tune import limen as program  # noqa: F401


@pytest.fixture()
def tuned():
    return limen.tune(*make(12, width=3), labels=["joy", "anger", "+inf"])


def test_round_trips(tuned, tmp_path):
    path = tmp_path / "best.json"
    tuned.save(path)
    again = limen.Thresholds.load(path)
    assert again == tuned and hash(again) == hash(tuned) and again.report == tuned.report
    assert json.loads(path.read_text())["labels"][2]["name"] == "+inf" == again.labels[2]
    for copied in (pickle.loads(pickle.dumps(tuned)), copy.deepcopy(tuned)):
        assert copied == tuned and copied.report == tuned.report
    again.save(tmp_path / "second.json")
    assert (tmp_path / "second.json").read_bytes() == path.read_bytes()


def test_the_command_line_writes_and_reads_the_same(program, tmp_path):  # noqa: F811
    scores, targets = make(13, width=3)
    np.save(tmp_path / "s.npy", scores)
    np.save(tmp_path / "t.npy", targets)
    data = ["--scores", tmp_path / "s.npy", "--targets", tmp_path / "t.npy"]
    ours, theirs = tmp_path / "ours.json", tmp_path / "theirs.json"
    found = limen.tune(scores, targets)
    found.save(ours)
    subprocess.run([program, "tune", *data, "-o", theirs], check=True, capture_output=True)
    assert ours.read_bytes() == theirs.read_bytes()
    assert limen.Thresholds.load(theirs) == found
    command = [program, "eval", *data, "--thresholds", ours, "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["averages"]["macro"]["f1"] == found.value


def test_by_hand(tmp_path):
    made = limen.Thresholds([0.5, math.inf, -math.inf], labels=["a", "b", "c"], rule="gt")
    made.save(tmp_path / "t.json")
    assert limen.Thresholds.load(tmp_path / "t.json") == made
    assert (made["b"], made[2], len(made), next(iter(made))) == (math.inf, -math.inf, 3, 0.5)
    scores = np.array([[0.5, 9.0, -9.0], [0.6, 9.0, -9.0]])
    assert np.asarray(made.apply(scores)).tolist() == [[0, 0, 1], [1, 0, 1]]
    with pytest.raises(KeyError):
        made["d"]
    for values, options in [
        ([], {}),
        ([math.nan], {}),
        ([0.5], {"labels": ["a", "b"]}),
        ([0.5, 0.5], {"labels": ["a", "a"]}),
        ([0.5], {"rule": "lt"}),
        ([0.5], {"task": "regression"}),
    ]:
        with pytest.raises(ValueError):
            limen.Thresholds(values, **options)
    assert made != (0.5, math.inf, -math.inf)
    assert "a " in repr(made) and "inf" in repr(made)


def test_follows_names_width_and_dtype(tuned):
    scores, targets = make(12, width=3)
    order = ["+inf", "joy", "anger"]
    places = [2, 0, 1]
    here = limen.evaluate(scores[:, places], targets[:, places], tuned, labels=order)
    assert here["averages"]["macro"]["f1"] == pytest.approx(tuned.value, abs=1e-15)
    assert tuned.for_data(3, labels=order).report["labels"][0] == tuned.report["labels"][2]
    with pytest.raises(ValueError, match="'anger'"):
        tuned.for_data(3, labels=["joy", "rage", "+inf"])
    with pytest.raises(ValueError, match="3 thresholds, the data has 6"):
        tuned.apply(np.zeros((2, 6), np.float32))
    with pytest.warns(UserWarning, match="tuned on float32 scores, these are float64"):
        tuned.apply(scores.astype(float))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tuned.apply(scores)
        numbered = limen.tune(scores, targets)
        limen.evaluate(scores, targets, numbered, labels=order)


def test_its_rule_wins():
    found = limen.tune([0.1, 0.5, 0.9], [0, 0, 1], rule="gt")
    assert found.values == (0.5,)
    assert np.asarray(limen.apply([0.5, 0.6], found)).tolist() == [0, 1]
    assert limen.evaluate([0.5, 0.6], [0, 1], found)["rule"] == "gt"


@pytest.mark.parametrize(
    ("text", "said"),
    [("{\n x", "bad.json:2:2: is not JSON"), ("{}", "is no thresholds file"),
     ('{"format": "limen-thresholds", "version": 1, "labels": []}', "has no labels")],
)  # fmt: skip
def test_bad_files(tmp_path, text, said):
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(limen.Error, match=said) as caught:
        limen.Thresholds.load(path)
    assert caught.value.code == "LIMEN_ERR_FORMAT"


def test_files_that_cannot_be(tuned, tmp_path):
    with pytest.raises(FileNotFoundError):
        limen.Thresholds.load(tmp_path / "none.json")
    with pytest.raises(limen.Error) as caught:
        tuned.save(tmp_path / "none" / "t.json")
    assert caught.value.code == "LIMEN_ERR_IO"
    for act in (tuned.save, limen.Thresholds.load):
        with pytest.raises(ValueError, match="JSON"):
            act(tmp_path / "t.txt")
    assert os.listdir(tmp_path) == []
