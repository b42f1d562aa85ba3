#!/usr/bin/env python3
"""Golden runs of the command line.

    run.py LIMEN [--rewrite] [FILE.golden ...]

A .golden file is a transcript: "$ command" runs in a fresh directory of small inputs (data.py),
with `limen` on the path and `examples` and `docs` of the repository beside it. Below it stand, in
this order, what standard output must be (lines with "> "), standard error ("! "), and the exit code
when it is not 0 ("? 3"). Lines that are empty or begin with "#" are for readers. --rewrite puts
what the commands do now in place of the expectations: look at the difference before you commit it.

A file that begins with "# needs shared/..." is skipped where the folder `shared`, beside the
repository, has no such thing.
"""

import difflib
import os
import pathlib
import subprocess
import sys
import tempfile

import data

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(command, folder, limen):
    environment = {
        "PATH": f"{folder}/bin:{os.environ.get('PATH', '/usr/bin:/bin')}",
        "HOME": folder,
        "LC_ALL": "C",
        "TERM": "xterm",
    }
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    lines = []
    for mark, output in (("> ", done.stdout), ("! ", done.stderr)):
        text = output.decode("utf-8", "backslashreplace")
        if text and not text.endswith("\n"):
            text += "\\no newline\n"
        lines += [
            (mark + line).rstrip() if line else mark.rstrip() for line in text.split("\n")[:-1]
        ]
    if done.returncode:
        lines.append(f"? {done.returncode}")
    return lines


def replay(path, folder, limen):
    """The transcript as the commands have it now."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            lines.append(line)
            lines += run(line[2:], folder, limen)
        elif not line.startswith((">", "!", "?")):
            lines.append(line)
    return lines


def missing(path):
    """What a transcript needs and is not there, or None."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    if first.startswith("# needs ") and not (ROOT.parent / first[8:]).exists():
        return first[8:]
    return None


def main():
    arguments = [a for a in sys.argv[1:] if a != "--rewrite"]
    rewrite = "--rewrite" in sys.argv
    limen = pathlib.Path(arguments[0]).resolve()
    failed = 0
    for path in [pathlib.Path(a) for a in arguments[1:]] or sorted(HERE.glob("*.golden")):
        if missing(path):
            print(f"skipped: {path.name}, there is no ../{missing(path)}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            data.write_all(folder)
            (pathlib.Path(folder) / "bin").mkdir()
            (pathlib.Path(folder) / "bin" / "limen").symlink_to(limen)
            for name in (ROOT / "examples", ROOT / "docs", ROOT.parent / "shared"):
                (pathlib.Path(folder) / name.name).symlink_to(name)
            now = replay(path, folder, limen)
        then = path.read_text(encoding="utf-8").splitlines()
        runs = sum(line.startswith("$ ") for line in now)
        if now == then:
            print(f"ok: {path.name}, {runs} runs")
        elif rewrite:
            path.write_text("\n".join(now) + "\n", encoding="utf-8")
            print(f"rewritten: {path.name}")
        else:
            failed += 1
            print(f"differs: {path.name}")
            print("\n".join(difflib.unified_diff(then, now, "expected", "actual", lineterm="")))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
