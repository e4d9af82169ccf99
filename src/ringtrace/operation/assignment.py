"""Which first-level division must act on an actor: by the weight of clues, with the doubt said in words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ringtrace.operation.clues import Clue
from ringtrace.operation.divisions import place_words
from ringtrace.text import lexicon


@dataclass(frozen=True, slots=True)
class Assignment:
    """place: the division with most weight, "" without a clue. share: its part of all weight, 0..1 (not calibrated).

    level: firm, likely, doubtful or none. clues: those for the place; against: those for other places.
    """

    actor: str
    place: str
    share: float
    level: str
    clues: tuple[Clue, ...]
    against: tuple[Clue, ...]
    doubts: tuple[str, ...]


def assign(actor: str, clues: Sequence[Clue]) -> Assignment:
    """Weigh the clues of one actor; more of one kind count less and less."""
    table = lexicon.constants("assignment")
    doubt = table["doubt"]
    bits: defaultdict[str, float] = defaultdict(float)
    for (place, kind), number in sorted(Counter((clue.place, clue.kind) for clue in clues).items()):
        bits[place] += table["bits"][kind] * math.log2(1 + number)
    if not bits:
        return Assignment(actor, "", 0.0, "none", (), (), ("no clue names a place",))
    total = sum(2**score for score in bits.values()) + 2 ** doubt["elsewhere"]
    place = min(bits, key=lambda code: (-bits[code], code))
    share = round(2 ** bits[place] / total, 6)
    level = "firm" if share >= doubt["firm"] else "likely" if share >= doubt["likely"] else "doubtful"
    mine = tuple(clue for clue in clues if clue.place == place)
    others = tuple(clue for clue in clues if clue.place != place)
    return Assignment(actor, place, share, level, mine, others, tuple(_doubts(mine, others)))


def _doubts(mine: Sequence[Clue], others: Sequence[Clue]) -> list[str]:
    kinds = {clue.kind for clue in mine}
    doubts = []
    if kinds == {"phone_prefix"}:
        doubts.append("only the issue of a phone number names it; people move and numbers are sold")
    if kinds <= {"container_name"}:
        doubts.append("only the name of a group names it; anybody can join")
    if len(mine) == 1:
        doubts.append("a single clue")
    if others:
        counted = Counter(clue.place for clue in others)
        told = ", ".join(f"{place_words(code)} ({number})" for code, number in sorted(counted.items())[:5])
        doubts.append(f"other clues name {told}")
    return doubts
