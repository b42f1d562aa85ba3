"""The examples of docs/PYTHON.md run as they stand."""

import re

import matplotlib

matplotlib.use("Agg")


def test_the_examples_run(pytestconfig):
    text = (pytestconfig.rootpath / "docs" / "PYTHON.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    names = {}
    for block in blocks:
        exec(compile(block, "docs/PYTHON.md", "exec"), names)
    assert round(names["report"]["averages"]["macro"]["f1"], 4) == 0.7333
    assert names["other"].samples == 6
