"""Scenes as they are written down in ``words/``: who says what where, turn by turn.

A scene's ``say`` holds one turn a line: ``PLACE WHO [FLAGS] : phrase``. PLACE is p (public: forum or
site), g (group), m (small group), h (a group on another app than g). WHO is a letter of the cast
(U2: another of the kind). Flags: o s b a direction (offer, seek, broker); =frame; +fact; ~ hours and ~~ days
after the turn before (else minutes); ? a turn that may be left out. Titles are the scene's ``title``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from ringtrace.simulator.authors.fourth.phrase import Phrase, load_words, parse, word_files

ROLES = {
    "S": "supplier", "B": "broker", "U": "buyer", "C": "broker", "T": "transporter", "D": "document_provider",
    "H": "host", "I": "insider", "R": "recruiter", "P": "platform_operator", "V": "victim_and_actor",
}  # fmt: skip
"""Letters of the cast that are members of a ring; others are people of no ring."""

_DIRECTIONS = {"o": "offer", "s": "seek", "b": "broker"}
_PLACES = "pgmh"


@dataclass(frozen=True, slots=True)
class Turn:
    place: str
    who: str
    phrase: Phrase
    direction: str = "none"
    frame: str = "plain"
    facts: tuple[str, ...] = ()
    delay: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One family of scenes. weight: how often relative to the others; kind: what the family is about."""

    key: str
    language: str
    kind: str
    frame: str
    weight: float
    title: Phrase
    turns: tuple[Turn, ...]

    @property
    def cast(self) -> frozenset[str]:
        return frozenset(turn.who for turn in self.turns)

    @property
    def members(self) -> tuple[str, ...]:
        """The parts that members of a ring play."""
        return tuple(sorted({who[0] for who in self.cast} & ROLES.keys()))

    @property
    def length(self) -> float:
        return sum(0.6 if turn.optional else 1.0 for turn in self.turns)


@cache
def trade_plots() -> dict[str, tuple[Plot, ...]]:
    """Language -> the scenes of the trade, from ``words/trade*.toml``."""
    return _plots("trade")


@cache
def talk_plots() -> dict[str, tuple[Plot, ...]]:
    """Language -> the scenes of everybody else, from ``words/talk*.toml``."""
    return _plots("talk")


def _plots(prefix: str) -> dict[str, tuple[Plot, ...]]:
    found: defaultdict[str, list[Plot]] = defaultdict(list)
    for name in word_files():
        if name.startswith(prefix):
            document = load_words(name)
            for key, table in document["scene"].items():
                plot = _plot(key, {"language": document["language"], **table})
                found[plot.language].append(plot)
    return {language: tuple(plots) for language, plots in found.items()}


def _plot(key: str, table: dict[str, Any]) -> Plot:
    frame = table.get("frame", "plain")
    says = table["say"].strip().splitlines()
    asker = says[0].split()[1]
    turns = tuple(_turn(say, "plain" if frame == "question" and say.split()[1] != asker else frame) for say in says)
    return Plot(
        key, table["language"], table.get("kind", "trade"), frame, float(table.get("weight", 1)),
        parse(table.get("title", "")), turns,
    )  # fmt: skip


def _turn(line: str, frame: str) -> Turn:
    head, mark, words = line.partition(" : ")
    place, who, *flags = head.split()
    if not mark or place not in _PLACES:
        raise ValueError(f"no turn: {line!r}")
    facts = [fact for flag in flags for fact in flag.split("+")[1:]]
    return Turn(
        place, who, parse(words.replace("\\n", "\n")),
        next((_DIRECTIONS[flag] for flag in flags if flag in _DIRECTIONS), "none"),
        next((flag[1:] for flag in flags if flag[0] == "="), frame),
        tuple(sorted(facts)), next((flag for flag in flags if flag[0] == "~"), ""), "?" in flags,
    )  # fmt: skip
