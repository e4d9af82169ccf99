"""A small phrase grammar, so that texts vary while their mentions stay known.

``[a|b|]``            one of the alternatives, nested as deep as wanted
``{slot}``            filled by the author with a surface and its mentions
``<kind=value|words>``  words that are themselves a mention (``fact=...`` for an observed fact)
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

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
Node = tuple[str, object]
_STOPS = "[]|<>{}"


def say(template: str, dice: random.Random, fill: Fill) -> Draft:
    """Return one text of ``template``. Raises ValueError when its brackets do not match."""
    draft = Draft()
    _walk(compile_phrase(template), dice, fill, draft)
    return draft


@lru_cache(maxsize=None)
def compile_phrase(template: str) -> tuple[Node, ...]:
    nodes, at = _sequence(template, 0, "")
    if at != len(template):
        raise ValueError(f"phrase {template!r}: stray {template[at]!r} at {at}")
    return nodes


def _sequence(text: str, at: int, until: str) -> tuple[tuple[Node, ...], int]:
    nodes: list[Node] = []
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
            nodes.append(("any", tuple(choices)))
            at += 1
        elif char == "{":
            stop = text.index("}", at)
            nodes.append(("slot", text[at + 1 : stop]))
            at = stop + 1
        elif char == "<":
            bar = text.index("|", at)
            inner, stop = _sequence(text, bar + 1, ">")
            kind, _, value = text[at + 1 : bar].partition("=")
            nodes.append(("mark", (kind, value, inner)))
            at = stop + 1
        else:
            stop = at
            while stop < len(text) and text[stop] not in _STOPS:
                stop += 1
            if stop == at:
                raise ValueError(f"phrase {text!r}: stray {char!r} at {at}")
            nodes.append(("text", text[at:stop]))
            at = stop
    return tuple(nodes), at


def _walk(nodes: tuple[Node, ...], dice: random.Random, fill: Fill, draft: Draft) -> None:
    for kind, value in nodes:
        if kind == "text":
            draft.parts.append(value)  # type: ignore[arg-type]
        elif kind == "any":
            choices: tuple[tuple[Node, ...], ...] = value  # type: ignore[assignment]
            _walk(choices[int(dice.random() * len(choices))], dice, fill, draft)
        elif kind == "slot":
            draft.add(fill(value))  # type: ignore[arg-type]
        else:
            name, meaning, inner = value  # type: ignore[misc]
            _walk(inner, dice, fill, draft)
            if name == "fact":
                draft.facts.append(meaning)
            else:
                draft.mentions.append(Spoken(name, meaning, "unknown"))
