"""The invented reports of ``tests/specs/press*.toml``, with the readings that count as right, and how they are counted.

A writer notes the cells on which careful readers could differ (key ``open``, or a comment "# open ..." under a report
that nobody has read yet): "cell | figure | other reading, other reading"; any of these is right there. A number that a
writer left open altogether ("figure | ...") is neither right nor wrong.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[1] / "tests" / "specs"
APART = frozenset({"price"})
"""Sums of money are read elsewhere, and most writers list none."""
LOOSE = frozenset({"dismantled", "concluded", "closed", "missing", "not_arrested", "not_charged"})
"""Statuses that the program has no word for: they may be told without one."""
_COMMENT = re.compile(r"^# open (.+)$", re.MULTILINE)

Figure = tuple[str, str, str, str]
"""quantity, value, status, place; "" for no status or place."""


@dataclass(frozen=True)
class Conventions:
    """What a writer does otherwise than the program (table [conventions] of a file).

    apart: quantities that the writer lists nowhere; one_status: statuses that say the same there ("seized" is detained
    to one writer and arrested to another); silent: a figure has a place only where its own sentence gives one, so that
    the one place of a whole report is right as well."""

    apart: frozenset[str] = APART
    one_status: tuple[frozenset[str], ...] = ()
    silent: bool = False


@dataclass(frozen=True)
class Wanted:
    """A figure that an expert reads in a report. statuses, places: the readings that count as right, the first listed
    first."""

    quantity: str
    value: str
    statuses: tuple[str, ...]
    places: tuple[str, ...]

    def meets(self, found: Figure, *, placed: bool) -> bool:
        quantity, value, status, place = found
        same = (quantity, value) == (self.quantity, self.value) and status in self.statuses
        return same and (place in self.places or not placed)


@dataclass(frozen=True)
class Report:
    number: int
    text: str
    published: str
    wanted: tuple[Wanted, ...]
    free: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(quantity, value) of what is neither right nor wrong."""
    conventions: Conventions = Conventions()


def read_reports(path: Path, key: str = "report") -> Iterator[Report]:
    """Yield the reports of a file."""
    raw = path.read_text("utf-8")
    document = tomllib.loads(raw)
    conventions = _conventions(document.get("conventions", {}))
    for entry, lines in zip(document[key], raw.split(f"[[{key}]]")[1:], strict=True):
        yield _report(entry, [*entry.get("open", ()), *_COMMENT.findall(lines)], conventions)


def _conventions(table: Mapping[str, Any]) -> Conventions:
    same = tuple(frozenset(map(_cell, group)) for group in table.get("one_status", ()))
    return Conventions(APART | set(table.get("apart", ())), same, table.get("silent", False))


def _report(entry: Mapping[str, Any], notes: Sequence[str], conventions: Conventions) -> Report:
    others: dict[tuple[str, str], list[str]] = {}
    free = set()
    for note in notes:
        cell, figure, rest = (part.strip() for part in f"{note}||".split("|")[:3])
        others.setdefault((cell, figure), []).extend(_cell(one) for one in rest.split(","))
        if cell == "figure":
            quantity, value = figure.split()[:2]
            free.add((quantity, value))
    wanted = tuple(
        _wanted(one, others, conventions) for one in entry["figures"] if one.split()[0] not in conventions.apart
    )
    number, text, published = entry.get("number", 0), entry["text"], entry["published"]
    return Report(number, text, published, wanted, frozenset(free), conventions)


def _wanted(figure: str, others: Mapping[tuple[str, str], Sequence[str]], conventions: Conventions) -> Wanted:
    quantity, value, status, place = (_cell(cell) for cell in figure.split()[:4])
    statuses = [status, *others.get(("status", figure), ()), *([""] if status in LOOSE else [])]
    statuses += [one for group in conventions.one_status if status in group for one in sorted(group)]
    statuses += ["deployed"] if quantity == "officers" else []
    places = [place, *others.get(("place", figure), ()), *([""] if place == "CN" else [])]  # the whole is no place
    return Wanted(quantity, value, tuple(dict.fromkeys(statuses)), tuple(dict.fromkeys(places)))


def _cell(text: str) -> str:
    return "" if text.strip() == "-" else text.strip()


@dataclass(frozen=True)
class Tally:
    """Of figures: how many are counted right, placed right, too, wanted, and found beyond those wanted."""

    counted: int = 0
    placed: int = 0
    wanted: int = 0
    beyond: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.counted + other.counted, self.placed + other.placed, self.wanted + other.wanted,
            self.beyond + other.beyond,
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.counted:4} of {self.wanted:4} counted, {self.beyond:3} beyond; F1 {self.score(self.counted):.3f}, "
            f"with places {self.score(self.placed):.3f}"
        )

    def score(self, right: int) -> float:
        whole = self.wanted + self.counted + self.beyond
        return 2 * right / whole if whole else 1.0


def compare(report: Report, found: Iterable[Figure], only: Iterable[str] = ()) -> Tally:
    """Set found figures beside those wanted, each found one once.

    only: places that are right, too, where a silent writer gives none."""
    able = tuple(only)
    left = {figure for figure in found if figure[0] not in report.conventions.apart}
    counted = placed = 0
    for one in report.wanted:
        here = replace(one, places=(*one.places, *able)) if one.places[0] == "" else one
        met = sorted(figure for figure in left if here.meets(figure, placed=False))
        best = next((figure for figure in met if here.meets(figure, placed=True)), met[0] if met else None)
        if best is not None:
            left.remove(best)
            counted += 1
            placed += here.meets(best, placed=True)
    return Tally(counted, placed, len(report.wanted), sum(figure[:2] not in report.free for figure in left))
