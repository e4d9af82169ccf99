"""Measures how figures are read in reports that nobody fitted on or looked at while the program was made.

python benchmarks/figures_unread.py

The reports (``tests/specs/press_unread.*.toml``) come from a writer who had not seen the program and who noted the
cells on which careful readers could differ: any of these readings is right there, and a number that the writer left
open is neither right nor wrong. Statuses that the program has no word for (``LOOSE``) may be told without one. Once
somebody has read or fitted on them, they belong into ``tests/specs/press.*.toml`` and others take their place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ringtrace.statement.public import read_public_figures

SPECS = Path(__file__).parents[1] / "tests" / "specs"
LOOSE = frozenset({"dismantled", "concluded", "closed", "missing"})
_OPEN = re.compile(r"# open (\w+) \| ([^|]+?) \|(.*)")

Cells = tuple[str, ...]
"""quantity, value, status, place; "-" for none."""


@dataclass
class Wanted:
    """A figure of a report. statuses, places: the readings that count as right."""

    quantity: str
    value: str
    statuses: set[str]
    places: set[str]

    def meets(self, found: Cells, *, placed: bool) -> bool:
        quantity, value, status, place = found
        same = (quantity, value) == (self.quantity, self.value) and status in self.statuses
        return same and (place in self.places or not placed)


@dataclass
class Report:
    text: str
    published: str
    wanted: list[Wanted] = field(default_factory=list)
    free: set[Cells] = field(default_factory=set)


def reports(path: Path) -> Iterator[Report]:
    """Yield the reports of a file with the readings that its comments leave open."""
    raw = path.read_text("utf-8")
    for entry, lines in zip(tomllib.loads(raw)["report"], raw.split("[[report]]")[1:], strict=True):
        report = Report(entry["text"], entry["published"])
        others: dict[tuple[str, str], set[str]] = {}
        for cell, figure, rest in _OPEN.findall(lines):
            if cell == "figure":
                report.free.add(tuple(figure.split()[:2]))
            others.setdefault((cell, figure), set()).update(one.strip() or "-" for one in rest.split(","))
        for figure in entry["figures"]:
            quantity, value, status, place = figure.split()[:4]
            statuses = {status} | others.get(("status", figure), set()) | ({"-"} if status in LOOSE else set())
            report.wanted.append(Wanted(quantity, value, statuses, {place} | others.get(("place", figure), set())))
        yield report


def compare(report: Report) -> tuple[int, int, int, int]:
    """Return how many figures are counted right, placed right, too, wanted, and found beyond them."""
    drafts = read_public_figures(report.text, published=report.published)
    left = {(one.quantity, str(one.value), one.status or "-", one.place or "-") for one in drafts}
    counted = placed = 0
    for wanted in report.wanted:
        met = sorted(one for one in left if wanted.meets(one, placed=False))
        best = next((one for one in met if wanted.meets(one, placed=True)), met[0] if met else None)
        if best is not None:
            left.remove(best)
            counted += 1
            placed += wanted.meets(best, placed=True)
    return counted, placed, len(report.wanted), sum(one[:2] not in report.free for one in left)


def main() -> None:
    for language in ("en", "zh"):
        sums = [
            sum(column) for column in zip(*map(compare, reports(SPECS / f"press_unread.{language}.toml")), strict=True)
        ]
        counted, placed, wanted, beyond = sums
        whole = wanted + counted + beyond
        print(f"{language}: {counted} of {wanted} counted right, {beyond} beyond; F1 {2 * counted / whole:.3f}, "
              f"with places {2 * placed / whole:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
