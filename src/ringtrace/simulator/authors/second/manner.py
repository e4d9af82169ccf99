"""How somebody types: marks between clauses, capitals, shortened words, how a text ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from ringtrace.simulator.authors.second.phrase import load_table


@dataclass(frozen=True, slots=True)
class Manner:
    """marks: replacements for the marks of a phrase; short: words replaced; tails: what may follow."""

    marks: dict[int, str]
    short: tuple[tuple[str, str], ...]
    lower: bool
    tails: tuple[str, ...]
    tail_share: float

    def say(self, words: str) -> str:
        """A literal piece of a phrase, never a value."""
        for left, right in self.short:
            words = words.replace(left, right)
        return (words.lower() if self.lower else words).translate(self.marks)

    def finish(self, dice: Random, text: str) -> str:
        if self.tails and dice.random() < self.tail_share:
            return text.rstrip("。.，, ") + dice.choice(self.tails)
        return text


@cache
def manner_of(number: int, language: str) -> Manner:
    """One of some hundred manners, chosen by a number below 65,536."""
    table = load_table("manners")[language]
    habits: list[str] = table["marks"]
    habit = habits[number % len(habits)].split("|")
    marks = {ord(mark): written.replace("_", " ") for mark, written in zip("，。！？", habit, strict=True)}
    if language == "en":
        marks = {ord(mark): written.replace("_", " ") for mark, written in zip(",.!?", habit, strict=True)}
    if language == "zh" and number // 7 % 31 == 0:
        olden: str = table["olden"]
        marks |= {ord(pair[0]): pair[1] for pair in olden.split()}
    short: list[str] = table["short"] if number // 11 % 4 == 0 else []
    pairs = tuple((plain, brief) for plain, _, brief in (pair.partition("=") for pair in short))
    tails = tuple(tail.replace("_", " ") for tail in table["tails"][number // 13 % len(table["tails"])].split())
    return Manner(marks, pairs, language == "en" and number // 3 % 3 == 0, tails, (0.0, 0.1, 0.35)[number // 5 % 3])
