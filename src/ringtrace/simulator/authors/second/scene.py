"""Conversations as data: who speaks, by which rule, and what the truth says of it.

A move is one line ``who rule direction/frame``; marks before ``who``: "?" said half the time,
"%" seldom, "*" said by up to three people, "^" answers the opening. Letters are people of the
scene; "@X" addresses X's latest line; "=" behind the rule says the line without a reply.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Move:
    """chance: how often it is said; many: by up to three people; to: "" previous, "^" opening, a letter, "="."""

    who: str
    rule: str
    direction: str
    frame: str
    chance: float = 1.0
    many: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """family: the class it belongs to (a table of ``scenes-*.toml``); title: rule of a thread title."""

    name: str
    family: str
    title: str
    weight: float
    moves: tuple[Move, ...]


@cache
def load_scenes() -> dict[str, tuple[Scene, ...]]:
    """Return every scene by family. Raises ValueError on a broken move."""
    found: dict[str, tuple[Scene, ...]] = {}
    folder = resources.files(__package__) / "words"
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.startswith("scenes"):
            for family, table in tomllib.loads(item.read_text("utf-8")).items():
                scenes = tuple(_scene(name, family, rows) for name, rows in table.items())
                found[family] = found.get(family, ()) + scenes
    return found


def _scene(name: str, family: str, rows: dict[str, object]) -> Scene:
    moves = tuple(_move(line) for line in str(rows["moves"]).splitlines() if line.strip())
    return Scene(name, family, str(rows.get("title", "title.daily")), float(str(rows.get("weight", 1))), moves)


def _move(line: str) -> Move:
    who, rule, *rest = line.split()
    chance, many, to = 1.0, False, ""
    while who[0] in "?%*^":
        mark, who = who[0], who[1:]
        chance = {"?": 0.5, "%": 0.2}.get(mark, chance)
        many = many or mark == "*"
        to = "^" if mark in "^*" else to
    if "@" in who:
        who, _, to = who.partition("@")
    if rule.endswith("="):
        rule, to = rule[:-1], "="
    if len(who) != 1 or len(rest) > 1:
        raise ValueError(f"broken move {line!r}")
    direction, _, frame = (rest[0] if rest else "none").partition("/")
    return Move(who, rule, direction, frame or "plain", chance, many, to)
