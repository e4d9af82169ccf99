"""A small phrase grammar, so that texts vary while their mentions stay known.

``[a|b|]``            one of the alternatives, nested as deep as wanted
``{slot}``            filled by the author with a surface and its mentions
``<kind=value|words>``  words that are themselves a mention (``fact=...`` for an observed fact)
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from ringtrace.simulator.script import Spoken


@dataclass(frozen=True, slots=True)
class Surface:
    """Words that fill a slot, with what they mention."""

    text: str
    mentions: tuple[Spoken, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """A text in the making."""

    parts: list[str] = field(default_factory=list)
    mentions: list[Spoken] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, surface: Surface) -> None:
        self.parts.append(surface.text)
        self.mentions.extend(surface.mentions)
        self.facts.extend(surface.facts)


Fill = Callable[[str], Surface]


@dataclass(frozen=True, slots=True)
class Choice:
    choices: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    value: str
    inner: Phrase


Phrase = tuple["str | Choice | Slot | Mark", ...]
_STOPS = "[]|<>{}"


def say(template: str, dice: random.Random, fill: Fill) -> Draft:
    """Return one text of ``template``. Raises ValueError when its brackets do not match."""
    draft = Draft()
    _walk(compile_phrase(template), dice, fill, draft)
    return draft


@cache
def compile_phrase(template: str) -> Phrase:
    """Return the parsed phrase. Raises ValueError at a stray or missing bracket."""
    nodes, at = _sequence(template, 0, "")
    if at != len(template):
        raise ValueError(f"phrase {template!r}: stray {template[at]!r} at {at}")
    return nodes


def _sequence(text: str, at: int, until: str) -> tuple[Phrase, int]:
    nodes: list[str | Choice | Slot | Mark] = []
    while at < len(text) and text[at] not in until:
        char = text[at]
        if char == "[":
            choices = []
            while True:
                choice, at = _sequence(text, at + 1, "|]")
                choices.append(choice)
                if at >= len(text):
                    raise ValueError(f"phrase {text!r}: no closing bracket")
                if text[at] == "]":
                    break
            nodes.append(Choice(tuple(choices)))
            at += 1
        elif char == "{":
            stop = text.index("}", at)
            nodes.append(Slot(text[at + 1 : stop]))
            at = stop + 1
        elif char == "<":
            bar = text.index("|", at)
            inner, stop = _sequence(text, bar + 1, ">")
            kind, _, value = text[at + 1 : bar].partition("=")
            nodes.append(Mark(kind, value, inner))
            at = stop + 1
        else:
            stop = at
            while stop < len(text) and text[stop] not in _STOPS:
                stop += 1
            if stop == at:
                raise ValueError(f"phrase {text!r}: stray {char!r} at {at}")
            nodes.append(text[at:stop])
            at = stop
    return tuple(nodes), at


def _walk(phrase: Phrase, dice: random.Random, fill: Fill, draft: Draft) -> None:
    for node in phrase:
        if isinstance(node, str):
            draft.parts.append(node)
        elif isinstance(node, Choice):
            _walk(node.choices[int(dice.random() * len(node.choices))], dice, fill, draft)
        elif isinstance(node, Slot):
            draft.add(fill(node.name))
        else:
            _walk(node.inner, dice, fill, draft)
            if node.kind == "fact":
                draft.facts.append(node.value)
            else:
                draft.mentions.append(Spoken(node.kind, node.value, "unknown"))


def freeze(template: str, dice: random.Random) -> str:
    """Return ``template`` with its alternatives chosen, slots and marks kept: a text to be repeated."""
    return _frozen(compile_phrase(template), dice)


def _frozen(phrase: Phrase, dice: random.Random) -> str:
    parts = []
    for node in phrase:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, Choice):
            parts.append(_frozen(dice.choice(node.choices), dice))
        elif isinstance(node, Slot):
            parts.append("{" + node.name + "}")
        else:
            parts.append(f"<{node.kind}={node.value}|{_frozen(node.inner, dice)}>")
    return "".join(parts)
