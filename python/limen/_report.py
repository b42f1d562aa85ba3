"""What an evaluation says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import pandas

    from . import _core


FORMATS = ("table", "json", "csv", "markdown", "html")


class Rendered:
    """What stands in for the core's result in a report that was pickled: its tree and texts."""

    def __init__(self, tree: dict[str, Any], texts: dict[str, str]) -> None:
        self._tree, self._texts = tree, texts

    def tree(self) -> dict[str, Any]:
        from copy import deepcopy  # late: `import limen` is to be quick

        return deepcopy(self._tree)

    def render(self, format: str = "table", *, top: int = 0, sort: str | None = None) -> str:
        if top or sort:
            raise ValueError("a report that was pickled renders as a whole: no top, sort")
        if format not in self._texts:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
        return self._texts[format]


def _unpickle(tree: dict[str, Any], texts: dict[str, str]) -> Report:
    return Report(Rendered(tree, texts))


class Report(Mapping):
    """A report as a mapping of the names that `limen eval --format json` writes.

    report["averages"]["macro"]["f1"] is a number, report["labels"] a list with a dict a label,
    report["metrics"] holds the numbers of the whole. With several threshold sets there is
    report["sets"], a list of such mappings. A number that is 0/0 has the value that zero_division
    gave it, and its name stands in its label's "undefined". A report pickles, with all its texts.
    """

    def __init__(self, result: _core.Result | Rendered) -> None:
        self._result = result
        self._tree = result.tree()

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self._result.tree(), {name: self.render(name) for name in FORMATS})

    def __copy__(self) -> Report:
        return Report(self._result)

    def __deepcopy__(self, memo: dict[int, Any]) -> Report:
        return Report(self._result)  # which does not change

    def __getitem__(self, key: str) -> Any:
        return self._tree[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __len__(self) -> int:
        return len(self._tree)

    def __str__(self) -> str:
        return self.render().rstrip("\n")

    def __repr__(self) -> str:
        return f"<limen.Report\n{self}\n>"

    def _repr_html_(self) -> str:
        return self.render("html")

    def render(self, format: str = "table", *, top: int = 0, sort: str | None = None) -> str:
        """The report as text.

        format: "table" (80 columns), "json", "csv", "markdown" or "html". top: at most so many
        labels in the table (0: all), in the order of `sort`, a label's field, "-" before it for
        descending.
        """
        return self._result.render(format, top=top, sort=sort)

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, a fresh copy."""
        return self._result.tree()

    def to_pandas(self) -> pandas.DataFrame:
        """A row a label, and one index level more ("set") when there are several threshold sets."""
        import pandas as pd

        sets = self._tree.get("sets")
        if sets is None:
            return pd.DataFrame(self._tree["labels"]).set_index("name")
        frames = [pd.DataFrame(each["labels"]).set_index("name") for each in sets]
        return pd.concat(frames, keys=range(len(frames)), names=["set"])
