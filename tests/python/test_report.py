"""limen.Report: a mapping, a table, a notebook's cell, a frame."""

import copy
import json
import pickle
import subprocess

import numpy as np
import pytest

import limen

SCORES = np.array([[0.9, 0.2], [0.6, 0.4], [0.8, 0.7]])
TARGETS = np.array([[1, 0], [1, 1], [0, 1]])
NAMES = ["<b>joy</b>", "fear & 'hope'"]


def test_it_is_a_mapping_that_cannot_be_changed_by_what_it_gives():
    report = limen.evaluate(SCORES, TARGETS, [0.5, 0.7], labels=NAMES)
    assert set(report) == set(report.to_dict()) and len(report) == len(list(report))
    report.to_dict()["labels"].clear()
    assert report["labels"][1]["name"] == NAMES[1]
    assert "averages" in report and report.get("nothing") is None
    with pytest.raises(KeyError):
        report["nothing"]
    with pytest.raises(TypeError):
        report["task"] = "binary"


def test_it_pickles_and_copies():
    for thresholds in ([0.5, 0.7], [[0.5, 0.7], [0.1, 0.1]]):
        report = limen.evaluate(SCORES, TARGETS, thresholds, labels=NAMES)
        for other in (pickle.loads(pickle.dumps(report)), copy.copy(report), copy.deepcopy(report)):
            assert other == report and str(other) == str(report)
            assert other._repr_html_() == report._repr_html_()
            assert other.to_pandas().equals(report.to_pandas())
            other["labels" if "labels" in other else "sets"].clear()
            assert other.to_dict() == report.to_dict()
    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(report))))
    assert again.render("csv") == report.render("csv")
    for wrong in ({"top": 1}, {"sort": "f1"}, {"format": "pdf"}):
        with pytest.raises(ValueError):
            again.render(**wrong)


def test_html_escapes_names():
    text = limen.evaluate(SCORES, TARGETS, labels=NAMES)._repr_html_()
    assert "&lt;b&gt;joy&lt;/b&gt;" in text and "fear &amp; &#39;hope&#39;" in text
    assert "<b>joy" not in text and text.count("<table>") == text.count("</table>") == 2


def test_frames():
    report = limen.evaluate(SCORES, TARGETS, [0.5, 0.7], labels=NAMES)
    frame = report.to_pandas()
    assert frame.index.tolist() == NAMES
    assert frame.loc[NAMES[0], "tp"] == report["labels"][0]["tp"] == 2
    both = limen.evaluate(SCORES, TARGETS, [[0.5, 0.7], [0.1, 0.1]], labels=NAMES)
    assert both.to_pandas().index.names == ["set", "name"]
    assert both.to_pandas().loc[(1, NAMES[0]), "tp"] == both["sets"][1]["labels"][0]["tp"]


def test_it_prints_what_the_command_prints(pytestconfig, tmp_path):
    command = pytestconfig.rootpath / "build" / "release" / "limen"
    if not command.exists():
        pytest.skip(f"{command} was not built")
    np.save(tmp_path / "scores.npy", SCORES)
    np.save(tmp_path / "targets.npy", TARGETS)
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    files = ("--scores", "scores.npy", "--targets", "targets.npy", "--labels", "names.txt")
    report = limen.evaluate(SCORES, TARGETS, [0.5, 0.7], labels=NAMES)
    for form in ("table", "json", "markdown", "csv"):
        printed = subprocess.run(
            [command, "eval", *files, "--thresholds", "0.5,0.7", "--format", form],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        assert report.render(form) == printed.stdout
    assert str(report) == report.render("table").rstrip("\n")
    assert json.loads(report.render("json"))["labels"] == report["labels"]


def test_render_says_what_it_can():
    report = limen.evaluate(SCORES, TARGETS, labels=["joy", "fear"])
    with pytest.raises(ValueError, match="'table', 'json', 'csv', 'markdown', 'html'"):
        report.render("pdf")
    with pytest.raises(limen.Error, match="nothing"):
        report.render(sort="nothing")
    assert "fear" in report.render() and "fear" not in report.render(top=1)
