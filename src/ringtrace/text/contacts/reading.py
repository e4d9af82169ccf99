"""What has been read of one text so far: its values, its numbers, the candidates found."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from ringtrace.model.mention import Candidate, Owner
from ringtrace.text.contacts.handle_token import Token
from ringtrace.text.contacts.owners import owner_of
from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.telephone import Number, Taken
from ringtrace.text.view import TextView


@dataclass
class Reading:
    scene: Scene
    view: TextView
    taken: Taken = field(default_factory=Taken)
    found: list[Candidate] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    last: Token | Number | None = None
    last_kinds: frozenset[str] = frozenset()

    def add(self, kind: str, pieces: tuple[tuple[int, int], ...], value: str, probability: float, rule: str,
            cue_start: int | None = None, owner: Owner | None = None) -> None:  # fmt: skip
        """Add a candidate given by stretches of the layer."""
        home = home_of(self.scene, pieces)
        if not home or not value:
            return
        start, stop = pieces[0][0], pieces[-1][1]
        if owner is None:
            owner = owner_of(self.scene, start if cue_start is None else cue_start, start, stop)
        self.found.append(Candidate(kind, home, value, round(probability, 6), rule, owner))


def home_of(scene: Scene, pieces: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return the pieces as sorted, disjoint, non-empty ranges of the original."""
    home: list[tuple[int, int]] = []
    for start, stop in sorted(scene.layer.origin(*piece) for piece in pieces):
        if home and start <= home[-1][1]:
            home[-1] = (home[-1][0], max(stop, home[-1][1]))
        elif stop > start:
            home.append((start, stop))
    return tuple(home)


def numbers_in(reading: Reading, low: int, high: int) -> list[Number]:
    """Return the telephone numbers that begin in ``[low, high)`` of the layer."""
    starts = reading.starts
    return reading.numbers[bisect_left(starts, low) : bisect_left(starts, high)]


def number_at(reading: Reading, at: int, following: int) -> Number | None:
    for number in numbers_in(reading, at - 3, at + 1):
        if number.value[0] != "+" and number.probability < 0.5:
            continue
        if number.start < following and number.stop > at:
            return number
    return None
