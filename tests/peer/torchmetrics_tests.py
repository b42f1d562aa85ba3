"""torchmetrics' own unit tests for classification, run with limen.torch in place of its metrics.

    python tests/peer/torchmetrics_tests.py CHECKOUT [options] [FILE ...]

CHECKOUT is a clone of torchmetrics at the version that is installed (its tests are not in its
packages). Every class and function that limen.torch offers is set in place of theirs on
torchmetrics' submodules before the tests are imported, so that the tests exercise ours while their
references stay what they are. FILE is a test file without path and ending ("test_auroc"); none
means all.

What is left out, and why, is in LEFT_OUT; the closing lines say how many tests that is.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import pkgutil
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The tests cache what their references return, on disk; here each is computed where it is needed.
CACHIER = "def cachier(*args, **kwargs):\n    return lambda function: function\n"


def tests(*words: str):
    return lambda item: any(word in item.originalname for word in words)


# reason -> which tests
LEFT_OUT = {
    "needs a GPU": tests("_gpu"),
}


class Selection:
    """The pytest plugin: leaves out by rule, then keeps one test in `every`, by a fixed hash."""

    def __init__(self, every: int, ddp: bool, known: Path | None, theirs: bool):
        self.every, self.ddp, self.known, self.theirs = every, ddp, known, theirs
        self.left_out: Counter[str] = Counter()
        self.failed: list[str] = []

    def reason(self, item) -> str | None:
        for reason, matches in LEFT_OUT.items():
            if matches(item):
                return reason
        if not self.ddp and item.get_closest_marker("DDP"):
            return "distributed (--ddp runs them)"
        if zlib.crc32(item.nodeid.encode()) % self.every:
            return f"not among the one in {self.every} that are sampled"
        return None

    def pytest_collection_modifyitems(self, config, items) -> None:
        kept = []
        known: set[str] = set()
        if self.known and not self.theirs:
            known = set(self.known.read_text().splitlines())
        for item in items:
            if item.nodeid in known:
                item.add_marker(pytest.mark.xfail(reason="torchmetrics fails here, too"))
            reason = self.reason(item)
            if reason is None:
                kept.append(item)
            else:
                self.left_out[reason] += 1
        items[:] = kept

    def pytest_configure(self, config) -> None:
        config.addinivalue_line("markers", "DDP: distributed")

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        if self.known and self.theirs:
            self.known.write_text("".join(f"{nodeid}\n" for nodeid in self.failed))

    def pytest_terminal_summary(self, terminalreporter) -> None:
        for reason, count in self.left_out.items():
            terminalreporter.write_line(f"left out: {count:6} {reason}")


def submodules(package: ModuleType) -> list[ModuleType]:
    names = (module.name for module in pkgutil.iter_modules(package.__path__))
    return [package, *(importlib.import_module(f"{package.__name__}.{name}") for name in names)]


def replace(packages: list[str], ours: ModuleType) -> set[str]:
    """Sets what `ours` exports in place of what the packages and their submodules have."""
    modules = [module for name in packages for module in submodules(importlib.import_module(name))]
    replaced = set()
    for name in ours.__all__:
        for module in modules:
            if name in vars(module):
                setattr(module, name, getattr(ours, name))
                replaced.add(name)
    return replaced


def substitute() -> None:
    import torchmetrics

    import limen.torch
    import limen.torch.functional

    classes = replace(["torchmetrics.classification"], limen.torch)
    functions = replace(["torchmetrics.functional.classification"], limen.torch.functional)
    for name in classes:
        if hasattr(torchmetrics, name):
            setattr(torchmetrics, name, getattr(limen.torch, name))
    for name in functions:
        if hasattr(torchmetrics.functional, name):
            setattr(torchmetrics.functional, name, getattr(limen.torch.functional, name))
    missing = set(torchmetrics.classification.__all__) - classes
    missing |= set(torchmetrics.functional.classification.__all__) - functions
    print(f"replaced {len(classes)} classes and {len(functions)} functions")
    if missing:
        print("still theirs:", *sorted(missing))


def prepare(checkout: Path, stubs: Path, ddp: bool) -> None:
    """Paths for this process and those that it starts for the distributed tests."""
    paths = [stubs, checkout / "tests", ROOT / "python"]
    if importlib.util.find_spec("cachier") is None:
        (stubs / "cachier.py").write_text(CACHIER)
    sys.path[:0] = [str(path) for path in paths]
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [*map(str, paths), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    os.environ["USE_PYTEST_POOL"] = "1" if ddp else "0"
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run one test in N")
    parser.add_argument(
        "--ddp", action="store_true", help="the distributed tests too (2 processes)"
    )
    parser.add_argument("--theirs", action="store_true", help="replace nothing: do theirs pass?")
    parser.add_argument(
        "--known",
        type=Path,
        help="the tests that fail: written with --theirs; else they may fail with ours, too"
        " (their inputs are random, so give the same files and --every)",
    )
    parser.add_argument("--pytest", default="", help="further options for pytest, one string")
    options = parser.parse_intermixed_args()

    with tempfile.TemporaryDirectory() as stubs:
        prepare(options.checkout.resolve(), Path(stubs), options.ddp)
        if not options.theirs:
            substitute()
        folder = options.checkout / "tests" / "unittests" / "classification"
        files = [str(folder / f"{name}.py") for name in options.files] or [str(folder)]
        arguments = ["-q", "-p", "no:cacheprovider", "-W", "ignore", f"--rootdir={folder.parent}"]
        arguments += ["-c", os.devnull, "--import-mode=append", *options.pytest.split(), *files]
        selection = Selection(options.every, options.ddp, options.known, options.theirs)
        return int(pytest.main(arguments, plugins=[selection]))


if __name__ == "__main__":
    sys.exit(main())
