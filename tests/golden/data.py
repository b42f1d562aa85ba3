"""Writes the small inputs of the golden runs into a directory, with the standard library alone."""

import io
import json
import pathlib
import struct
import zipfile

CODES = {"<f4": "f", "<f8": "d", "|u1": "B", "<i8": "q"}


def npy(dtype, shape, values):
    """The bytes of an array in C order; strings are `<U8`."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {tuple(shape)!r}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    if dtype.startswith("<U"):
        width = int(dtype[2:])
        body = b"".join(v.ljust(width, "\0").encode("utf-32-le") for v in values)
    else:
        body = struct.pack(f"<{len(values)}{CODES[dtype]}", *values)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + body


def npz(members, compress=False):
    out = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy", (2026, 1, 1, 0, 0, 0)), body, method)
    return out.getvalue()


SCORES = [0.9, 0.2, 0.4, 0.8, 0.7, 0.1, 0.3, 0.6, 0.2, 0.6, 0.5, 0.9, 0.1, 0.4, 0.3, 0.7, 0.5, 0.2]
TARGETS = [1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0]  # the third label has no positives
NAMES = ["joy", "naïve", "喜び"]
THRESHOLDS = {
    "format": "limen-thresholds",
    "version": 1,
    "task": "multilabel",
    "rule": "gt",
    "dtype": "float64",
    "objective": "f1",
    "scope": "label",
    "labels": [
        {"name": "naïve", "threshold": 0.25},
        {"name": "joy", "threshold": 0.5},
        {"name": "喜び", "threshold": "+inf"},
    ],
}


HISTORY = """epoch,steps,Macro F1 score,Micro F1 score,Weighted F1 score,"Accuracy, all",Loss
0.25,10,0.31,0.5,0.41,0.5,0.9
0.5,20,0.52,0.61,0.58,0.61,0.7
0.75,30,0.66,0.7,0.68,0.7,0.55
1,40,0.71,0.74,0.73,0.74,nan
1.25,50,0.70,0.75,0.74,0.75,0.5
"""


def write_all(folder):
    folder = pathlib.Path(folder)
    scores = npy("<f4", (6, 3), SCORES)
    targets = npy("|u1", (6, 3), TARGETS)
    classes = npy("<i8", (6,), [0, 1, 1, 2, 0, 2])
    many = 983
    files = {
        "scores.npy": scores,
        "targets.npy": targets,
        "one_scores.npy": npy("<f4", (6,), SCORES[::3]),
        "one_targets.npy": npy("|u1", (6,), TARGETS[::3]),
        "classes.npy": classes,
        "weights.npy": npy("<f8", (6,), [1, 2, 1, 0.5, 1, 1]),
        "groups.npy": npy("<i8", (6,), [0, 1, 0, 1, 0, 1]),
        "far.npy": npy("<i8", (6,), [0, 1, 0, 10**9, 0, 1]),
        "short_targets.npy": npy("|u1", (5, 3), TARGETS[:15]),
        "narrow_targets.npy": npy("|u1", (6, 2), TARGETS[:12]),
        "two.npy": npy("|u1", (6, 3), [*TARGETS[:10], 2, *TARGETS[11:]]),
        "nan.npy": npy("<f4", (6, 3), [*SCORES[:7], float("nan"), *SCORES[8:]]),
        "cut.npy": scores[:-5],
        "empty.npy": b"",
        "no.npy": b"not an array at all",
        "none_scores.npy": npy("<f4", (0, 3), []),
        "none_targets.npy": npy("|u1", (0, 3), []),
        "thresholds.npy": npy("<f8", (3,), [0.5, 0.4, 0.3]),
        "names.npy": npy("<U8", (3,), NAMES),
        "table.npz": npz({"scores": scores, "targets": targets, "labels": npy("<U8", (3,), NAMES)}),
        "deflated.npz": npz({"scores": scores, "targets": targets}, compress=True),
        "untargeted.npz": npz({"scores": scores}),
        "cut.npz": npz({"scores": scores, "targets": targets})[:-200],
        "many_scores.npy": npy("<f4", (4, many), [(i * 37 % 101) / 101 for i in range(4 * many)]),
        "many_targets.npy": npy("|u1", (4, many), [i * 7 % 5 == 0 for i in range(4 * many)]),
        "T.json": json.dumps(THRESHOLDS, ensure_ascii=False).encode(),
        "names.txt": "\n".join(NAMES).encode() + b"\n",
        "two_names.txt": b"joy\nsadness\n",
        "other.txt": b"joy\nfear\nrage\n",
        "table.csv": b"id,p_a,p_b,y_a,y_b\n1,0.9,0.2,1,0\n2,0.4,0.8,1,1\n3,0.1,0.6,0,0\n",
        "word.csv": b"p_a,y_a\n0.9,1\nhigh,0\n",
        "ragged.csv": b"p_a,y_a\n0.9,1\n0.4\n",
        "empty.csv": b"",
        "predictions.tsv": b"target\tprediction\tscore\ttext_1\ttext_2\n"
        b'1\t1\t0.75\tone\t"of ""two"",\ttabs\nand lines"\n0\t1\t0.5\ta\tb\n0\t0\t0.25\t\t\n',
        "history.csv": HISTORY.encode(),
        "other.csv": b"epoch,steps,Macro F1 score\n0.5,20,0.4\n1,40,0.6\n1,-1,0.8\n",
        "infinite.csv": b"step,Threshold\n1,inf\n2,0.5\n3,-inf\n4,0.25\n",
        "flat.csv": b"Macro F1 score\n0.5\n",
        "header.csv": b"epoch,steps,Macro F1 score\n",
        "gaps.csv": b"epoch,score\n1,nan\n2,nan\n",
    }
    for name, body in files.items():
        (folder / name).write_bytes(body)
