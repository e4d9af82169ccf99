"""A number that counts something, and what a story has counted so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ringtrace.statement.vocabulary import PERSONS
from ringtrace.text.numbers.signs import Number


@dataclass(frozen=True, slots=True)
class Count:
    """number: what stands in the text; noun: code points of what is counted, empty where it is implied. retold: the
    sentence only takes up a count told before, to say a part of it ("of the 47 detained, 20 ...")."""

    number: Number
    quantity: str
    status: str
    noun: tuple[int, int]
    retold: bool = False

    @property
    def told(self) -> tuple[str, str]:
        return self.quantity, self.status


@dataclass(slots=True)
class Memory:
    """What one story has counted: the persons, oldest first, and the last sentence that counted anything.

    persons: (quantity, status, value) of the last counts of persons, for "three of them" and "of the 382".
    last: (quantity, status) in order, for "in Sichuan the figures were 27 and 13".
    heard: kinds of persons that the whole report has named so far, in any of its stories.
    topic: (quantity, status, whether asked) of the last question or label, for "How many were arrested? Nine so far".
    """

    persons: list[tuple[str, str, Decimal]] = field(default_factory=list)
    last: list[tuple[str, str]] = field(default_factory=list)
    now: list[tuple[str, str]] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    topic: tuple[str, str, bool] | None = None
    since_topic: int = 0

    def ask(self, topic: tuple[str, str, bool] | None) -> None:
        """Begin a sentence; topic: what it is about where it counts nothing itself."""
        self.since_topic = 0 if topic else self.since_topic + 1
        self.topic = topic or (self.topic if self.since_topic <= _TOPIC_LASTS else None)

    def add(self, quantity: str, status: str, value: Decimal) -> None:
        """Remember a count of the sentence that is being read."""
        self.now.append((quantity, status))
        if quantity in PERSONS:
            self.persons.append((quantity, status, value))
            del self.persons[:-_REMEMBERED]

    def end_sentence(self) -> None:
        """Make the sentence's counts those of the sentence before."""
        if self.now:
            self.last, self.now = self.now, []


_REMEMBERED = 12
"""Counts of persons that a later sentence may mean."""
_TOPIC_LASTS = 8
"""Sentences behind a question or label that may still answer it."""
