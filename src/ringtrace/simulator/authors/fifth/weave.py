"""The grammar that all sentences of this author come from: rules that call each other, and marks.

A text holds ``(a|b|)`` choices, ``$rule`` calls, ``<slot words>`` values that come with their mentions,
``<kind value:words>`` words that are a mention themselves, and ``{fact}`` marks without width.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ringtrace.simulator.script import Spoken

Piece = tuple[str, tuple[Spoken, ...]]
"""Words, and the mentions that they are; words with mentions are never respelt afterwards."""


@dataclass(frozen=True, slots=True)
class Choice:
    branches: tuple[Sequence_, ...]


@dataclass(frozen=True, slots=True)
class Call:
    rule: str


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    value: str
    inner: Sequence_


@dataclass(frozen=True, slots=True)
class Fact:
    name: str


Node = str | Choice | Call | Slot | Mark | Fact


@dataclass(frozen=True, slots=True)
class Sequence_:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Woven:
    pieces: tuple[Piece, ...]
    facts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(words for words, _ in self.pieces)

    @property
    def mentions(self) -> tuple[Spoken, ...]:
        return tuple(dict.fromkeys(spoken for _, many in self.pieces for spoken in many))


@cache
def parse(text: str) -> Sequence_:
    """Return the tree of a text. Raises ValueError where a bracket is not closed."""
    tree, at = _parse(text, 0, "")
    if at != len(text):
        raise ValueError(f"unexpected {text[at]!r} at {at} in {text!r}")
    return tree


def _parse(text: str, at: int, stops: str) -> tuple[Sequence_, int]:
    nodes: list[Node] = []
    while at < len(text) and text[at] not in stops:
        node, at = _READERS.get(text[at], _plain)(text, at)
        nodes.append(node)
    return Sequence_(tuple(nodes)), at


def _plain(text: str, at: int) -> tuple[Node, int]:
    end = at + 1
    while end < len(text) and text[end] not in "(|)$<>{":
        end += 1
    return text[at:end], end


def _choice(text: str, at: int) -> tuple[Node, int]:
    branches = []
    while True:
        branch, at = _parse(text, at + 1, "|)")
        branches.append(branch)
        if at >= len(text):
            raise ValueError(f"choice not closed in {text!r}")
        if text[at] == ")":
            return Choice(tuple(branches)), at + 1


def _call(text: str, at: int) -> tuple[Node, int]:
    end = at + 1
    while end < len(text) and (text[end].isascii() and (text[end].isalnum() or text[end] == "_")):
        end += 1
    return Call(text[at + 1 : end]), end


def _angle(text: str, at: int) -> tuple[Node, int]:
    end = at + 1
    while text[end] not in ":>":
        end += 1
    name, *words = text[at + 1 : end].split()
    if text[end] == ">":
        return Slot(name, tuple(words)), end + 1
    inner, stop = _parse(text, end + 1, ">")
    return Mark(name, " ".join(words), inner), stop + 1


def _fact(text: str, at: int) -> tuple[Node, int]:
    end = text.index("}", at)
    return Fact(text[at + 1 : end]), end + 1


_READERS: Mapping[str, Callable[[str, int], tuple[Node, int]]] = {"(": _choice, "$": _call, "<": _angle, "{": _fact}

Filler = Callable[[str, tuple[str, ...]], Sequence[Piece]]
"""What gives the words of a slot: name, further words -> pieces."""


class Loom:
    """Turns texts into words by one set of rules and one run of dice."""

    def __init__(self, rules: Mapping[str, tuple[str, ...]], dice: random.Random) -> None:
        self._rules = rules
        self._dice = dice

    def weave(self, text: str, fill: Filler) -> Woven:
        pieces: list[Piece] = []
        facts: list[str] = []
        self._weave(parse(text), fill, pieces, facts)
        return Woven(tuple(pieces), tuple(dict.fromkeys(facts)))

    def _weave(self, tree: Sequence_, fill: Filler, pieces: list[Piece], facts: list[str]) -> None:
        for node in tree.nodes:
            if isinstance(node, str):
                pieces.append((node, ()))
            elif isinstance(node, Choice):
                self._weave(self._dice.choice(node.branches), fill, pieces, facts)
            elif isinstance(node, Call):
                self._weave(parse(self._dice.choice(self._rules[node.rule])), fill, pieces, facts)
            elif isinstance(node, Slot):
                pieces.extend(fill(node.name, node.words))
            elif isinstance(node, Mark):
                words: list[Piece] = []
                self._weave(node.inner, fill, words, facts)
                pieces.append(("".join(w for w, _ in words), (Spoken(node.kind, node.value, "unknown"),)))
            else:
                facts.append(node.name)
