"""The phrase grammar of this author's words, and the word files themselves.

``[a|b|]`` one of several, nested as deep as wanted; ``{slot}`` or ``{slot:argument}`` a value;
``<kind value|words>`` words that are a mention (``<sex F|小闺女>``). Parsed once, rendered often.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class Marked:
    """Words that are themselves a mention of that kind and value."""

    kind: str
    value: str
    words: Phrase


Phrase = tuple["str | Choice | Slot | Marked", ...]


@cache
def parse(source: str) -> Phrase:
    """Return the phrase that ``source`` writes. Raises ValueError where a bracket is not closed."""
    phrase, stop = _sequence(source, 0, "")
    if stop != len(source):
        raise ValueError(f"stray {source[stop]!r} at {stop} of {source!r}")
    return phrase


def _sequence(source: str, start: int, ends: str) -> tuple[Phrase, int]:
    parts: list[str | Choice | Slot | Marked] = []
    part: str | Choice | Slot | Marked
    at = start
    while at < len(source) and source[at] not in ends:
        if source[at] == "[":
            part, at = _choice(source, at)
        elif source[at] == "{":
            close = source.index("}", at)
            name, _, argument = source[at + 1 : close].partition(":")
            part, at = Slot(name, argument), close + 1
        elif source[at] == "<":
            part, at = _marked(source, at)
        else:
            stop = at
            while stop < len(source) and source[stop] not in "[{<" + ends:
                stop += 1
            part, at = source[at:stop], stop
        parts.append(part)
    return tuple(parts), at


def _choice(source: str, at: int) -> tuple[Choice, int]:
    options = []
    while True:
        option, at = _sequence(source, at + 1, "|]")
        options.append(option)
        if at >= len(source):
            raise ValueError(f"a choice is not closed in {source!r}")
        if source[at] == "]":
            return Choice(tuple(options)), at + 1


def _marked(source: str, at: int) -> tuple[Marked, int]:
    bar = source.index("|", at)
    kind, _, value = source[at + 1 : bar].partition(" ")
    words, stop = _sequence(source, bar + 1, ">")
    if stop >= len(source):
        raise ValueError(f"a mention is not closed in {source!r}")
    return Marked(kind, value, words), stop + 1


@cache
def load_words(name: str) -> dict[str, Any]:
    """Return the document ``words/NAME.toml``."""
    return tomllib.loads((resources.files(__package__) / "words" / f"{name}.toml").read_text("utf-8"))


def word_files() -> tuple[str, ...]:
    """Names of all word files, in order."""
    folder = resources.files(__package__) / "words"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))
