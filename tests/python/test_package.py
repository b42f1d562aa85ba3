"""The package that `import limen` gives, from the source tree."""

import subprocess
import sys

import numpy as np
import pytest

import limen


def test_a_report_of_per_label_thresholds():
    scores = np.array([[0.9, 0.2], [0.6, 0.4], [0.8, 0.7]], np.float32)
    targets = np.array([[1, 0], [1, 1], [0, 1]], np.uint8)
    report = limen.evaluate(scores, targets, [0.5, 0.7])
    assert report["averages"]["macro"]["f1"] == (0.8 + 2 / 3) / 2


def run(pytestconfig, code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=pytestconfig.rootpath / "python",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_limen_imports_no_other_library(pytestconfig):
    code = """
import sys
before = set(sys.modules)
import limen
tops = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(tops - sys.stdlib_module_names))
limen.evaluate([[0.5]], [[1]], task="multilabel")
limen.tune([0.5, 0.2], [1, 0])
print(*sorted({"numpy", "torch", "pandas", "pyarrow"} & set(sys.modules)))
"""
    assert run(pytestconfig, code) == "limen"


def test_doors_open_when_they_are_used(pytestconfig):
    code = "import limen; print(limen.metrics.f1_score([0, 1], [0, 1]))"
    assert run(pytestconfig, code) == "1.0"
    with pytest.raises(AttributeError, match="window"):
        limen.window  # noqa: B018
