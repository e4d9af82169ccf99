"""Titles of threads and listings, each once in its place."""

from __future__ import annotations

from collections import defaultdict
from random import Random

from ringtrace.simulator.authors.third.phrase import Said
from ringtrace.simulator.authors.third.rooms import Room
from ringtrace.simulator.authors.third.voice import heading
from ringtrace.simulator.authors.third.wordfile import load_words

_NAMES = load_words("names.toml")


class Threads:
    """The titles given so far."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, set[str]] = defaultdict(set)

    def title(self, room: Room, said: Said, dice: Random) -> str:
        """The first words of the text, else words that say nothing; numbered where taken."""
        title = heading(said) if dice.random() < 0.8 else ""
        title = title or dice.choice(_NAMES[f"title_{room.language}"])
        taken = self._taken[room.place.key]
        base, number = title, 1
        while title in taken:
            number += 1
            title = f"{base}（{number}）" if room.language == "zh" else f"{base} #{number}"
        taken.add(title)
        return title
