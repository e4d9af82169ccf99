"""A statement as data: its counts with how each is shown, and what makes two statements one chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shown = Literal["exact", "earlier", "withheld", "left"]
Audience = Literal["public", "partner"]


@dataclass(frozen=True, slots=True)
class Line:
    """One count. key: quantity|status|place; the part without a place is "...|-" (place not recorded).

    value: the true count (internal). shown: how it is printed, "left" where the
    editor chose not to; earlier_value and earlier_day: the count
    printed before and its day, where that still is what may be said. figure: id of the ledger's figure.
    """

    key: str
    value: int
    shown: Shown
    figure: str
    earlier_value: int = -1
    earlier_day: str = ""

    @property
    def quantity(self) -> str:
        return self.key.split("|")[0]

    @property
    def status(self) -> str:
        return self.key.split("|")[1]

    @property
    def place(self) -> str:
        return self.key.split("|")[2]


@dataclass(frozen=True, slots=True)
class Against:
    """A published count beside ours. verdict: a key of [verdicts] in the words; own: "" when it is not printed.

    bound: of the published count: exact, at_least, about."""

    verdict: str
    key: str
    value: str
    own: str
    status: str = ""
    day: str = ""
    sources: int = 1
    left: str = ""
    figures: tuple[str, ...] = ()
    bound: str = "exact"


@dataclass(frozen=True, slots=True)
class Statement:
    """One draft. as_of, embargo: ISO dates, embargo "" for none. corrects: id of the statement it corrects or "".

    known: key -> value of counts that issuers had published. small, exposed: what disclosure control did.
    """

    case: str
    as_of: str
    audience: Audience
    lines: tuple[Line, ...]
    against: tuple[Against, ...]
    known: dict[str, int]
    waiting: int = 0
    synthetic: bool = False
    embargo: str = ""
    corrects: str = ""
    exposed: tuple[str, ...] = ()

    @property
    def kept(self) -> float:
        """The share of counts that are printed as they are."""
        return sum(line.shown == "exact" for line in self.lines) / len(self.lines) if self.lines else 1.0
