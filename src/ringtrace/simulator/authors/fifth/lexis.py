"""The words of this author: rules, acts (runs of turns that many scenes share) and scenes, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_TURN = re.compile(r"([A-Z])(?: ?=([a-z]+))?(?: ?/([a-z]+))? ?([?^~>!]*) (.+)")
_ACT = re.compile(r"&([a-z_0-9]+)(\??)")


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a scene. who: the part's letter; stance: what it is where the scene is the trade.

    frame: where it differs from the scene's; marks: ``?`` may be left out, ``^`` answers the line before,
    ``~`` hours later, ``~~`` days later, ``>`` in the next place, ``!`` is never left out.
    """

    who: str
    stance: str
    frame: str
    marks: str
    text: str


@dataclass(frozen=True, slots=True)
class Act:
    """A call of a run of turns that is known by name."""

    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """stage: "" for talk, else the step of a deal; where: kinds of places; hidden: how many handles are disguised;
    repeat: in how many places the same text is posted at most; price: what is asked, in yuan, where the
    scene is not the trade.
    """

    name: str
    language: str
    frame: str
    weight: float
    stage: str
    where: frozenset[str]
    title: str
    hidden: float
    repeat: int
    price: tuple[int, int]
    turns: tuple[Turn | Act, ...]


@dataclass(frozen=True, slots=True)
class Lexis:
    language: str
    rules: Mapping[str, tuple[str, ...]]
    acts: Mapping[str, tuple[tuple[Turn | Act, ...], ...]]
    scenes: tuple[Scene, ...]

    def staged(self, stage: str) -> tuple[Scene, ...]:
        return tuple(scene for scene in self.scenes if scene.stage == stage)


@cache
def lexis(language: str) -> Lexis:
    """Return everything that may be said in ``zh`` or ``en``."""
    rules: dict[str, tuple[str, ...]] = {}
    acts: dict[str, tuple[tuple[Turn | Act, ...], ...]] = {}
    scenes: list[Scene] = []
    for table in _tables(language):
        for name, branches in table.get("rules", {}).items():
            if name in rules:
                raise ValueError(f"rule {name} is written twice in {language}")
            rules[name] = tuple(branches)
        for name, runs in table.get("acts", {}).items():
            acts[name] = tuple(tuple(read_turn(words) for words in run) for run in runs)
        scenes += [_scene(row, language) for row in table.get("scene", [])]
    return Lexis(language, rules, acts, tuple(scenes))


def read_turn(words: str) -> Turn | Act:
    """Return a turn or the call of an act. Raises ValueError for anything else."""
    act = _ACT.fullmatch(words)
    if act:
        return Act(act[1], bool(act[2]))
    turn = _TURN.fullmatch(words)
    if not turn:
        raise ValueError(f"not a turn: {words!r}")
    return Turn(turn[1], turn[2] or "none", turn[3] or "", turn[4], turn[5])


def _scene(row: dict[str, Any], language: str) -> Scene:
    return Scene(
        row["name"], language, row.get("frame", "plain"), row.get("weight", 1.0), row.get("stage", ""),
        frozenset(row.get("where", ("group", "forum"))), row.get("title", "$title"),
        row.get("hidden", 0.3 if row.get("stage") else 0.04),
        row.get("repeat", 1),        _range(row.get("price", (20, 900))),
        tuple(read_turn(words) for words in row["turns"]),
    )  # fmt: skip


def _range(pair: tuple[int, int] | list[int]) -> tuple[int, int]:
    low, high = pair
    return low, high


def _tables(language: str) -> list[dict[str, Any]]:
    folder = resources.files("ringtrace.simulator.authors.fifth") / "words"
    files = sorted(path.name for path in folder.iterdir() if path.name.startswith(f"{language}-"))
    return [tomllib.loads((folder / name).read_text("utf-8")) for name in files]
