"""Writes pairs of sentences and what the first says about the second, for a small training run.

    python pairs.py FOLDER        writes train.tsv (480 pairs) and dev.tsv (160 pairs)

Columns: sentence_1, sentence_2, label (NEUTRAL, ENTAILMENT or CONTRADICTION) and shares: which of
subject, action and place both have, joined by "|".
"""

import csv
import pathlib
import random
import sys

# A word and what it is a kind of.
SUBJECTS = {
    "dog": "animal", "cat": "animal", "horse": "animal", "girl": "child", "boy": "child",
    "singer": "musician", "drummer": "musician", "nurse": "worker", "farmer": "worker",
}  # fmt: skip
ACTIONS = {
    "running": "moving", "jumping": "moving", "dancing": "moving", "sleeping": "resting",
    "sitting": "resting", "eating": "busy", "cooking": "busy",
}  # fmt: skip
PLACES = {
    "park": "open", "field": "open", "garden": "open", "kitchen": "house", "bedroom": "house",
    "cellar": "house",
}  # fmt: skip
PARTS = {"subject": SUBJECTS, "action": ACTIONS, "place": PLACES}
SHARES = {"ENTAILMENT": 0.3, "CONTRADICTION": 0.15, "NEUTRAL": 0.55}


def sentence(words, article="a"):
    return f"{article} {words['subject']} is {words['action']} in the {words['place']}"


def pair(random_, label):
    """Two sentences of which the second follows, is denied, or is neither."""
    first = {part: random_.choice(sorted(words)) for part, words in PARTS.items()}
    second = dict(first)
    part = random_.choice(sorted(PARTS))
    if label == "NEUTRAL":
        for changed in sorted({part, random_.choice(sorted(PARTS))}):
            second[changed] = random_.choice(sorted(set(PARTS[changed]) - {first[changed]}))
    elif random_.random() < 0.7:
        second[part] = PARTS[part][first[part]]
    shares = [each for each in PARTS if first[each] == second[each]]
    article = "no" if label == "CONTRADICTION" else "a"
    return sentence(first), sentence(second, article), label, "|".join(shares)


def make_pairs(count, seed):
    """Rows (sentence_1, sentence_2, label, shares); the same for the same seed."""
    random_ = random.Random(seed)
    labels = random_.choices(list(SHARES), list(SHARES.values()), k=count)
    return [pair(random_, label) for label in labels]


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["sentence_1", "sentence_2", "label", "shares"])
        writer.writerows(rows)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "train.tsv", make_pairs(480, seed=1))
    write(folder / "dev.tsv", make_pairs(160, seed=2))


if __name__ == "__main__":
    main()
