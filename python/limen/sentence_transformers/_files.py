"""The files of an evaluation: results as CSV, predictions as TSV."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

# Characters that some file system or shell gives a meaning.
UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|,;]')


def file_name(*parts: str) -> str:
    """Parts that are not empty, joined by "_", safe as a file's name and short enough for one."""
    stem = UNSAFE.sub("_", "_".join(part for part in parts if part))
    return stem.encode()[:200].decode(errors="ignore")


def write_table(path: Path, rows: Iterable[Sequence[Any]], delimiter: str = ",") -> None:
    """Writes a whole file, or leaves the one that is there as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_table(path: Path) -> list[list[str]]:
    """The rows of a CSV file; none when it does not exist, an empty one when it is none."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return [row for row in csv.reader(file) if row]
    except FileNotFoundError:
        return []
    except (UnicodeDecodeError, csv.Error):
        return [[]]


def store_result(path: Path, header: Sequence[str], row: Sequence[float]) -> Path:
    """Adds a row, whose first two fields are epoch and steps, to a CSV file; returns its path.

    A row of the same epoch and steps is replaced where it stands, so a resumed run repeats none. A
    file with another header is left alone: the rows go to "..._2.csv", "..._3.csv", and so on.
    """
    for number in itertools.count(1):
        target = path if number == 1 else path.with_name(f"{path.stem}_{number}{path.suffix}")
        old = read_table(target)
        if not old or old[0] == list(header):
            break
    rows = {moment(each): each for each in old[1:]}
    rows[moment(row)] = row
    write_table(target, [header, *rows.values()])
    return target


def moment(row: Sequence[Any]) -> tuple:
    """Epoch and steps of a row as numbers, so that "1" is "1.0"; other rows are their own."""
    try:
        return float(row[0]), float(row[1])
    except (IndexError, ValueError):
        return tuple(row)
