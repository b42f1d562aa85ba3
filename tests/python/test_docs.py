"""The examples of docs/PYTHON.md and docs/TORCH.md run as they stand."""

import re

import matplotlib
import pytest

matplotlib.use("Agg")


def run_examples(root, page):
    """What the examples of a page leave behind."""
    text = (root / "docs" / page).read_text()
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        exec(compile(block, f"docs/{page}", "exec"), names)
    return names


def test_the_examples_run(pytestconfig):
    names = run_examples(pytestconfig.rootpath, "PYTHON.md")
    assert round(names["report"]["averages"]["macro"]["f1"], 4) == 0.7333
    assert names["other"].samples == 6


@pytest.mark.filterwarnings("ignore")
def test_the_examples_of_torch_run(pytestconfig):
    for needed in ("torch", "torchmetrics", "lightning"):
        pytest.importorskip(needed)
    names = run_examples(pytestconfig.rootpath, "TORCH.md")
    assert names["metric"].compute() == names["theirs"].compute()
    assert names["values"]["val_MultilabelF1Score"] == names["held_out"].__class__(
        3, threshold=[0.6, 0.5, 0.8]
    )(names["scores"], names["targets"])
    assert names["Tagger"]().scores.compute_groups
