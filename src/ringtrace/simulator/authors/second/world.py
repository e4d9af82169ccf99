"""The containers of a case: groups, forums and sites with their themes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any

from ringtrace.simulator.authors.second.gazetteer import spots
from ringtrace.simulator.authors.second.phrase import load_table
from ringtrace.simulator.script import Place, Spec

_PLATFORMS = ("qq", "telegram", "whatsapp", "qq", "qq", "telegram", "qq", "whatsapp")
"""In turn; more than half of the groups are on the app that the case of 2014 was about, or like it."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A container with its theme. busy: how much is said there; trade: how much of the trade is."""

    place: Place
    language: str
    busy: float
    trade: float
    families: tuple[str, ...]
    weights: tuple[float, ...]


def build_venues(spec: Spec, dice: Random) -> tuple[Venue, ...]:
    """Return the venues of a case: at least one place of each kind where the trade is talked."""
    table = load_table("containers")
    venues: list[Venue] = []
    names: set[str] = set()
    for kind, number in (("group", spec.groups), ("forum", spec.forums), ("site", spec.sites)):
        themes = table[kind]
        for index, theme in enumerate(_themes(themes, number, dice)):
            venues.append(_venue(kind, themes[theme], index, names, dice))
    return tuple(venues)


def _themes(themes: Mapping[str, Any], number: int, dice: Random) -> Iterator[str]:
    """First the theme with most trade, then by share, each in turn as far as it goes."""
    order = sorted(themes, key=lambda name: (-themes[name]["trade"], name))
    shares = list(accumulate(themes[name]["share"] for name in order))
    for index in range(number):
        if index < min(2, number - 1) or (index == 0):
            yield order[index]
        else:
            yield dice.choices(order, cum_weights=shares)[0]


def _venue(kind: str, theme: Mapping[str, Any], index: int, names: set[str], dice: Random) -> Venue:
    name = ""
    while not name or name in names:
        name = _named(dice.choice(theme["names"].split("|")), theme["language"], dice)
    names.add(name)
    platform = {"group": _PLATFORMS[index % len(_PLATFORMS)], "forum": "forum", "site": "web"}[kind]
    host = "" if kind == "group" else _host(kind, index, dice)
    boards = tuple(theme.get("boards", "").split("|")) if theme.get("boards") else ()
    place = Place(f"{kind}{index + 1:02d}", kind, platform, name, host, (), boards)
    talk: Mapping[str, float] = theme["talk"]
    return Venue(place, theme["language"], dice.lognormvariate(0, 0.7), theme["trade"] * dice.uniform(0.5, 1.5),
                 tuple(talk), tuple(accumulate(talk.values())))  # fmt: skip


def _named(pattern: str, language: str, dice: Random) -> str:
    spot = dice.choice([spot for spot in spots() if language == "zh" or spot.english])
    said = spot.chinese if language == "zh" else spot.english
    return pattern.replace("{n}", str(dice.randint(1, 30))).replace("{spot}", said)


def _host(kind: str, index: int, dice: Random) -> str:
    syllables = load_table("names")["syllables"].split()
    stem = dice.choice(syllables) + dice.choice(syllables) + dice.choice(syllables)
    return f"{'bbs' if kind == 'forum' else 'www'}.{stem}{index + 1}.{dice.choice(('example', 'test'))}"
