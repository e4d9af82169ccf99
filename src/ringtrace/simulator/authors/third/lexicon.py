"""Reads ``words/``: phrases parsed once, pools for slots, and themes of talk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ringtrace.simulator.authors.third.phrase import Phrase, parse
from ringtrace.simulator.authors.third.wordfile import FOLDER, load_words


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject people talk about. where: kinds of places; copied: passed on nearly word for word."""

    key: str
    language: str
    frame: str
    where: tuple[str, ...]
    weight: float
    copied: bool
    opening: tuple[Phrase, ...]
    answer: tuple[Phrase, ...]
    answer_frame: str


def phrases(lines: list[str]) -> tuple[Phrase, ...]:
    return tuple(parse(line) for line in lines)


@cache
def load_pools(language: str) -> Mapping[str, tuple[Phrase, ...]]:
    """Return the phrases that slots draw from, by name."""
    return {name: phrases(lines) for name, lines in load_words(f"pools-{language}.toml").items()}


@cache
def load_themes() -> tuple[Theme, ...]:
    """Return every theme of background talk, in order of file and name."""
    files = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.startswith("talk-"))
    return tuple(_theme(key, name[5:7], table) for name in files for key, table in load_words(name).items())


def _theme(key: str, language: str, table: dict[str, Any]) -> Theme:
    frame = table.get("frame", "plain")
    return Theme(
        f"{key}.{language}", language, frame, tuple(table.get("where", "group forum").split()),
        table.get("weight", 1.0), table.get("copied", False), phrases(table["open"]), phrases(table.get("reply", [])),
        table.get("reply_frame", "plain"),
    )  # fmt: skip


@cache
def load_acts(language: str) -> Mapping[str, Mapping[str, tuple[Phrase, ...]]]:
    """Return what is said about children: act -> place kind ("any", "forum", "site") -> phrases."""
    table = load_words(f"trade-{language}.toml")
    return {act: {kind: phrases(lines) for kind, lines in kinds.items()} for act, kinds in table.items()}
