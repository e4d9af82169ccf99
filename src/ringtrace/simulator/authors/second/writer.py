"""Writes a whole script: venues, rings, lawful clusters, lone voices, and everybody's ordinary talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import accumulate
from random import Random

from ringtrace.simulator.authors.second.cast import Cast, Soul
from ringtrace.simulator.authors.second.crowd import Crowd
from ringtrace.simulator.authors.second.director import Director, Stage
from ringtrace.simulator.authors.second.firm import run_firms
from ringtrace.simulator.authors.second.press import write_figures, write_pages, write_tips
from ringtrace.simulator.authors.second.ring import Cell, build_rings
from ringtrace.simulator.authors.second.telling import Matter
from ringtrace.simulator.authors.second.trade import Market, day_second, pick
from ringtrace.simulator.authors.second.world import Venue, build_venues
from ringtrace.simulator.script import Place, Script, Spec

_DAY = 86_400
_CHINA = timezone(timedelta(hours=8))


def write(spec: Spec) -> Script:
    """Return the script of a spec; the same spec gives the same script."""
    dice = Random(f"second/{spec.seed}/{spec.hardness}/{spec.posts}")
    venues = build_venues(spec, dice)
    start = int(datetime.fromisoformat(spec.start).replace(tzinfo=_CHINA).timestamp())
    cast = Cast(dice, [venue.place for venue in venues])
    cells = build_rings(spec, cast, venues, start, dice)
    crowd = Crowd(spec, cast, venues, cells, dice)
    director = Director(dice, cast, crowd.stranger)
    market = Market(spec, director, cells, start, dice)
    market.run(int(spec.posts * spec.ring_share))
    run_firms(spec, director, venues, start, dice)
    _lone_voices(spec, director, venues, start, dice)
    _ordinary(spec, director, crowd, venues, start, dice)
    places = _operated(venues, cells, crowd, cast, start)
    pages = write_pages(spec, dice)
    tips = write_tips(spec, director, cells, start, dice)
    return Script(
        people=tuple(soul.person() for soul in cast.souls.values()),
        accounts=tuple(cast.accounts.values()),
        places=places,
        lines=tuple(director.lines[: spec.posts]),
        pages=pages,
        tips=tips,
        figures=write_figures(spec),
    )


def _lone_voices(spec: Spec, director: Director, venues: Sequence[Venue], start: int, dice: Random) -> None:
    """Single offers and wishes of people who belong to no ring."""
    open_to = [venue for venue in venues if venue.trade > 0]
    for _ in range(max(4, spec.posts // 600)):
        venue = dice.choices(open_to, [venue.trade + 0.5 for venue in open_to])[0]
        offers = dice.random() < 0.45
        kinds = [dice.choice(("qq", "phone", "wechat"))] if dice.random() < 0.5 else []
        soul = director.cast.soul(venue.language, roles=("supplier",) if offers else ("buyer",))
        director.cast.equip(soul, kinds).wary = dice.uniform(0, 0.3)
        scene = pick(dice, "lone" if offers else "lonewish")
        province = dice.choice(spec.provinces)
        director.play(
            scene, _stage(spec, venue, start, dice), {"S" if offers else "B": soul}, Matter(province=province)
        )


def _stage(spec: Spec, venue: Venue, start: int, dice: Random) -> Stage:
    stop = start + spec.days * _DAY
    at = start + int(dice.random() * spec.days) * _DAY + day_second(dice)
    language = venue.language
    if dice.random() < 0.03:
        language = "zh" if language == "en" else "en"
    return Stage(venue.place, min(at, stop - 7200), language, stop - 60)


def _ordinary(
    spec: Spec, director: Director, crowd: Crowd, venues: Sequence[Venue], start: int, dice: Random
) -> None:  # fmt: skip
    """Fill up with everything else that people talk about."""
    busy = list(accumulate(venue.busy for venue in venues))
    while len(director.lines) < spec.posts:
        venue = dice.choices(venues, cum_weights=busy)[0]
        family = dice.choices(venue.families, cum_weights=venue.weights)[0]
        matter = Matter(province=dice.choice(spec.provinces), ways=crowd.ways(dice))
        director.play(pick(dice, family), _stage(spec, venue, start, dice), {}, matter)


def _operated(
    venues: Sequence[Venue], cells: Sequence[Cell], crowd: Crowd, cast: Cast, start: int
) -> tuple[Place, ...]:  # fmt: skip
    """Places with the accounts that run them: an operator of a ring, or anybody."""
    owners: dict[str, Soul] = {}
    for cell in cells:
        for operator in cell.operators:
            owners.setdefault(cell.venues[0].place.key, operator)
    places = []
    for venue in venues:
        soul = owners.get(venue.place.key) or crowd.regular(venue)
        places.append(replace(venue.place, operators=(cast.account(soul, venue.place.key, start).key,)))
    return tuple(places)
