"""A small phrase grammar: choices, slots and words that carry a mention or a fact.

    (a|b|)          one of the alternatives, which may be empty and may nest
    {name}          a slot: a value with its mentions, or one phrase of the pool of that name
    <kind:value|w>  the words w, which are a mention
    !fact!          a fact the sentence states, without words

Words for a child's sex and for several children are marked by themselves wherever they stand in a
phrase, so that the truth does not depend on who remembered to mark them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Spoken


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what they mention. fixed: not to be touched by habits of typing."""

    text: str
    mentions: tuple[Spoken, ...] = ()
    fixed: bool = False
    contact: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Stated:
    fact: str


Phrase = tuple["Piece | Choice | Slot | Stated", ...]
Fill = Callable[[str, Random], "Sequence[Piece] | None"]


@dataclass(slots=True)
class Said:
    """One rendered text: pieces in order, and the facts it states."""

    pieces: list[Piece] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def mentions(self) -> tuple[Spoken, ...]:
        return tuple(dict.fromkeys(m for piece in self.pieces for m in piece.mentions))


_TOKEN = re.compile(r"[()|]|\{[a-z_]+\}|<[a-z]+:[^|<>]*\|[^<>]*>|![a-z_]+!|[^()|{}<>!]+|!")
_WORDS = load_words("values.toml")
_NUMBERS: Mapping[str, str] = _WORDS["numbers"]
_MARKED = re.compile(
    rf"(?P<count>(?<![a-z])(?P<number>{'|'.join(_NUMBERS)})(?:{'|'.join(_WORDS['several'])}))"
    rf"|(?P<F>(?<![a-z])(?:{'|'.join(_WORDS['girl'])})(?![a-z]))"
    rf"|(?P<M>(?<![a-z])(?:{'|'.join(_WORDS['boy'])})(?![a-z]))",
    re.IGNORECASE,
)


def parse(source: str) -> Phrase:
    """Return the phrase of one line of ``words/``. Raises ValueError for unbalanced brackets."""
    tokens = _TOKEN.findall(source)
    if "".join(tokens) != source:
        raise ValueError(f"not a phrase: {source!r}")
    phrase, rest = _sequence(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"unbalanced: {source!r}")
    return phrase


def _sequence(tokens: list[str], at: int) -> tuple[Phrase, int]:
    parts: list[Piece | Choice | Slot | Stated] = []
    while at < len(tokens) and tokens[at] not in "|)":
        word = tokens[at]
        if word == "(":
            options = []
            while tokens[at] != ")":
                option, at = _sequence(tokens, at + 1)
                options.append(option)
                if at >= len(tokens):
                    raise ValueError(f"unclosed choice: {''.join(tokens)!r}")
            parts.append(Choice(tuple(options)))
        else:
            parts += _leaf(word)
        at += 1
    return tuple(parts), at


def _leaf(word: str) -> list[Piece | Choice | Slot | Stated]:
    if word[0] == "{":
        return [Slot(word[1:-1])]
    if word[0] == "<":
        kind, _, rest = word[1:-1].partition(":")
        value, _, words = rest.partition("|")
        owner = "hotline" if kind == "phone" else "unknown"
        return [Piece(words, (Spoken(kind, value, owner),), True, kind == "phone")]
    if word[0] == "!" and len(word) > 1:
        return [Stated(word[1:-1])]
    return list(_marked(word))


def _marked(words: str) -> Sequence[Piece]:
    pieces, at = [], 0
    for found in _MARKED.finditer(words):
        pieces.append(Piece(words[at : found.start()]))
        if found["count"]:
            pieces.append(Piece(found["count"], (Spoken("count", _NUMBERS[found["number"].lower()], "unknown"),), True))
        else:
            pieces.append(Piece(found[0], (Spoken("sex", found.lastgroup or "", "unknown"),), True))
        at = found.end()
    pieces.append(Piece(words[at:]))
    return [piece for piece in pieces if piece.text]


def render(phrase: Phrase, dice: Random, fill: Fill, pools: Mapping[str, Sequence[Phrase]]) -> Said:
    """Say the phrase. fill: gives the pieces of a slot, or None where ``pools`` has it."""
    said = Said()
    _say(phrase, dice, fill, pools, said)
    return said


def _say(phrase: Phrase, dice: Random, fill: Fill, pools: Mapping[str, Sequence[Phrase]], said: Said) -> None:
    for part in phrase:
        if isinstance(part, Piece):
            said.pieces.append(part)
        elif isinstance(part, Choice):
            _say(part.options[int(dice.random() * len(part.options))], dice, fill, pools, said)
        elif isinstance(part, Stated):
            said.facts.append(part.fact)
        else:
            pieces = fill(part.name, dice)
            if pieces is None:
                options = pools[part.name]
                _say(options[int(dice.random() * len(options))], dice, fill, pools, said)
            else:
                said.pieces.extend(pieces)
