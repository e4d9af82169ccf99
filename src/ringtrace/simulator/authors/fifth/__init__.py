"""The fifth author: terse groups in Chinese and English, where one sentence serves many trades."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from ringtrace.simulator.authors.fifth.cast import Cast
from ringtrace.simulator.authors.fifth.crowd import Crowd, chatter
from ringtrace.simulator.authors.fifth.halls import open_places
from ringtrace.simulator.authors.fifth.press import print_pages, true_figures
from ringtrace.simulator.authors.fifth.reports import take_tips
from ringtrace.simulator.authors.fifth.rings import found_rings
from ringtrace.simulator.authors.fifth.theatre import Theatre
from ringtrace.simulator.authors.fifth.trade import Market, trade
from ringtrace.simulator.script import Person, Script, Spec

_CHINA = timezone(timedelta(hours=8))


def write(spec: Spec) -> Script:
    """Return the script for a spec; the same spec gives the same script."""
    dice = random.Random(f"fifth/{spec.seed}")
    begin = int(datetime.fromisoformat(spec.start).replace(tzinfo=_CHINA).timestamp())
    end = begin + spec.days * 86_400
    cast = Cast(spec, dice, begin, end)
    rings = found_rings(spec, cast)
    places, language = open_places(spec, dice)
    agencies = [cast.exchange.draw("phone") for _ in range(3 + len(places) // 4)]
    strangers = [cast.exchange.draw(kind) for kind in ("qq", "wechat", "phone", "phone") * (4 + spec.posts // 700)]
    theatre = Theatre(cast, dice, language, agencies, strangers, end)
    market = Market(theatre, rings, places)
    trade(market, spec)
    crowd = Crowd(theatre, rings, places, market)
    tips = take_tips(spec, theatre)
    pages = print_pages(spec, dice)
    chatter(crowd, spec.posts - len(theatre.lines))
    theatre.lines.sort(key=lambda line: (line.at, line.key))
    spoken = {cast.accounts[line.account].person for line in theatre.lines}
    operators = {place.key: market.operators.get(place.key, ()) for place in places}
    people = tuple(
        Person(p.key, p.ring, p.roles or (("observer",) if p.key in market.outsiders else ()),
               bool(p.ring) and p.key in spoken, p.province)
        for p in cast.players if p.ring or p.key in spoken
    )  # fmt: skip
    return Script(
        people, tuple(cast.accounts.values()),
        tuple(replace(place, operators=operators[place.key]) for place in places),
        tuple(theatre.lines), pages, tips, true_figures(spec),
    )  # fmt: skip
