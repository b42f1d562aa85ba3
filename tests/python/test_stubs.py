"""What type checkers are told is what the extension has."""

import os
import subprocess
import sys

import pytest


def mypy(pytestconfig, *arguments):
    pytest.importorskip("mypy")
    package = str(pytestconfig.rootpath / "python")
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": package, "MYPYPATH": package},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_of_the_extension_is_complete(pytestconfig):
    mypy(pytestconfig, "mypy.stubtest", "--ignore-disjoint-bases", "limen._core")


def test_the_package_passes_a_type_checker(pytestconfig, tmp_path):
    mypy(
        pytestconfig,
        *("mypy", "--cache-dir", str(tmp_path), "--ignore-missing-imports", "-p", "limen.sklearn"),
    )
